defmodule ElixirScope.Recorder.Supervision.Watch do
  @moduledoc false
  # Which supervisors are to be asked about their children, when, and what they said before.
  #
  # A supervisor knows its children by id. It is asked some time after it started one, when it has started the others too, and several
  # supervisors are asked together.
  #
  # Invariant: pure. Times are arguments, in ms of one monotonic clock.

  alias ElixirScope.Recorder.{Row, Supervision}
  import ElixirScope.Recorder.Action, only: [emit: 2, put: 2]

  # How long after a process was spawned its supervisor is asked, and how many supervisors are asked at once.
  @delay_ms 100
  @max_at_once 32
  # The recorder spends one part in so many of its time on asking: one supervisor of 4,000 children takes it 8 ms each time. But it does
  # ask within the second limit: on a busy node all the recorder's work takes longer, not this alone.
  @share 100
  @latest_ms 2_000
  # Beyond twice the processes that lived at the last count, and some, the dead are dropped.
  @slack 100

  defstruct parents: MapSet.new(), known: %{}, due_ms: nil, n_living: 0

  @type t :: %__MODULE__{
          parents: MapSet.t(pid()),
          known: Supervision.family(),
          due_ms: integer() | nil,
          n_living: non_neg_integer()
        }
  @typedoc "What `Recorder.Performer` read: rows of changed children, all that is known now, who is still to be asked."
  @type reading :: %{rows: [Row.t()], known: Supervision.family(), later: [pid()], took_ms: non_neg_integer()}

  @doc "The number of supervisors that are asked at once."
  @spec max_at_once() :: pos_integer()
  def max_at_once, do: @max_at_once

  @doc "These processes spawned others."
  def spawned(%{supervisors: watch} = state, parents, now_ms) do
    state = if MapSet.size(watch.parents) == 0, do: read_in(state, max(@delay_ms, (watch.due_ms || now_ms) - now_ms)), else: state
    %{state | supervisors: %{watch | parents: Enum.into(Enum.take(parents, @max_at_once), watch.parents)}}
  end

  @doc "It is time to ask."
  def read(%{supervisors: watch} = state), do: emit(state, {:read_supervisors, Enum.sort(watch.parents), watch.known})

  @doc "The supervisors answered."
  @spec answered(state, reading(), integer()) :: state when state: %{:supervisors => t(), optional(atom()) => term()}
  def answered(%{supervisors: watch} = state, reading, now_ms) do
    pause_ms = (reading.took_ms * @share) |> max(@delay_ms) |> min(@latest_ms)
    watch = %{watch | parents: MapSet.new(reading.later), known: reading.known, due_ms: now_ms + pause_ms}
    state = put(%{state | supervisors: watch}, reading.rows)
    state = if reading.later == [], do: state, else: read_in(state, pause_ms)
    if map_size(watch.known) > 2 * watch.n_living + @slack, do: emit(state, {:find_living, Map.keys(watch.known)}), else: state
  end

  @doc "Of the known processes, these live."
  def living(%{supervisors: watch} = state, pids) do
    known = Map.take(watch.known, pids)
    %{state | supervisors: %{watch | known: known, n_living: map_size(known)}}
  end

  defp read_in(state, ms), do: emit(state, {:start_timer, :read_supervisors, ms})
end
