defmodule ElixirScope.Recorder.ServerLoop.Probe.Server do
  @moduledoc false
  # A throw-away gen_server that does what it is recorded; see ElixirScope.Recorder.ServerLoop.Probe.

  @behaviour :gen_server

  @impl true
  def init({state, action}), do: {:ok, state, action}

  @impl true
  def handle_call({:set, state}, _from, _state), do: {:reply, :ok, state}
  def handle_call({:set, state, action}, _from, _state), do: {:reply, :ok, state, action}

  @impl true
  def handle_cast({:set, state}, _state), do: {:noreply, state}
  def handle_cast({:stop, state}, _state), do: {:stop, {:shutdown, :probe}, state}
  def handle_cast(:crash, _state), do: exit({:shutdown, :probe})

  @impl true
  def handle_info({:set, state}, _state), do: {:noreply, state}

  # The state says whom to tell, and what comes next.
  def handle_info(:timeout, {host, state}) do
    send(host, {:probe, :timed_out})
    {:noreply, state}
  end

  @impl true
  def handle_continue({:set, state}, _state), do: {:noreply, state}

  @impl true
  def code_change(_version, _state, state), do: {:ok, state}

  @impl true
  def terminate(_reason, _state), do: :ok
end
