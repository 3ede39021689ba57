defmodule ElixirScope.Recorder.ServerLoop do
  @moduledoc false
  # The functions inside OTP's behaviours that show states and the handling of messages. Their arities differ between releases, so they are
  # looked up; the innermost of each name is the one that every path goes through.
  #
  # A role is what the native library makes of a call: crates/scope-nif/src/capture/tracer/server.rs.

  # {role, module, function, what it is needed for}
  @table [
    # After each callback, with the state.
    {:loop, :gen_server, :loop, [:state]},
    {:statem_loop, :gen_statem, :loop, [:state]},
    {:manager_loop, :gen_event, :loop, [:state]},
    # With the last state, and that of a crash.
    {:terminate, :gen_server, :terminate, [:state, :major]},
    {:statem_terminate, :gen_statem, :terminate, [:state, :major]},
    {:manager_terminate, :gen_event, :terminate_server, [:state, :major]},
    # Before each callback, with the message.
    {:decode, :gen_server, :decode_msg, [:message]},
    {:statem_event, :gen_statem, :loop_receive_result, [:message]},
    {:manager_message, :gen_event, :handle_msg, [:message]},
    # The first state. That of a gen_server is seen in what the smallest init_it returns.
    {:started, :gen_server, {:init_it, 2}, [:major]},
    {:statem_entered, :gen_statem, {:enter, 8}, [:major]},
    # After every message of the module sys: the state may have been replaced, or changed with the code.
    {:continued, :gen_server, :system_continue, [:major]},
    {:statem_continued, :gen_statem, :system_continue, [:major]},
    {:manager_continued, :gen_event, :system_continue, [:major]}
  ]
  @behaviours [:gen_server, :gen_statem, :gen_event]
  @needed_for Map.new(@table, fn {role, _module, _function, classes} -> {role, classes} end)

  @type role :: atom()
  @type class :: :state | :major | :message

  @doc "The functions by role; one that this OTP does not have is missing."
  @spec functions() :: %{optional(role()) => mfa()}
  def functions do
    exports = Map.new(@behaviours, &{&1, &1.module_info(:functions)})

    for {role, module, function, _classes} <- @table,
        {name, arity} <- [innermost(function, exports[module])],
        into: %{},
        do: {role, {module, name, arity}}
  end

  defp innermost({name, arity} = function, all), do: if(function in all, do: {name, arity})

  defp innermost(name, all) do
    case for({^name, arity} <- all, do: arity) do
      [] -> nil
      arities -> {name, Enum.max(arities)}
    end
  end

  @doc "Those of a function's classes that are wanted."
  @spec needed_for(role(), [class()]) :: [class()]
  def needed_for(role, wanted), do: Enum.filter(@needed_for[role], &(&1 in wanted))

  @doc "Whether a live process runs one of OTP's behaviours whose states are known."
  @spec server?(pid()) :: boolean()
  def server?(pid) do
    case Process.info(pid, [:current_stacktrace, :dictionary]) do
      nil -> false
      info -> in_behaviour?(info[:current_stacktrace]) or behaves?(callback_module(info[:dictionary]))
    end
  end

  @doc "The module that a process of OTP or Elixir was started with, or nil."
  @spec callback_module(keyword()) :: module() | nil
  def callback_module(dictionary) do
    case List.keyfind(dictionary, :"$initial_call", 0) do
      {_, {module, _function, _arity}} -> module
      _none -> nil
    end
  end

  defp in_behaviour?(stacktrace), do: Enum.any?(stacktrace, fn {module, _, _, _} -> module in @behaviours end)

  # A hibernating server has no frame on its stack.
  defp behaves?(nil), do: false

  defp behaves?(module) do
    Code.ensure_loaded?(module) and
      Enum.any?(module.module_info(:attributes), fn {name, behaviours} ->
        name in [:behaviour, :behavior] and Enum.any?(behaviours, &(&1 in [GenServer | @behaviours]))
      end)
  end
end
