defmodule ElixirScope.Recorder.ServerLoop.Probe.StateMachine do
  @moduledoc false
  # A throw-away gen_statem that does what it is recorded; see ElixirScope.Recorder.ServerLoop.Probe.

  @behaviour :gen_statem

  @impl true
  def callback_mode, do: :handle_event_function

  @impl true
  def init({state, data}), do: {:ok, state, data}

  @impl true
  def handle_event({:call, from}, {:set, state, data, actions}, _state, _data),
    do: {:next_state, state, data, [{:reply, from, :ok} | actions]}

  def handle_event(:cast, {:stop, data}, _state, _data), do: {:stop, {:shutdown, :probe}, data}
  def handle_event(:cast, :crash, _state, _data), do: exit({:shutdown, :probe})
  def handle_event(_type, {:set, state, data}, _state, _data), do: {:next_state, state, data}

  def handle_event(_type, {:tell, host, state, data}, _state, _data) do
    send(host, {:probe, :timed_out})
    {:next_state, state, data}
  end

  @impl true
  def code_change(_version, state, _data, data), do: {:ok, state, data}

  @impl true
  def terminate(_reason, _state, _data), do: :ok
end
