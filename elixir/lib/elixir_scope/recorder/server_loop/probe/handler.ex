defmodule ElixirScope.Recorder.ServerLoop.Probe.Handler do
  @moduledoc false
  # A throw-away handler of a gen_event that does what it is recorded; see ElixirScope.Recorder.ServerLoop.Probe.

  @behaviour :gen_event

  @impl true
  def init(state), do: {:ok, state}

  @impl true
  def handle_event({:set, state}, _state), do: {:ok, state}

  @impl true
  def handle_call({:set, state}, _state), do: {:ok, :ok, state}

  @impl true
  def handle_info({:set, state}, _state), do: {:ok, state}

  @impl true
  def code_change(_version, _state, state), do: {:ok, state}

  @impl true
  def terminate(_reason, _state), do: :ok
end
