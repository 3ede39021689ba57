defmodule ElixirScope.Recorder.Call.HotFunction do
  @moduledoc false
  # Finds functions that are called so often that tracing them slows the node down. The VM counts calls for a short time, at a fiftieth of the cost of tracing.
  #
  # Invariant: a separate process sets and clears the counters, so they are gone even if the caller ends.
  # Invariant: counters that others set are left alone; then the result is unknown.

  # How long calls are counted. A target begins that much later.
  @ms 50
  # Calls a second; each traced one costs the caller some 300 ns.
  @hot 50_000
  @patience_ms 5_000

  @doc "One warning for each hot function."
  @spec warnings([mfa()]) :: [String.t()]
  def warnings(functions) do
    for {{m, f, a}, n} <- count(functions), per_second = div(n * 1_000, @ms), per_second >= @hot do
      "#{inspect(m)}.#{f}/#{a} is called some #{per_second} times a second: tracing that takes #{div(per_second * 300, 10_000_000)}% of a " <>
        "scheduler, and `max:` or `in:` bounds it"
    end
  end

  @doc "How often each function was called while counting; functions that cannot be counted now are left out."
  @spec count([mfa()]) :: [{mfa(), non_neg_integer()}]
  def count([]), do: []

  def count(functions) do
    # This process may be traced, if all are: its exit must not count as a crash.
    {pid, monitor} = spawn_monitor(fn -> exit({:shutdown, {:counted, count_now(functions)}}) end)

    receive do
      {:DOWN, ^monitor, :process, ^pid, {:shutdown, {:counted, counts}}} -> counts
      {:DOWN, ^monitor, :process, ^pid, _reason} -> []
    after
      @patience_ms ->
        Process.demonitor(monitor, [:flush])
        []
    end
  end

  defp count_now(functions) do
    by_module = Enum.group_by(functions, &elem(&1, 0))
    patterns = Enum.flat_map(by_module, &patterns/1)
    counted = MapSet.new(patterns, &elem(&1, 0))

    try do
      set(patterns, true)
      Process.sleep(@ms)

      for {module, _, _} = mfa <- functions,
          module in counted,
          {:call_count, n} when is_integer(n) <- [:erlang.trace_info(mfa, :call_count)],
          do: {mfa, n}
    after
      set(patterns, false)
    end
  end

  # A pattern is set in some 10 ms on a busy node, for one function as for a whole module.
  defp patterns({_module, [mfa]}), do: if(free?(mfa), do: [mfa], else: [])

  defp patterns({module, _functions}) do
    if Enum.all?(module.module_info(:functions), fn {f, a} -> free?({module, f, a}) end), do: [{module, :_, :_}], else: []
  end

  defp free?(mfa), do: :erlang.trace_info(mfa, :call_count) == {:call_count, false}

  defp set(patterns, on?), do: Enum.each(patterns, &:erlang.trace_pattern(&1, on?, [:call_count]))
end
