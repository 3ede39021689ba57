defmodule ElixirScope.Query.Events do
  @moduledoc """
  Single events. `ElixirScope` has the same functions.
  """

  alias ElixirScope.{Event, Types}
  alias ElixirScope.Query.Client

  @doc """
  The events between two times, as `ElixirScope.Event`s. Options: `:limit`, `:after`, `:trace`, `backward: true` for the newest first, and the filters
  `:pid`, `:type` (a class such as `:message`, a kind such as `:send`, or a list of them), `:module`, `:function`, `:match` (a pattern for the term, as text:
  `"{:add, _}"`) and `:filter` (as in `events/2`).

      iex> ElixirScope.setup()
      :ok
      iex> start = ElixirScope.now()
      iex> {pid, monitor} = spawn_monitor(fn -> exit(:done) end)
      iex> receive do {:DOWN, ^monitor, _, _, _} -> :ok end
      :ok
      iex> events = ElixirScope.get_events_between(start, ElixirScope.now(), pid: pid, type: :process)
      iex> {List.first(events).kind, List.last(events).term}
      {:spawn, :done}
      iex> ElixirScope.stop()
      :ok
  """
  @spec get_events_between(Types.time(), Types.time(), keyword()) :: [Event.t()]
  def get_events_between(from, to, options \\ []), do: Client.events!(from, to, options)

  @doc """
  The events that match a filter, as `ElixirScope.Event`s in order. The filter language is the same in every binding; `docs/filter.md` describes it.

      kind:send to:Shop.Cart message~{:add, _} waiting>5ms and not module:Logger

  The options are those of `get_events_between/3`, and `:from` and `:to`. An event has the flag `:possible` if the part that decides was cut, so that it
  may or may not match. Raises `ElixirScope.Error` for a filter that cannot be read, with the position, and for one that names a process that the trace has
  never seen.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0, name: :doc_filtered)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> for n <- 1..3, do: GenServer.call(counter, {:add, n})
      [1, 3, 6]
      iex> for event <- ElixirScope.events("kind:handled process::doc_filtered message~{:add, 2}"), do: event.kind
      [:handled]
      iex> for event <- ElixirScope.events("state~_ and not state~3"), do: event.term
      [1, 6]
      iex> [event] = ElixirScope.events("kind:handled", match: "{:add, 3}")
      iex> {:"$gen_call", _from, {:add, 3}} = event.term
      iex> error = catch_error(ElixirScope.events("kind:sned"))
      iex> error.code
      :bad_argument
      iex> error.message |> String.split("\\n") |> tl()
      ["kind:sned", "     ^"]
      iex> ElixirScope.stop()
      :ok
  """
  @spec events(String.t(), keyword()) :: [Event.t()]
  def events(filter, options \\ []) do
    {window, options} = Keyword.split(options, [:from, :to])
    Client.events!(window[:from], window[:to], [filter: filter] ++ options)
  end

  @doc """
  The event after another, or after a time: an `ElixirScope.Event`, or `nil` if there is none. An event at exactly that time counts as after it.
  Options: `:trace` and the filters `:pid`, `:type`, `:module`, `:function`, `:match`, `:filter` of `get_events_between/3`. Raises `ElixirScope.Error`.

      iex> ElixirScope.setup()
      :ok
      iex> start = ElixirScope.now()
      iex> for label <- [:first, :second], do: ElixirScope.mark(label)
      [:ok, :ok]
      iex> first = ElixirScope.next_event(start, type: :mark)
      iex> second = ElixirScope.next_event(first, type: :mark)
      iex> {second.term.label, ElixirScope.next_event(second, type: :mark)}
      {:second, nil}
      iex> ElixirScope.next_event(start, filter: "kind:mark", match: "%{label: :second}") == second
      true
      iex> ElixirScope.prev_event(second, type: :mark) == first
      true
      iex> ElixirScope.stop()
      :ok
  """
  @spec next_event(Event.t() | Types.time(), keyword()) :: Event.t() | nil
  def next_event(at, options \\ []), do: at |> Client.around!({0, 1}, options) |> Map.fetch!(:after) |> List.first()

  @doc """
  The event before another, or before a time; see `next_event/2`.

      iex> ElixirScope.setup()
      :ok
      iex> ElixirScope.mark(:here)
      :ok
      iex> ElixirScope.prev_event(ElixirScope.now(), type: :mark).term.label
      :here
      iex> ElixirScope.stop()
      :ok
  """
  @spec prev_event(Event.t() | Types.time(), keyword()) :: Event.t() | nil
  def prev_event(at, options \\ []), do: at |> Client.around!({1, 0}, options) |> Map.fetch!(:before) |> List.first()

  @doc """
  The events before and after one, or a time: `%{before, event, after}`, oldest first; `event` is `nil` for a time. At most `limit:` on each side
  (default 10). The other options and the errors are those of `next_event/2`.

      iex> ElixirScope.setup()
      :ok
      iex> for label <- [:a, :b, :c], do: ElixirScope.mark(label)
      [:ok, :ok, :ok]
      iex> b = ElixirScope.now() |> ElixirScope.prev_event(type: :mark) |> ElixirScope.prev_event(type: :mark)
      iex> around = ElixirScope.events_around(b, type: :mark, limit: 1)
      iex> for event <- around.before ++ [around.event] ++ around.after, do: event.term.label
      [:a, :b, :c]
      iex> ElixirScope.stop()
      :ok
  """
  @spec events_around(Event.t() | Types.time(), keyword()) :: %{
          before: [Event.t()],
          event: Event.t() | nil,
          after: [Event.t()]
        }
  def events_around(at, options \\ []) do
    {limit, options} = Keyword.pop(options, :limit, 10)
    Client.around!(at, {limit, limit}, options)
  end
end
