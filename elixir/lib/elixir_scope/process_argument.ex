defmodule ElixirScope.ProcessArgument do
  @moduledoc false
  # Converts a process as users give it to a live pid (to trace it), or to the text of the API (to ask about it).

  alias ElixirScope.{Error, Foreign}

  @doc "A live process of this node."
  @spec to_pid(term()) :: {:ok, pid()} | {:error, Error.t()}
  def to_pid(argument) do
    case resolve(argument) do
      pid when is_pid(pid) and node(pid) != node() ->
        Error.new(:bad_argument, "#{inspect(pid)} runs on node #{node(pid)}; trace it from there")

      pid when is_pid(pid) ->
        if Process.alive?(pid), do: {:ok, pid}, else: Error.new(:not_found, "#{inspect(pid)} is not alive")

      nil ->
        Error.new(:not_found, "no process is registered as #{inspect(argument)}")

      {:error, _} = error ->
        error
    end
  end

  @doc "The text of a process in the API."
  @spec to_text(term()) :: {:ok, String.t()} | {:error, Error.t()}
  def to_text(pid) when is_pid(pid), do: {:ok, pid |> :erlang.pid_to_list() |> List.to_string()}
  def to_text(%Foreign{type: :pid, text: text}), do: {:ok, text}
  def to_text("#PID" <> text), do: {:ok, text}
  def to_text(text) when is_binary(text) and text != "", do: {:ok, text}
  def to_text(name) when is_atom(name) and name not in [nil, true, false], do: {:ok, inspect(name)}

  def to_text({scope, _} = name) when scope in [:via, :global], do: global_text(name)
  def to_text({:via, _, _} = name), do: global_text(name)
  def to_text(other), do: wrong(other)

  # Names of a registry are not in the trace: they mean the process that holds them now.
  defp global_text(name) do
    with {:ok, pid} <- to_pid(name), do: to_text(pid)
  end

  defp resolve(pid) when is_pid(pid), do: pid
  defp resolve(name) when is_atom(name) and name not in [nil, true, false], do: Process.whereis(name)
  defp resolve({:global, _} = name), do: GenServer.whereis(name)
  defp resolve({:via, module, _} = name) when is_atom(module), do: GenServer.whereis(name)
  defp resolve("#PID" <> text), do: resolve(text)

  defp resolve("<" <> _ = text) do
    :erlang.list_to_pid(String.to_charlist(text))
  rescue
    ArgumentError -> wrong(text)
  end

  defp resolve(other), do: wrong(other)

  defp wrong(value) do
    Error.new(
      :bad_argument,
      "#{inspect(value)} is not a process: give a pid, a string such as \"<0.123.0>\", a registered name, " <>
        "{:via, module, name} or {:global, name}"
    )
  end
end
