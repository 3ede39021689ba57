defmodule ElixirScope.Recorder.Current do
  @moduledoc false
  # The recording that runs, for those who may not wait for the recorder's process: a server that records its own states would wait while
  # patterns are being set.
  #
  # Invariant: a table of the recorder's own, so it is gone with the recorder, however that ends. It holds no event.
  # Invariant: a process is listed here only while its states are traced, so that none is missed: what is told twice is told by both.

  alias ElixirScope.{Error, Native}
  alias ElixirScope.Recorder.Plan

  @table __MODULE__

  @doc "The calling recorder has begun."
  @spec open(reference()) :: true
  def open(native) do
    :ets.new(@table, [:named_table, :protected, read_concurrency: true])
    :ets.insert(@table, {:native, native})
  end

  @doc "Its native recorder."
  @spec native() :: {:ok, reference()} | {:error, Error.t()}
  def native do
    case lookup(:native) do
      nil ->
        Error.new(:not_running, "ElixirScope is not running: ElixirScope.setup/1 or ElixirScope.TraceDB.start_link/1 starts it")

      native ->
        {:ok, native}
    end
  end

  @doc "Stores events given by hand; see `ElixirScope.Injected.ManualEvent`."
  @spec put([tuple()]) :: :ok | {:error, Error.t()}
  def put(rows) do
    with {:ok, native} <- native() do
      case Native.put_at(native, rows) do
        :ok -> :ok
        {:error, error} -> {:error, Error.from_native(error)}
      end
    end
  end

  @doc "Whether a recording runs that does not trace the states of this process itself."
  @spec wants_states?(pid()) :: boolean()
  def wants_states?(pid) do
    case lookup(:states) do
      nil -> lookup(:native) != nil
      :all_but -> lookup(pid) != nil
      :only -> lookup(pid) == nil
    end
  end

  @doc "Before a plan is carried out: what it no longer traces."
  @spec untrace_states(Plan.t()) :: true
  def untrace_states(plan) do
    case {lookup(:states), Plan.states(plan)} do
      {now, {now, pids}} -> List.flatten(:ets.match(@table, {:"$1", :listed})) |> change(now, pids)
      {_now, {:all_but, _pids}} -> true
      {_now, {:only, _pids}} -> :ets.insert(@table, {:states, nil})
    end
  end

  defp change(listed, :only, pids), do: Enum.each(listed -- pids, &:ets.delete(@table, &1))
  defp change(listed, :all_but, pids), do: Enum.each(pids -- listed, &:ets.insert(@table, {&1, :listed}))

  @doc "After it was carried out: what it traces."
  @spec trace_states(Plan.t()) :: true
  def trace_states(plan) do
    {kind, pids} = Plan.states(plan)
    :ets.insert(@table, {:states, nil})
    :ets.match_delete(@table, {:_, :listed})
    :ets.insert(@table, for(pid <- pids, do: {pid, :listed}))
    :ets.insert(@table, {:states, kind})
  end

  defp lookup(key) do
    # Without the table nothing records; to look is cheaper than to fail.
    with table when table != :undefined <- :ets.whereis(@table), [{_key, value}] <- :ets.lookup(table, key) do
      value
    else
      _nothing -> nil
    end
  rescue
    # It went meanwhile.
    ArgumentError -> nil
  end
end
