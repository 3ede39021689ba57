defmodule ElixirScope.Query.Causes do
  @moduledoc """
  Causes and effects of events. `ElixirScope` has the same functions.

  Both functions return the steps of a chain. The chain is a graph: the event itself comes first, then the others in the order of their distance from
  it. A step is `%{depth, event, causes, stop}`:

    * `depth` - the length of the shortest path from the event
    * `event` - an `ElixirScope.Event`
    * `causes` - its causes among the events of the chain: `%{id, kind, certainty, n}`
    * `stop` - why the chain ends there: `%{reason, what}`, or `nil`

  The `kind` of a cause says how the two events are connected:

  | kind | | certainty |
  |---|---|---|
  | `:caller_ref`, `:reply_ref` | a request of `GenServer.call/3`, or its reply: both carry its reference | `:certain` |
  | `:unique_match` | a message, and no equal one was on the way | `:certain`, unless some events of that time were not recorded |
  | `:content_match` | one of `n` equal messages | `:possible` |
  | `:same_process_order` | what the process was doing: the call it was in, the message it handled, the reply it had waited for | `:likely` |
  | `:callers` | the process is the first of a task's `$callers` | `:likely` |
  | `:link_exit`, `:monitor_exit`, `:call_exit` | the exit of another process, over a link, a monitor, or a call to it | `:likely` |
  | `:restart` | a supervisor started it in place of what had exited | `:certain` or `:likely` |

  The `reason` of a stop is one of

    * `:entry_point` - there is no cause in the recorded system. `what` is `:external` for a message that no recorded process sent, such as that of a timer,
      a port or another node, or `:alive`, `:first_spawn`, `:signal`, `:own` or `:recorder`
    * `:not_traced`, `:evicted`, `:lost` - the events of the class `what`, which would show the cause, are missing
    * `:ambiguous` - too many events could be the cause
    * `:depth`, `:limit` - the limits given
  """

  alias ElixirScope.Event
  alias ElixirScope.Query.Client

  @typedoc "One event of a chain."
  @type step :: %{depth: non_neg_integer(), event: Event.t(), causes: [map()], stop: map() | nil}

  @doc """
  The chain of causes of an event, across processes, back to its origin.

  The event is an `ElixirScope.Event`, any row of an answer that has an `id` (a state, a message, a crash), or an id. Options: `:depth` (the longest distance,
  default 20, at most 200), `:limit` (the number of steps, default 100, at most 1000), `:trace`. Raises `ElixirScope.Error` with `code` `:not_found`
  or `:evicted` for an event that the trace does not hold, `:bad_argument` if the argument names no event.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> {:ok, _} = ElixirScope.trace_process(self(), modules: [])
      iex> GenServer.call(counter, {:add, 7})
      7
      iex> state = counter |> ElixirScope.state_timeline() |> List.last()
      iex> chain = ElixirScope.why(state)
      iex> chain |> Enum.take(4) |> Enum.map(& &1.event.kind)
      [:state, :handled, :delivered, :send]
      iex> chain |> Enum.take(3) |> Enum.flat_map(& &1.causes) |> Enum.map(&{&1.kind, &1.certainty})
      [same_process_order: :likely, caller_ref: :certain, caller_ref: :certain]
      iex> ElixirScope.stop()
      :ok
  """
  @spec why(Event.t() | map() | String.t(), keyword()) :: [step()]
  def why(event, options \\ []), do: Client.chain!(:why, event, options)

  @doc """
  The effects of an event, across processes: the relation of `why/2` in the other direction. Arguments and steps are those of `why/2`; the `causes` of a
  step are its causes among the steps.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> {:ok, _} = ElixirScope.trace_process(self(), modules: [])
      iex> GenServer.call(counter, {:add, 7})
      7
      iex> [send | _] = ElixirScope.events("kind:send", pid: self())
      iex> [_, delivered, handled | rest] = ElixirScope.impact(send, depth: 3)
      iex> {delivered.event.kind, handled.event.kind, rest |> Enum.map(& &1.event.kind) |> Enum.sort()}
      {:delivered, :handled, [:send, :state]}
      iex> ElixirScope.stop()
      :ok
  """
  @spec impact(Event.t() | map() | String.t(), keyword()) :: [step()]
  def impact(event, options \\ []), do: Client.chain!(:impact, event, options)
end
