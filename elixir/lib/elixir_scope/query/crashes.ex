defmodule ElixirScope.Query.Crashes do
  @moduledoc """
  Crashes of processes. `ElixirScope` has the same functions.
  """

  alias ElixirScope.Query.Client

  # Each crash comes with its circumstances, so the API returns no more than this at once.
  @limit 1_000

  @doc """
  Every abnormal exit (any but `:normal`, `:shutdown` and `{:shutdown, _}`), grouped by cause, the most frequent cause first:
  `%{cause, count, first, last, crashes}`. A cause is the kind of the error and the function that raised it. `count` is the number of all exits with that
  cause, `crashes` has those of this page, oldest first:

    * `id`, `timestamp`, `at`, `process`, `name` - the exit, its time and its process
    * `reason`, `stacktrace` - the stacktrace as `Exception.format_stacktrace/1` takes it
    * `module`, `last_state` - a row of `state_timeline/2`, or `nil`
    * `handling` - the message that a server was handling, or `nil`
    * `before` - the events of the process before the exit, oldest first
    * `followed` - the exit that caused it, `over: :link` (the reasons are equal) or `over: :call` (its reason contains the other's), or `nil`
    * `linked` - the processes that were linked to it: `%{process, exit, died_along}`
    * `restarted` - the process that its parent started in its place: `%{timestamp, process, by, certainty}`, or `nil`

  Options: `:process`, `:cause` (a text as in an answer), `:events` (how many events before each crash, default 10), `:from` and `:to` (times), `:limit` (at most
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
