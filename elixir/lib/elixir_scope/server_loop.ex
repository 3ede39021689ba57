defmodule ElixirScope.ServerLoop do
  @moduledoc false
  # The functions inside OTP's gen_server that show state and handling. Their arities differ between releases, so they are looked up;
  # the innermost of each name is the one that every path goes through.

  @doc "The functions as `%{loop: mfa, terminate: mfa, decode: mfa}`; one that this OTP does not have is missing."
  @spec functions() :: %{optional(:loop | :terminate | :decode) => mfa()}
  def functions do
    all = :gen_server.module_info(:functions)

    for {role, name} <- [loop: :loop, terminate: :terminate, decode: :decode_msg],
        arities = for({^name, arity} <- all, do: arity),
        arities != [],
        into: %{},
        do: {role, {:gen_server, name, Enum.max(arities)}}
  end

  @doc "Whether a live process is a gen_server."
  @spec server?(pid()) :: boolean()
  def server?(pid) do
    case Process.info(pid, [:current_stacktrace, :dictionary]) do
      nil -> false
      info -> in_gen_server?(info[:current_stacktrace]) or behaves?(callback_module(info[:dictionary]))
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

  defp in_gen_server?(stacktrace), do: Enum.any?(stacktrace, fn {module, _, _, _} -> module == :gen_server end)

  # A hibernating server has no frame on its stack.
  defp behaves?(nil), do: false

  defp behaves?(module) do
    Code.ensure_loaded?(module) and
      Enum.any?(module.module_info(:attributes), fn {name, behaviours} ->
        name in [:behaviour, :behavior] and (GenServer in behaviours or :gen_server in behaviours)
      end)
  end
end
