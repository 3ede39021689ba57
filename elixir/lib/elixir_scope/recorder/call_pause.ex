defmodule ElixirScope.Recorder.CallPause do
  @moduledoc false
  # Protects a process from its own traced returns: each takes words on its stack until the function returns, and the VM looks through all
  # of them at every traced call.
  #
  # Invariant: pure. The depth of a stack is an argument; `nil` is that of a dead process.

  alias ElixirScope.Recorder.{Row, TargetSet}
  import ElixirScope.Recorder.Action, only: [emit: 2, put: 2]

  # Stack words from which on no call is traced in a process that has returns pending: at this depth the look through them costs as much
  # again as tracing the call.
  @deep_words 10_000
  # How often the stack of a paused process is measured.
  @check_ms 100

  @doc "The returns of a function must be switched off, as a process has too many pending."
  def returns_off(state, mfa, pid, n_open, stack_words) do
    state = put(state, [%Row{kind: :returns_off, process: pid, subject: mfa, term: [%{open_calls: n_open}]}])
    # The process first: it is the one that suffers, and a flag is set much faster than a pattern.
    state = check(state, pid, stack_words)
    TargetSet.replan(%{state | call_only: MapSet.put(state.call_only, mfa)})
  end

  @doc "Stops tracing calls in a process while its stack is deep, and begins again when it no longer is."
  def check(state, pid, stack_words) do
    deep? = stack_words != nil and stack_words > @deep_words
    state = if deep?, do: emit(state, {:start_timer, {:check_pause, pid}, @check_ms}), else: state

    case {deep?, pid in state.paused} do
      {true, false} ->
        state
        |> put([Row.note(:governor_step, %{calls: :off, why: "a deep stack of traced returns"}, pid)])
        |> Map.update!(:paused, &MapSet.put(&1, pid))
        |> TargetSet.replan()

      {false, true} ->
        state
        |> Map.update!(:paused, &MapSet.delete(&1, pid))
        |> TargetSet.replan()
        |> put([Row.note(:governor_step, %{calls: :on}, pid)])

      _as_before ->
        state
    end
  end
end
