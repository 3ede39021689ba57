defmodule ElixirScope.Recorder.Tracing.ModuleLoad do
  @moduledoc false
  # Sends the calling process a message when modules are loaded: a module that is loaded again has lost its trace patterns, and the VM does not
  # report that.
  #
  # All code is loaded through one function of the VM. A meta trace of it costs one message per load.
  #
  # Invariant: a meta trace of another tracer is left alone. Then modules that were loaded again are found at the next change of a target.

  @loading {:erlang, :finish_loading, 1}

  @doc "Starts or stops to watch for loads; `loaded?/1` recognises the messages. A watch that somebody took is set again, if that is free."
  @spec watch(boolean()) :: :ok
  def watch(true) do
    if free?(:erlang.trace_info(@loading, :meta)) do
      :erlang.trace_pattern(@loading, [{:_, [], [{:return_trace}]}], [:meta])
    end

    :ok
  end

  def watch(false), do: ignore(self())

  # A process that was killed leaves a watch behind, which the VM gives to no process.
  defp free?(info), do: info in [{:meta, false}, {:meta, []}]

  @doc "Stops a process's watch."
  @spec ignore(pid()) :: :ok
  def ignore(pid) do
    if :erlang.trace_info(@loading, :meta) in [{:meta, pid}, {:meta, []}], do: :erlang.trace_pattern(@loading, false, [:meta])
    :ok
  end

  @doc "Whether this process watches."
  @spec watched_by?(pid()) :: boolean()
  def watched_by?(pid), do: :erlang.trace_info(@loading, :meta) == {:meta, pid}

  @doc "Whether a message says that modules have been loaded."
  @spec loaded?(term()) :: boolean()
  def loaded?(message), do: is_tuple(message) and match?([:trace_ts, _pid, :return_from, @loading | _], Tuple.to_list(message))
end
