defmodule ElixirScope.Recorder.TargetCheck do
  @moduledoc false
  # Which parts of a target can be traced now: not what another tracer holds, and not ElixirScope itself.

  alias ElixirScope.Error
  alias ElixirScope.Recorder.{Plan, ServerLoop, Target, Tracing}

  @type skipped :: %{target: pid() | mfa(), reason: String.t()}

  @doc "The target with what can be traced and its filter group, and what was left out; or why nothing of it can be traced."
  @spec admit(Target.t(), [Target.t()], Plan.t(), Tracing.t()) :: {:ok, Target.t(), [skipped()]} | {:error, Error.t()}
  def admit(target, others, plan, tracer) do
    {pids, held} = split_held(target.processes, tracer)
    {functions, taken} = free_functions(target.functions, plan)
    # What is joined to a bit of the filter: functions to the processes they are traced in, and a target to its budget.
    grouped? = (pids != :all and (functions != [] or target.selections != [])) or target.max != nil
    group = if grouped?, do: Plan.free_group(others)

    cond do
      pids == [] ->
        Error.new(:held_by_other_tracer, reasons(held))

      functions == [] and taken != [] ->
        Error.new(:held_by_other_tracer, reasons(taken))

      grouped? and group == nil ->
        Error.new(:bad_argument, "too many targets with functions or a maximum of their own: untrace some")

      true ->
        {:ok, %{target | processes: pids, functions: functions, group: group}, held ++ taken ++ taken_from_loop(target, plan)}
    end
  end

  defp reasons(skipped), do: Enum.map_join(skipped, "; ", & &1.reason)

  # The VM passes over the processes of another tracer without a word.
  defp split_held(:all, tracer) do
    {:all, for(pid <- Process.list(), {:other, holder} <- [Tracing.holder(pid, tracer)], do: held(pid, holder))}
  end

  defp split_held(pids, tracer) do
    Enum.reduce(Enum.reverse(pids), {[], []}, fn pid, {pids, held} ->
      case {pid in tracer.own, Tracing.holder(pid, tracer)} do
        {true, _} ->
          {pids, [skipped(pid, "#{inspect(pid)} belongs to ElixirScope, which does not trace itself") | held]}

        {false, {:other, holder}} ->
          {pids, [held(pid, holder) | held]}

        {false, _free} ->
          {[pid | pids], held}
      end
    end)
  end

  @doc "The functions that can be traced, and those that another tracer has a pattern on."
  @spec free_functions([{mfa(), boolean()}], Plan.t()) :: {[{mfa(), boolean()}], [skipped()]}
  def free_functions(functions, plan) do
    {taken, free} = Enum.split_with(functions, fn {mfa, _returns?} -> taken?(mfa, plan) end)
    {free, Enum.map(taken, fn {mfa, _returns?} -> taken(mfa) end)}
  end

  @doc "The functions of the server loop that can be traced: see `ElixirScope.Recorder.ServerLoop`."
  @spec server_loop(Plan.t()) :: %{optional(atom()) => mfa()}
  def server_loop(plan), do: Map.reject(ServerLoop.functions(), fn {_role, mfa} -> taken?(mfa, plan) end)

  # States and handlings of any target come from them.
  defp taken_from_loop(%{classes: [:call]}, _plan), do: []
  defp taken_from_loop(_target, plan), do: for({_role, mfa} <- ServerLoop.functions(), taken?(mfa, plan), do: taken(mfa))

  # A function has one pattern: to set ours would end the other tracer's.
  defp taken?(mfa, plan), do: not is_map_key(plan.functions, mfa) and Tracing.pattern?(mfa)

  defp taken({m, f, a} = mfa), do: skipped(mfa, "#{inspect(m)}.#{f}/#{a} has a pattern of another tracer")
  defp held(pid, holder), do: skipped(pid, "#{inspect(pid)} is held by another tracer, #{inspect(holder)}")
  defp skipped(target, reason), do: %{target: target, reason: reason}
end
