defmodule ElixirScope.Functions do
  @moduledoc false
  # The functions of a module to be traced, each with whether its return can be.

  alias ElixirScope.{Error, TailCalls}

  @type selection :: %{functions: [{mfa(), boolean()}], warnings: [String.t()]}

  # Written by the compiler, called by tools: not what anybody asks about.
  @generated [module_info: 0, module_info: 1, __info__: 1]

  @doc "All exported functions of a module, or all there are."
  @spec of_module(module(), :exported | :all, boolean()) :: {:ok, selection()} | {:error, Error.t()}
  def of_module(module, scope, returns?) do
    with :ok <- loaded(module) do
      select(module, names(module, scope) -- @generated, returns?, "module #{inspect(module)} has no #{scope_text(scope)}")
    end
  end

  @doc "One function, or with `:_` as arity or name all that match."
  @spec matching(mfa(), boolean()) :: {:ok, selection()} | {:error, Error.t()}
  def matching({module, function, arity}, returns?) do
    with :ok <- loaded(module) do
      found = Enum.filter(names(module, :all), fn {f, a} -> function in [:_, f] and arity in [:_, a] end)

      select(module, found, returns?, "module #{inspect(module)} has no function #{function}/#{arity}#{near(module, function)}")
    end
  end

  # A module that is not loaded matches no pattern, silently.
  defp loaded(module) do
    case Code.ensure_loaded(module) do
      {:module, _} -> :ok
      {:error, reason} -> Error.new(:not_found, "module #{inspect(module)} cannot be loaded (#{reason})")
    end
  end

  defp names(module, :exported), do: module.module_info(:exports)
  defp names(module, :all), do: module.module_info(:functions)

  defp scope_text(:exported), do: "exported function; `scope: :all` traces private ones"
  defp scope_text(:all), do: "function"

  defp near(module, function) do
    case for({^function, arity} <- names(module, :all), do: arity) do
      [] -> ""
      arities -> "; it has #{Enum.map_join(Enum.sort(arities), ", ", &"#{function}/#{&1}")}"
    end
  end

  defp select(_module, [], _returns?, why), do: Error.new(:not_found, why)

  defp select(module, names, false, _why) do
    {:ok, %{functions: Enum.map(Enum.sort(names), fn {f, a} -> {{module, f, a}, false} end), warnings: []}}
  end

  defp select(module, names, true, _why) do
    {safe?, warning} =
      case TailCalls.cyclic(module) do
        {:ok, cyclic} -> {&(&1 not in cyclic), cyclic_warning(module, Enum.filter(names, &(&1 in cyclic)))}
        {:error, why} -> {fn _ -> false end, ["no returns in #{inspect(module)}: #{why}"]}
      end

    {:ok, %{functions: Enum.map(Enum.sort(names), fn {f, a} = name -> {{module, f, a}, safe?.(name)} end), warnings: warning}}
  end

  defp cyclic_warning(_module, []), do: []

  defp cyclic_warning(module, names) do
    list = names |> Enum.sort() |> Enum.map_join(", ", fn {f, a} -> "#{f}/#{a}" end)
    ["no returns of #{list} in #{inspect(module)}: a return trace of a tail-recursive loop would grow the process without end"]
  end
end
