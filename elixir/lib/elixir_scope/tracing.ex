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
  def perform({:clear_pattern, mfa}, _state), do: clear_pattern(mfa)
  def perform({:set_pattern, mfa, true}, _state), do: :erlang.trace_pattern(mfa, @with_returns, [:local])
  def perform({:set_pattern, mfa, false}, _state), do: :erlang.trace_pattern(mfa, true, [:local])
  def perform({:flags_off, processes, flags}, state), do: set(processes, false, flags, state)

  def perform({:flags_on, :all, flags}, state) do
    set(:all, true, flags, state)
    # The recorder would trace its own work, and the work of tracing that.
    Enum.each(Application.own_processes(), &set(&1, false, flags, state))
  end

  def perform({:flags_on, pid, flags}, state), do: set(pid, true, flags, state)

  @doc "Turns off whatever this tracer has on, anywhere."
  @spec clear(state(), [mfa()]) :: :ok
  def clear(state, patterns) do
    set(:all, false, @flags, state)
    Enum.each(patterns, &clear_pattern/1)
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

  defp clear_pattern(mfa), do: :erlang.trace_pattern(mfa, false, [:local])

  # A process that died meanwhile, or that another tracer has taken meanwhile, is 0 processes.
  defp set(processes, on?, flags, state) do
    :erlang.trace(processes, on?, [{:tracer, Native, state} | flags])
  rescue
    ArgumentError -> 0
  end
end
