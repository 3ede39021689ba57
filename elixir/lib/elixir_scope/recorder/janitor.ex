defmodule ElixirScope.Recorder.Janitor do
  @moduledoc false
  # Cleans up after a recorder that was killed: flags and patterns belong to the VM, and outlive the recorder's process.
  #
  # Invariant: the janitor knows a pattern before it is set.

  use GenServer
  alias ElixirScope.Recorder.{ModuleLoad, Tracing}

  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "The calling recorder begins. What an earlier recorder left is removed when this returns."
  @spec adopt(Tracing.t()) :: :ok
  def adopt(tracer), do: GenServer.call(__MODULE__, {:adopt, tracer}, :infinity)

  @doc "The calling recorder is about to set these patterns, and has no others."
  @spec expect([mfa()]) :: :ok
  def expect(patterns), do: GenServer.call(__MODULE__, {:expect, patterns}, :infinity)

  @doc "The calling recorder has other sessions now."
  @spec renew(Tracing.t()) :: :ok
  def renew(tracer), do: GenServer.call(__MODULE__, {:renew, tracer}, :infinity)

  @impl true
  def init(nil) do
    # A recorder that waits for it must not wait for the load.
    Process.flag(:priority, :high)
    {:ok, nil}
  end

  @impl true
  def handle_call({:adopt, tracer}, {pid, _tag}, ward) do
    clean(ward)
    {:reply, :ok, %{pid: pid, monitor: Process.monitor(pid), tracer: tracer, patterns: []}}
  end

  def handle_call({:renew, tracer}, _from, ward), do: {:reply, :ok, %{ward | tracer: tracer}}
  def handle_call({:expect, patterns}, _from, ward), do: {:reply, :ok, %{ward | patterns: patterns}}

  @impl true
  def handle_info({:DOWN, monitor, :process, _pid, _reason}, %{monitor: monitor} = ward) do
    clean(ward)
    {:noreply, nil}
  end

  def handle_info(_other, ward), do: {:noreply, ward}

  defp clean(nil), do: :ok

  defp clean(ward) do
    Process.demonitor(ward.monitor, [:flush])
    ModuleLoad.ignore(ward.pid)
    Tracing.clear(ward.tracer, ward.patterns)
  end
end
