defmodule ElixirScope.Query.Causes do
  @moduledoc """
  Questions about causes and effects. `ElixirScope` has the same functions.

  Both answer with the steps of a chain, which is a graph: the event itself first, then the others by their distance from it. A step is
  `%{depth, event, causes, stop}`:

    * `depth` - how many edges away the event is, at least
    * `event` - an `ElixirScope.Event`
    * `causes` - what led to it, among the events of the chain: `%{id, kind, certainty, n}`
    * `stop` - why the chain does not go on from there, `%{reason, what}`, or `nil`

  The `kind` of a cause says what joins the two:

  | kind | | certainty |
  |---|---|---|
  | `:caller_ref`, `:reply_ref` | a request of `GenServer.call/3`, or its reply: both carry its reference | `:certain` |
  | `:unique_match` | a message, and nothing equal was on the way | `:certain`, unless something was not recorded meanwhile |
  | `:content_match` | one of `n` equal messages | `:possible` |
  | `:same_process_order` | what the process was at: the call it was in, the message it handled, the reply it had waited for | `:likely` |
  | `:callers` | the process is the first of a task's `$callers` | `:likely` |
  | `:link_exit`, `:monitor_exit`, `:call_exit` | the exit of another process, over a link, a monitor, or a call to it | `:likely` |
  | `:restart` | a supervisor started it in place of what had exited | `:certain` or `:likely` |

  The `reason` of a stop is `:entry_point` (there is no cause in the recorded system; `what` is `:external` for a message that no recorded process sent,
  of a timer, a port or another node; `:alive`, `:first_spawn`, `:signal`, `:own`, `:recorder`), `:not_traced`, `:evicted` or `:lost` (the events
  that would tell, of the class `what`, are not there), `:ambiguous` (it is one of too many), `:depth` or `:limit`.
  """

  alias ElixirScope.Event
  alias ElixirScope.Query.Client

  @typedoc "One event of a chain."
  @type step :: %{depth: non_neg_integer(), event: Event.t(), causes: [map()], stop: map() | nil}

  @doc """
  The chain of causes behind an event, across processes, back to where it came from.

  The event is an `ElixirScope.Event`, any row of an answer that has an `id` (a state, a message, a crash), or an id. Options: `:depth` (most steps away,
  default 20, at most 200), `:limit` (most steps in all, default 100, at most 1000), `:trace`. Raises `ElixirScope.Error` with `code` `:not_found`
  or `:evicted` for an event that the trace does not hold, `:bad_argument` for what names no event.

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
  What followed from an event, across processes: the same relation as `why/2`, read forward. Takes the same, and answers with the same steps;
  the `causes` of each are those among the steps.

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
