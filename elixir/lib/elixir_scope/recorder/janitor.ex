defmodule ElixirScope.Recorder.Janitor do
  @moduledoc false
  # Cleans up after a recorder that was killed: flags and patterns belong to the VM, and outlive the recorder's process.
  #
  # It is no part of the supervision tree, is linked to no process and has another group leader than the application's processes: else it would
  # be killed along with what it cleans up after. The recorder starts it, and starts another one if it is killed; if both are, the next
  # recorder clears what they left.
  #
  # Invariant: the native library knows a pattern before it is set, as no end of a process makes it forget.

  use GenServer
  alias ElixirScope.Native
  alias ElixirScope.Recorder.Tracing

  @doc "Starts it if it does not run."
  @spec start() :: pid()
  def start do
    case GenServer.start(__MODULE__, nil, name: __MODULE__) do
      {:ok, pid} -> pid
      {:error, {:already_started, pid}} -> pid
    end
  end

  @doc "The calling recorder begins, or has other sessions now. What an earlier recorder left is removed when this returns."
  @spec adopt(Tracing.t()) :: :ok
  def adopt(tracer), do: GenServer.call(__MODULE__, {:adopt, tracer}, :infinity)

  @doc "Ends it, with the application. A recorder that still runs is cleaned up after first."
  @spec stop() :: :ok
  def stop do
    GenServer.stop(__MODULE__)
  catch
    :exit, _not_there -> :ok
  end

  @impl true
  def init(nil) do
    # The application's master kills all processes whose leader it is.
    Process.group_leader(self(), Process.whereis(:init))
    # A recorder that waits for it must not wait for the load.
    Process.flag(:priority, :high)
    {:ok, nil}
  end

  @impl true
  def handle_call({:adopt, tracer}, {pid, _tag}, %{pid: pid} = ward), do: {:reply, :ok, %{ward | tracer: tracer}}

  def handle_call({:adopt, tracer}, {pid, _tag}, ward) do
    clean(ward)
    {:reply, :ok, %{pid: pid, monitor: Process.monitor(pid), tracer: tracer}}
  end

  @impl true
  def handle_info({:DOWN, monitor, :process, _pid, _reason}, %{monitor: monitor} = ward) do
    clean(ward)
    # Without the application no recorder will come.
    if Process.whereis(ElixirScope.Supervisor), do: {:noreply, nil}, else: {:stop, :normal, nil}
  end

  def handle_info(_other, ward), do: {:noreply, ward}

  @impl true
  def terminate(_reason, ward), do: clean(ward)

  defp clean(nil), do: :ok

  defp clean(ward) do
    Process.demonitor(ward.monitor, [:flush])
    Tracing.ModuleLoad.ignore(ward.pid)
    Tracing.clear(ward.tracer, Native.expected())
    Native.expect([])
  end
end
