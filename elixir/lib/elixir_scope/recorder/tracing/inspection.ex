defmodule ElixirScope.Recorder.Tracing.Inspection do
  @moduledoc false
  # What the VM says before something is traced: which processes and functions another tracer holds, and what became of modules that were
  # loaded anew. `ElixirScope.Recorder.State` decides by it.

  alias ElixirScope.Recorder.{Call, Plan, ServerLoop, Target, Tracing}

  # Processes measured at once, each in 2 us.
  @max_measured 2_000

  @doc "What of a target can be traced now, and what another tracer holds."
  @spec findings(Target.t(), Plan.t(), Tracing.t()) :: Target.Check.findings()
  def findings(target, plan, tracer) do
    {pids, held} = split_held(target.processes, tracer)
    {functions, taken} = free_functions(target.functions, plan)
    %{processes: pids, held: held, functions: functions, taken: taken, taken_loop: taken_loop(target, plan)}
  end

  # The VM passes over the processes of another tracer without a word.
  defp split_held(:all, tracer) do
    {:all, for(pid <- Process.list(), {:other, holder} <- [Tracing.holder(pid, tracer)], do: held(pid, holder))}
  end

  defp split_held(pids, tracer) do
    Enum.reduce(Enum.reverse(pids), {[], []}, fn pid, {pids, held} ->
      case {pid in tracer.own, Tracing.holder(pid, tracer)} do
        {true, _} -> {pids, [skipped(pid, "#{inspect(pid)} belongs to ElixirScope, which does not trace itself") | held]}
        {false, {:other, holder}} -> {pids, [held(pid, holder) | held]}
        {false, _free} -> {[pid | pids], held}
      end
    end)
  end

  # The functions that can be traced, and those that have a pattern of another tracer.
  defp free_functions(functions, plan) do
    {taken, free} = Enum.split_with(functions, fn {mfa, _returns?} -> taken?(mfa, plan) end)
    {free, Enum.map(taken, fn {mfa, _returns?} -> taken(mfa) end)}
  end

  @doc "Of the functions of `ElixirScope.Recorder.ServerLoop`, those that can be traced."
  @spec server_loop(ServerLoop.functions(), Plan.t()) :: ServerLoop.functions()
  def server_loop(functions, plan), do: Map.reject(functions, fn {mfa, _loop} -> taken?(mfa, plan) end)

  # States and handlings of any target come from them.
  defp taken_loop(%{classes: [:call]}, _plan), do: []
  defp taken_loop(_target, plan), do: for({mfa, _loop} <- ServerLoop.functions(), taken?(mfa, plan), do: taken(mfa))

  # A function has one pattern: to set ours would end the other tracer's.
  defp taken?(mfa, plan), do: not is_map_key(plan.functions, mfa) and Tracing.pattern?(mfa)

  @doc """
  After modules were loaded: the traced modules whose patterns are gone, and the targets whose modules changed, with the functions and versions
  they have now.
  """
  @spec loaded_modules([Target.t()], Plan.t(), Tracing.t()) :: {[module()], [{Target.key(), [{mfa(), boolean()}], map()}]}
  def loaded_modules(targets, plan, tracer) do
    lost = Tracing.lost(Plan.concerns(plan), tracer)
    plan = Plan.without_patterns(plan, lost)

    changes =
      for target <- targets,
          versions = Call.FunctionSelection.versions(target.selections),
          versions != target.versions or Enum.any?(Map.keys(target.versions), &(&1 in lost)) do
        {selected, _warnings} = Call.FunctionSelection.select(target.selections)
        {functions, _taken} = free_functions(selected, plan)
        {target.key, functions, versions}
      end

    {lost, changes}
  end

  @doc "The modules that were loaded again, by what `loaded_modules/3` found."
  @spec reloaded(%{Target.key() => Target.t()}, [{Target.key(), list(), map()}]) :: [module()]
  def reloaded(targets, changes) do
    for {key, _functions, versions} <- changes,
        {module, version} <- versions,
        targets[key].versions[module] != version,
        do: module
  end

  @doc """
  The processes, among those that calls are traced in, with more words on their stacks, and those whose turn is next: `rest`, or all again when there are
  none.
  """
  @spec deep_stacks([pid()], Plan.t(), Tracing.t(), non_neg_integer()) :: {[pid()], [pid()]}
  def deep_stacks(rest, plan, tracer, words) do
    calls? = fn flags -> :call in flags or :server in flags end

    all =
      if calls?.(plan.all_flags), do: Process.list() -- tracer.own, else: for({pid, flags} <- plan.flags, calls?.(flags), do: pid)

    {now, rest} = Enum.split(if(rest == [], do: all, else: rest), @max_measured)
    {for(pid <- now, deep = stack_words(pid), deep != nil and deep > words, do: pid), rest}
  end

  @doc "The words on a process's stack; nil for a dead process."
  @spec stack_words(pid()) :: non_neg_integer() | nil
  def stack_words(pid) do
    case Process.info(pid, :stack_size) do
      {:stack_size, words} -> words
      nil -> nil
    end
  end

  defp taken({m, f, a} = mfa), do: skipped(mfa, "#{inspect(m)}.#{f}/#{a} has a pattern of another tracer")
  defp held(pid, holder), do: skipped(pid, "#{inspect(pid)} is held by another tracer, #{inspect(holder)}")
  defp skipped(target, reason), do: %{target: target, reason: reason}
end
