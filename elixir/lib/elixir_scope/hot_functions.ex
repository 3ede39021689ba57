defmodule ElixirScope.HotFunctions do
  @moduledoc false
  # Which functions are called so often that tracing them would be felt: counted by the VM for a moment, which costs a fiftieth of tracing.
  #
  # Invariant: the counters are gone whatever becomes of the caller: a process of its own sets and clears them.
  # Invariant: counters of somebody else are left alone; then nothing is known.

  # How long is counted. A target begins that much later.
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

  @doc "How often each function was called in a moment; none of those that cannot be counted now."
  @spec count([mfa()]) :: [{mfa(), non_neg_integer()}]
  def count([]), do: []

  def count(functions) do
    {pid, monitor} = spawn_monitor(fn -> exit({:counted, count_now(functions)}) end)

    receive do
      {:DOWN, ^monitor, :process, ^pid, {:counted, counts}} -> counts
      {:DOWN, ^monitor, :process, ^pid, _reason} -> []
    after
      @patience_ms ->
        Process.demonitor(monitor, [:flush])
        []
    end
  end

  defp count_now(functions) do
    free = for mfa <- functions, :erlang.trace_info(mfa, :call_count) == {:call_count, false}, do: mfa

    try do
      set(free, true)
      Process.sleep(@ms)
      for mfa <- free, {:call_count, n} when is_integer(n) <- [:erlang.trace_info(mfa, :call_count)], do: {mfa, n}
    after
      set(free, false)
    end
  end

  # Function by function: the whole module at once would take somebody's counters of its other functions. A function is set in some 10 ms on
  # a busy node, so of a large module only as many are looked at as take a second.
  defp set(functions, on?), do: functions |> Enum.take(100) |> Enum.each(&:erlang.trace_pattern(&1, on?, [:call_count]))
end
