defmodule ElixirScope.Recorder.Current do
  @moduledoc false
  # The running recording, for processes that must not wait for the recorder: one that asks a question, or a server that records its own
  # states. The recorder may be busy for long while it sets patterns.
  #
  # Invariant: the table belongs to the recorder's process, so it is gone with it, however the recorder ends. It holds no event.
  # Invariant: a process is listed only while its states are traced, so that no state is missed. While patterns change, a state may be
  # recorded twice: by tracing and by the server itself.

  alias ElixirScope.{Error, Native}
  alias ElixirScope.Recorder.{Plan, Row}

  @table __MODULE__

  @doc "The calling recorder begins. It is found from `publish/1` on."
  @spec open() :: :ok
  def open do
    :ets.new(@table, [:named_table, :protected, read_concurrency: true])
    :ok
  end

  @doc "The calling recorder can be found from now on."
  @spec publish(reference()) :: :ok
  def publish(native), do: insert({:native, native})

  @doc "What the recorder expects the VM to trace, with the time it last found it so; nil while it changes that."
  @spec tracing() :: map() | nil
  def tracing, do: lookup(:tracing)

  @doc "The flags that a process is expected to have, which may be those that all have."
  @spec flags(pid(), [atom()]) :: [atom()]
  def flags(pid, all_flags), do: lookup({:flags, pid}) || all_flags

  @doc "The recorder expects this from now on: of all, and of some processes other flags than those of all."
  @spec publish_tracing(map(), %{pid() => [atom()]}) :: :ok
  def publish_tracing(expected, flags) do
    unpublish_tracing()
    insert(for {pid, flags} <- flags, do: {{:flags, pid}, flags})
    insert({:tracing, expected})
  end

  @doc "Until then nothing is expected."
  @spec unpublish_tracing() :: :ok
  def unpublish_tracing do
    insert({:tracing, nil})
    :ets.match_delete(@table, {{:flags, :_}, :_})
    :ok
  end

  @doc "The calling recorder ends, and is no longer found."
  @spec close() :: :ok
  def close do
    :ets.delete(@table)
    :ok
  end

  @doc "The native recorder of the running recording."
  @spec native() :: {:ok, reference()} | {:error, Error.t()}
  def native do
    case lookup(:native) do
      nil ->
        Error.new(:not_running, "ElixirScope is not running: ElixirScope.setup/1 or ElixirScope.TraceDB.start_link/1 starts it")

      native ->
        {:ok, native}
    end
  end

  @doc "Writes rows into the running recording."
  @spec put([Row.t()]) :: :ok | {:error, Error.t()}
  def put(rows) do
    with {:ok, native} <- native(),
         {:error, error} <- Native.put(native, rows) do
      {:error, Error.from_native(error)}
    end
  end

  @doc "Whether a recording runs that does not trace the states of this process itself."
  @spec wants_states?(pid()) :: boolean()
  def wants_states?(pid) do
    case lookup(:native) && lookup(:states) do
      nil -> lookup(:native) != nil
      :all_but -> lookup(pid) != nil
      :only -> lookup(pid) == nil
    end
  end

  @doc "Before a plan is performed, the states that it no longer traces."
  @spec unpublish_states(Plan.state_scope()) :: :ok
  def unpublish_states({kind, pids}) do
    case lookup(:states) do
      ^kind -> List.flatten(:ets.match(@table, {:"$1", :listed})) |> change(kind, pids)
      _other when kind == :all_but -> :ok
      _other -> insert({:states, nil})
    end
  end

  defp change(listed, :only, pids), do: Enum.each(listed -- pids, &:ets.delete(@table, &1))
  defp change(listed, :all_but, pids), do: Enum.each(pids -- listed, &:ets.insert(@table, {&1, :listed}))

  @doc "After a plan was performed, the states that it traces."
  @spec publish_states(Plan.state_scope()) :: :ok
  def publish_states({kind, pids}) do
    insert({:states, nil})
    :ets.match_delete(@table, {:_, :listed})
    insert(for(pid <- pids, do: {pid, :listed}))
    insert({:states, kind})
  end

  defp insert(rows) do
    :ets.insert(@table, rows)
    :ok
  end

  defp lookup(key) do
    # Without the table nothing records; to check for it is cheaper than to fail.
    with table when table != :undefined <- :ets.whereis(@table), [{_key, value}] <- :ets.lookup(table, key) do
      value
    else
      _nothing -> nil
    end
  rescue
    # The table was deleted meanwhile.
    ArgumentError -> nil
  end
end
