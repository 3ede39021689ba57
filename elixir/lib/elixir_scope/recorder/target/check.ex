defmodule ElixirScope.Recorder.Target.Check do
  @moduledoc false
  # Which parts of a target can be traced, by what the VM said: not what another tracer holds, and not ElixirScope itself.
  #
  # Invariant: pure.

  alias ElixirScope.Error
  alias ElixirScope.Recorder.{Plan, Target}

  @type skipped :: %{target: pid() | mfa(), reason: String.t()}
  @typedoc "What of a target is free, and what is not: processes (`held`), functions (`taken`), and functions of the server loop."
  @type findings :: %{
          processes: :all | [pid()],
          held: [skipped()],
          functions: [{mfa(), boolean()}],
          taken: [skipped()],
          taken_loop: [skipped()]
        }

  @doc "The target with what can be traced and its filter group, and what was left out; or why nothing of it can be traced."
  @spec decide(Target.t(), [Target.t()], findings()) :: {:ok, Target.t(), [skipped()]} | {:error, Error.t()}
  def decide(target, others, %{processes: pids, functions: functions} = findings) do
    # What is joined to a bit of the filter: functions to the processes they are traced in, and a target to its budget.
    grouped? = (pids != :all and (functions != [] or target.selections != [])) or target.max != nil
    group = if grouped?, do: Plan.free_group(others)

    cond do
      pids == [] ->
        Error.new(:held_by_other_tracer, reasons(findings.held))

      functions == [] and findings.taken != [] ->
        Error.new(:held_by_other_tracer, reasons(findings.taken))

      grouped? and group == nil ->
        Error.new(:bad_argument, "too many targets with functions or a maximum of their own: untrace some")

      true ->
        target = %{target | processes: pids, functions: functions, group: group}
        {:ok, target, findings.held ++ findings.taken ++ findings.taken_loop}
    end
  end

  defp reasons(skipped), do: Enum.map_join(skipped, "; ", & &1.reason)
end
