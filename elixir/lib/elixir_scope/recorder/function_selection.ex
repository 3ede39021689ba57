defmodule ElixirScope.Recorder.FunctionSelection do
  @moduledoc false
  # The functions of a module to be traced, each with whether its return can be.

  alias ElixirScope.Error
  alias ElixirScope.Recorder.TailCall

  @typedoc "How functions are chosen: all of a module, or those that match, each with whether returns are asked for."
  @type selection :: {:module, module(), :exported | :all, boolean()} | {:function, mfa(), boolean()}
  @type found :: %{functions: [{mfa(), boolean()}], warnings: [String.t()]}

  # Written by the compiler, called by tools: not what anybody asks about.
  @generated [module_info: 0, module_info: 1, __info__: 1]

  @doc "The functions of a selection."
  @spec find(selection()) :: {:ok, found()} | {:error, Error.t()}
  def find({:module, module, scope, returns?}) do
    with :ok <- loaded(module) do
      select(module, names(module, scope) -- @generated, returns?, "module #{inspect(module)} has no #{scope_text(scope)}")
    end
  end

  # With `:_` as arity or name, all that match.
  def find({:function, {module, function, arity}, returns?}) do
    with :ok <- loaded(module) do
      found = Enum.filter(names(module, :all), fn {f, a} -> function in [:_, f] and arity in [:_, a] end)

      select(module, found, returns?, "module #{inspect(module)} has no function #{function}/#{arity}#{near(module, function)}")
    end
  end

  @doc "The functions of several selections, with nothing of a module that is not there."
  @spec select([selection()]) :: {[{mfa(), boolean()}], [String.t()]}
  def select(selections) do
    for selection <- selections, {:ok, found} <- [find(selection)], reduce: {[], []} do
      {functions, warnings} -> {functions ++ found.functions, warnings ++ found.warnings}
    end
  end

  @doc "What is loaded of the modules of selections: a module loaded anew has another version."
  @spec versions([selection()]) :: %{module() => binary() | nil}
  def versions(selections), do: Map.new(selections, fn selection -> {module(selection), version(module(selection))} end)

  defp module({:module, module, _scope, _returns?}), do: module
  defp module({:function, {module, _function, _arity}, _returns?}), do: module

  defp version(module), do: if(:erlang.module_loaded(module), do: module.module_info(:md5))

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
      case TailCall.cyclic(module) do
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
