defmodule ElixirScope.Recorder.Action do
  @moduledoc false
  # What the recorder's process is to do. The pure modules of the recorder collect actions in the field `actions` of the state, newest
  # first; `ElixirScope.Recorder.Performer` performs them, oldest first.

  alias ElixirScope.Recorder.{Plan, Row, Supervision, Target}

  @type t ::
          {:put, [Row.t()]}
          | {:reply, term()}
          | Plan.step()
          | {:expect_patterns, [mfa()]}
          | {:unpublish_states, Plan.state_scope()}
          | {:publish_states, Plan.state_scope()}
          | :unpublish_tracing
          | {:publish_tracing, expected :: map(), %{pid() => [atom()]}}
          | :renew_sessions
          | {:lose, [atom()], from :: integer()}
          | {:visit, [pid()]}
          | {:search_deep, [pid()], Plan.t(), words :: pos_integer()}
          | {:warn, String.t()}
          | {:strip_flags, except :: [pid()], keep :: [atom()]}
          | {:clear_tracing, [mfa()]}
          | {:budget, Target.budget()}
          | {:sample_rate, ppm :: 0..1_000_000}
          | {:limits, map()}
          | {:watch_loads, boolean()}
          | {:monitor, pid()}
          | {:start_timer, message :: term(), ms :: non_neg_integer()}
          | {:cancel_timer, message :: term()}
          | :sweep
          | {:read_supervisors, [pid()], Supervision.family()}
          | {:find_living, [pid()]}
          | :clear_store
          | :stop_native

  @doc "Adds an action."
  @spec emit(state, t()) :: state when state: %{:actions => [t()], optional(atom()) => term()}
  def emit(state, action), do: %{state | actions: [action | state.actions]}

  @doc "Adds several actions."
  @spec emit_all(state, [t()]) :: state when state: %{:actions => [t()], optional(atom()) => term()}
  def emit_all(state, actions), do: Enum.reduce(actions, state, &emit(&2, &1))

  @doc "Adds the writing of rows, if there are any."
  @spec put(state, [Row.t()]) :: state when state: %{:actions => [t()], optional(atom()) => term()}
  def put(state, []), do: state
  def put(state, rows), do: emit(state, {:put, rows})
end
