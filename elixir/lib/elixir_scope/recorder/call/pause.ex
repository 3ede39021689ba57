defmodule ElixirScope.Recorder.Call.Pause do
  @moduledoc false
  # Protects a process from its own traced returns: each takes words on its stack until the function returns, and the VM looks through all
  # of them at every traced call.
  #
  # The sealer names each process with many pending returns, which is paused at once. Others may run into the same unnoticed, as their events are
  # dropped. So for some time after that, all stacks are measured.
  #
  # Invariant: to pause a process waits for no measurement and for no pattern. Each of these waits for the running processes to be preempted, which is
  # late when their stacks are deep; and meanwhile more of them get deep.
  # Invariant: pure. The depth of a stack is an argument; `nil` is that of a dead process.

  alias ElixirScope.Recorder.{Row, Target}
  import ElixirScope.Recorder.Action, only: [emit: 2, put: 2]

  # Stack words above which no call is traced in a process that has returns pending: at this depth the look through them costs as much
  # again as tracing the call.
  @deep_words 10_000
  # How often the stack of a paused process is measured, and those of all.
  @check_ms 100
  # How long no process was named before the patterns are changed, and how often that is put off at most.
  @quiet_ms 150
  @n_put_off 20
  # How often all are measured after a function's returns were switched off.
  @n_searches 30

  defstruct pending: MapSet.new(), n_put_off: 0, n_searches: 0, rest: []

  @typedoc """
  `pending` are the functions whose returns are to be switched off, which was put off `n_put_off` times, `n_searches` how often the stacks of all are still to
  be measured, `rest` the processes whose turn has not come.
  """
  @type t :: %__MODULE__{pending: MapSet.t(mfa()), n_put_off: non_neg_integer(), n_searches: non_neg_integer(), rest: [pid()]}

  @doc "Processes have too many returns pending, of these functions."
  @spec returns_off(state, [{mfa(), pid(), n_open :: non_neg_integer()}]) :: state when state: map()
  def returns_off(%{search: search} = state, named) do
    news =
      for {mfa, _pid, _n} = one <- Enum.uniq_by(named, &elem(&1, 0)),
          mfa not in state.call_only,
          mfa not in search.pending,
          do: one

    rows = for {mfa, pid, n_open} <- news, do: %Row{kind: :returns_off, process: pid, subject: mfa, term: [%{open_calls: n_open}]}
    pending = Enum.into(Enum.map(news, &elem(&1, 0)), search.pending)
    search = %{search | pending: pending, n_put_off: search.n_put_off + 1, n_searches: @n_searches}
    pids = for {_mfa, pid, _n_open} <- named, uniq: true, do: pid
    state = pids |> Enum.reduce(put(%{state | search: search}, rows), &pause/2) |> Target.Set.replan() |> search_later()
    if search.n_put_off > @n_put_off, do: switch_off(state), else: emit(state, {:start_timer, :switch_returns_off, @quiet_ms})
  end

  @doc "No process was named for a while: the patterns are changed."
  def switch_off(%{search: search} = state) do
    call_only = MapSet.union(state.call_only, search.pending)
    Target.Set.replan(%{state | call_only: call_only, search: %{search | pending: MapSet.new(), n_put_off: 0}})
  end

  defp search_later(state), do: emit(state, {:start_timer, :search_deep, @check_ms})

  @doc "It is time to measure all."
  def search(state), do: emit(state, {:search_deep, state.search.rest, state.plan, @deep_words})

  @doc "Processes with deep stacks were found; `rest` are those whose turn is next."
  def found(%{search: search} = state, deep, rest) do
    state = Enum.reduce(deep, %{state | search: %{search | n_searches: search.n_searches - 1, rest: rest}}, &pause/2)
    state = if deep == [], do: state, else: Target.Set.replan(state)
    if state.search.n_searches > 0, do: search_later(state), else: state
  end

  @doc "Stops tracing calls in a process while its stack is deep, and begins again when it no longer is."
  def check(state, pid, stack_words) do
    # Until the patterns are changed, it would go on as before.
    deep? = stack_words != nil and (stack_words > @deep_words or MapSet.size(state.search.pending) > 0)

    case {deep?, pid in state.paused} do
      {true, false} ->
        pid |> pause(state) |> Target.Set.replan()

      {true, true} ->
        check_later(state, pid)

      {false, true} ->
        state
        |> Map.update!(:paused, &MapSet.delete(&1, pid))
        |> Target.Set.replan()
        |> put([Row.note(:governor_step, %{calls: :on}, pid)])

      {false, false} ->
        state
    end
  end

  defp pause(pid, state) do
    if pid in state.paused do
      state
    else
      state
      |> check_later(pid)
      |> put([Row.note(:governor_step, %{calls: :off, why: "a deep stack of traced returns"}, pid)])
      |> Map.update!(:paused, &MapSet.put(&1, pid))
    end
  end

  defp check_later(state, pid), do: emit(state, {:start_timer, {:check_pause, pid}, @check_ms})
end
