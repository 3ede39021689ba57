defmodule ElixirScope.Probe do
  @moduledoc false
  # A GenServer whose state can be changed in every way there is.

  use GenServer

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_call({:put, new}, _from, _state), do: {:reply, :ok, new}
  def handle_call({:throw, new}, _from, _state), do: throw({:reply, :thrown, new})
  def handle_call({:continue, new}, _from, state), do: {:reply, :ok, state, {:continue, {:put, new}}}
  def handle_call({:hibernate, new}, _from, _state), do: {:reply, :ok, new, :hibernate}
  def handle_call({:stop, new}, _from, _state), do: {:stop, :normal, :ok, new}
  def handle_call({:crash, reason}, _from, _state), do: exit(reason)
  def handle_call(:get, _from, state), do: {:reply, state, state}

  @impl true
  def handle_cast({:put, new}, _state), do: {:noreply, new}

  def handle_cast({:work, ms, report_to}, state) do
    send(report_to, {:begun, System.monotonic_time(:nanosecond)})
    Process.sleep(ms)
    {:noreply, state}
  end

  @impl true
  def handle_info({:put, new}, _state), do: {:noreply, new}
  def handle_info(_other, state), do: {:noreply, state}

  @impl true
  def handle_continue({:put, new}, _state), do: {:noreply, new}
end
