defmodule ElixirScope.Recorder.ModuleLoad do
  @moduledoc false
  # Tells the calling process when modules are loaded: a module loaded anew has lost its trace patterns, without a word from the VM.
  #
  # All code is loaded through one function of the VM, and a meta trace of it costs nothing but a message for each load.
  #
  # Invariant: one that another tracer meta traces is left alone; then modules loaded anew are found at the next change of a target.

  @loading {:erlang, :finish_loading, 1}

  @doc "Begins or ends to watch; the calling process is told by messages that `loaded?/1` knows. Returns whether it is watching."
  @spec watch(boolean(), boolean()) :: boolean()
  def watch(same, same), do: same

  def watch(false, true) do
    if :erlang.trace_info(@loading, :meta) == {:meta, false} do
      :erlang.trace_pattern(@loading, [{:_, [], [{:return_trace}]}], [:meta])
      true
    else
      false
    end
  end

  def watch(true, false) do
    ignore(true)
    false
  end

  @doc "Ends to watch."
  @spec ignore(boolean()) :: :ok
  def ignore(false), do: :ok

  def ignore(true) do
    :erlang.trace_pattern(@loading, false, [:meta])
    :ok
  end

  @doc "Whether it is this process that is told."
  @spec watched_by?(pid()) :: boolean()
  def watched_by?(pid), do: :erlang.trace_info(@loading, :meta) == {:meta, pid}

  @doc "Whether a message says that modules have been loaded."
  @spec loaded?(term()) :: boolean()
  def loaded?(message), do: is_tuple(message) and match?([:trace_ts, _pid, :return_from, @loading | _], Tuple.to_list(message))
end
