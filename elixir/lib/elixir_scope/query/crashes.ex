defmodule ElixirScope.Query.Crashes do
  @moduledoc """
  Questions about crashes. `ElixirScope` has the same functions.
  """

  alias ElixirScope.Query.Client

  # The door gives each crash with its circumstances, and no more than so many at once.
  @limit 1_000

  @doc """
  Every abnormal exit (any but `:normal`, `:shutdown` and `{:shutdown, _}`), grouped by cause, the most frequent cause first:
  `%{cause, count, first, last, crashes}`. A cause is the kind of error and the function it was raised in; `count` counts all exits with it,
  `crashes` holds those of this page, oldest first:

    * `id`, `timestamp`, `at`, `process`, `name` - the exit and who it was
    * `reason`, `stacktrace` - the stacktrace as `Exception.format_stacktrace/1` takes it
    * `module`, `last_state` - a row of `state_timeline/2`, or `nil`
    * `handling` - the message a server was at work on, or `nil`
    * `before` - the process's events before, oldest first
    * `followed` - the exit it followed `over: :link` (the reasons are equal) or `over: :call` (its reason holds the other's), or `nil`
    * `linked` - who was linked to it then: `%{process, exit, died_along}`
    * `restarted` - what its parent started in its place: `%{timestamp, process, by, certainty}`, or `nil`

  Options: `:process`, `:cause` (as an answer spells it), `:events` (how many before each, default 10), `:from` and `:to` (times), `:limit` (at most
  1000 crashes), `:after`, `:trace`. Raises `ElixirScope.Error` for a process the trace has never seen.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> GenServer.call(counter, {:add, 7})
      7
      iex> monitor = Process.monitor(counter)
      iex> GenServer.cast(counter, {:add, :seven})
      iex> receive do {:DOWN, ^monitor, _, _, _} -> :ok end
      :ok
      iex> [%{cause: cause, count: 1, crashes: [crash]}] = ElixirScope.crashes(process: counter)
      iex> cause
      ":badarith in ElixirScope.Doc.Counter.handle_cast/2"
      iex> {crash.last_state.state, crash.handling.term}
      {7, {:"$gen_cast", {:add, :seven}}}
      iex> ElixirScope.stop()
      :ok
  """
  @spec crashes(keyword()) :: [map()]
  def crashes(options \\ []) do
    {fields, options} = Keyword.split(options, [:cause, :events])
    {processes, options} = Keyword.split(options, [:process])
    Client.list!(:crashes, processes, fields, options, @limit)
  end
end
