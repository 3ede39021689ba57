defmodule ElixirScope.Admission do
  @moduledoc false
  # Which parts of a target can be traced now: not what another tracer holds, and not ElixirScope itself.

  alias ElixirScope.{Application, Error, Plan, Target, Tracing}

  @type skipped :: %{target: pid() | mfa(), reason: String.t()}

  @doc "The target with what can be traced and its filter group, and what was left out; or why nothing of it can be traced."
  @spec admit(Target.t(), [Target.t()], Plan.t(), Tracing.state()) :: {:ok, Target.t(), [skipped()]} | {:error, Error.t()}
  def admit(target, others, plan, tracer) do
    {pids, held} = split_held(target.processes, tracer)
    {functions, taken} = split_taken(target.functions, plan)
    own_functions? = pids != :all and functions != []
    group = if own_functions?, do: Plan.free_group(others)

    cond do
      pids == [] -> Error.new(:held_by_other_tracer, reasons(held))
      functions == [] and taken != [] -> Error.new(:held_by_other_tracer, reasons(taken))
      own_functions? and group == nil -> Error.new(:bad_argument, "too many targets with functions of their own: untrace some")
      true -> {:ok, %{target | processes: pids, functions: functions, group: group}, held ++ taken}
    end
  end

  defp reasons(skipped), do: Enum.map_join(skipped, "; ", & &1.reason)

  defp split_held(:all, _tracer), do: {:all, []}

  defp split_held(pids, tracer) do
    own = Application.own_processes()

    Enum.reduce(Enum.reverse(pids), {[], []}, fn pid, {pids, held} ->
      case {pid in own, Tracing.holder(pid, tracer)} do
        {true, _} ->
          {pids, [skipped(pid, "#{inspect(pid)} belongs to ElixirScope, which does not trace itself") | held]}

        {false, {:other, holder}} ->
          {pids, [skipped(pid, "#{inspect(pid)} is held by another tracer, #{inspect(holder)}") | held]}

        {false, _free} ->
          {[pid | pids], held}
      end
    end)
  end

  defp split_taken(functions, plan) do
    Enum.reduce(Enum.reverse(functions), {[], []}, fn {{m, f, a} = mfa, _returns?} = function, {functions, taken} ->
      if not is_map_key(plan.functions, mfa) and Tracing.pattern?(mfa) do
        {functions, [skipped(mfa, "#{inspect(m)}.#{f}/#{a} has a pattern of another tracer") | taken]}
      else
        {[function | functions], taken}
      end
    end)
  end

  defp skipped(target, reason), do: %{target: target, reason: reason}
end
