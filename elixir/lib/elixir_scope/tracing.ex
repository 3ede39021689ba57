defmodule ElixirScope.Tracing do
  @moduledoc false
  # The one module that calls the VM's trace functions.
  #
  # Invariant: every call names our tracer. Without it, turning flags off would remove other people's tracers.
  # Invariant: only patterns that are ours are cleared, one function at a time.

  alias ElixirScope.{Application, Native}

  @flags [:call, :procs, :receive, :send]
  # Returns and exceptions too; see ElixirScope.TailCalls for where it may be used.
  @with_returns [{:_, [], [{:exception_trace}]}]

  @type state :: non_neg_integer()

  @doc "Performs a step of a plan that concerns the VM."
  def perform({:patterns, module, had, wanted}, _state), do: set_patterns(module, had, wanted)
  def perform({:flags_off, processes, flags}, state), do: set(processes, false, flags, state)

  def perform({:flags_on, :all, flags}, state) do
    set(:all, true, flags, state)
    # The recorder would trace its own work, and the work of tracing that.
    Enum.each(Application.own_processes(), &set(&1, false, flags, state))
  end

  def perform({:flags_on, pid, flags}, state), do: set(pid, true, flags, state)

  @doc "Turns off whatever this tracer has on, anywhere, and these patterns of it."
  @spec clear(state(), [mfa()]) :: :ok
  def clear(state, patterns) do
    set(:all, false, @flags, state)

    for {module, functions} <- Enum.group_by(patterns, &elem(&1, 0), fn {_, f, a} -> {{f, a}, false} end) do
      set_patterns(module, Map.new(functions), %{})
    end

    :ok
  end

  @doc "Who traces a process."
  @spec holder(pid(), state()) :: :nobody | :ours | {:other, term()}
  def holder(pid, state) do
    case :erlang.trace_info(pid, :tracer) do
      {:tracer, []} -> :nobody
      {:tracer, {Native, ^state}} -> :ours
      {:tracer, other} -> {:other, other}
      :undefined -> :nobody
    end
  end

  @doc "Whether a function has a trace pattern, ours or not. The VM has one pattern per function, so a second would replace it."
  @spec pattern?(mfa()) :: boolean()
  def pattern?(mfa), do: match?({:traced, kind} when kind in [:local, :global], :erlang.trace_info(mfa, :traced))

  # Each call waits until every scheduler has seen the change, 10 ms on a busy node, for one function as for a whole module. So a module
  # is set as a whole and then corrected, where that takes fewer calls and no other tracer has a pattern in it.
  defp set_patterns(module, had, wanted) do
    one_by_one = for({name, _} <- had, not is_map_key(wanted, name), do: {name, :off}) ++ Enum.reject(wanted, &(&1 in had))
    {rest, corrections} = bulk(module, wanted)

    if length(corrections) + 1 < length(one_by_one) and not others?(module, had) do
      pattern({module, :_, :_}, rest)
      Enum.each(corrections, fn {{f, a}, value} -> pattern({module, f, a}, value) end)
    else
      Enum.each(one_by_one, fn {{f, a}, value} -> pattern({module, f, a}, value) end)
    end
  end

  # What to give all functions, and which of them then need something else.
  defp bulk(_module, wanted) when wanted == %{}, do: {:off, []}

  defp bulk(module, wanted) do
    returns? = Enum.count(wanted, fn {_, returns?} -> returns? end) * 2 > map_size(wanted)

    corrections = for name <- module.module_info(:functions), do: {name, Map.get(wanted, name, :off)}
    {returns?, Enum.reject(corrections, fn {_name, value} -> value == returns? end)}
  end

  defp others?(module, had) do
    Enum.any?(module.module_info(:functions), fn {f, a} = name -> not is_map_key(had, name) and pattern?({module, f, a}) end)
  end

  defp pattern(mfa, :off), do: :erlang.trace_pattern(mfa, false, [:local])
  defp pattern(mfa, true), do: :erlang.trace_pattern(mfa, @with_returns, [:local])
  defp pattern(mfa, false), do: :erlang.trace_pattern(mfa, true, [:local])

  # A process that died meanwhile, or that another tracer has taken meanwhile, is 0 processes.
  defp set(processes, on?, flags, state) do
    :erlang.trace(processes, on?, [{:tracer, Native, state} | flags])
  rescue
    ArgumentError -> 0
  end
end
