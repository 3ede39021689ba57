defmodule ElixirScope.Behaviours do
  @moduledoc false
  # A server of each behaviour of OTP whose state is known, small enough to say what it must be after each step.
end

defmodule ElixirScope.Behaviours.Switch do
  @moduledoc false
  # A gen_statem with one callback function for all states.

  @behaviour :gen_statem

  @impl true
  def callback_mode, do: [:handle_event_function, :state_enter]

  @impl true
  def init(data), do: {:ok, :off, data}

  @impl true
  def handle_event(:enter, _old, _state, data), do: {:keep_state, data}
  def handle_event({:call, from}, :flip, :off, n), do: {:next_state, :on, n + 1, [{:reply, from, :on}]}
  def handle_event({:call, from}, :flip, :on, n), do: {:next_state, :off, n + 1, [{:reply, from, :off}]}
  def handle_event({:call, from}, {:sleep, n}, _state, _data), do: {:keep_state, n, [{:reply, from, :ok}, :hibernate]}
  def handle_event(:cast, {:put, n}, _state, _data), do: {:keep_state, n}
  def handle_event(:cast, :soon, _state, _data), do: {:keep_state_and_data, [{:state_timeout, 1, :rang}]}
  def handle_event(:state_timeout, :rang, _state, _data), do: {:keep_state, :rang}
  def handle_event(:cast, :crash, _state, _data), do: exit(:switched)
  def handle_event(:cast, {:stop, n}, _state, _data), do: {:stop, :normal, n}
  def handle_event(:info, {:put, n}, state, _data), do: {:next_state, state, n}

  @impl true
  def code_change(_old, state, data, extra), do: {:ok, state, {data, extra}}
end

defmodule ElixirScope.Behaviours.Lock do
  @moduledoc false
  # A gen_statem with a callback function for each state.

  @behaviour :gen_statem

  @impl true
  def callback_mode, do: :state_functions

  @impl true
  def init(n), do: {:ok, :closed, n}

  def closed({:call, from}, :open, n), do: {:next_state, :open, n + 1, [{:reply, from, :ok}]}
  def open({:call, from}, :close, n), do: {:next_state, :closed, n + 1, [{:reply, from, :ok}]}
end

defmodule ElixirScope.Behaviours.Sum do
  @moduledoc false
  # A handler of a gen_event.

  @behaviour :gen_event

  @impl true
  def init(n), do: {:ok, n}

  @impl true
  def handle_event({:add, n}, sum), do: {:ok, sum + n}

  @impl true
  def handle_call(:get, sum), do: {:ok, sum, sum}
end
