defmodule ElixirScope.Recorder.Target.Options do
  @moduledoc false
  # The options of the trace_* functions.
  #
  # Invariant: as with the options of setup/1, none is ignored.

  # The longest time of an Erlang timer, and the largest number that every binding can hold.
  @max_ms 4_294_967_295
  @max_count 9_007_199_254_740_991

  # {name, default, what is allowed}
  @table [
    {:for, nil, "an integer from 1 to #{@max_ms} (ms)"},
    {:max, nil, "a positive integer (events), at most #{@max_count}"},
    {:args, :full, ":full or :arity"},
    {:scope, :exported, ":exported or :all"},
    {:in, nil, "a process or a list of processes"},
    {:follow, :none, ":none or :spawned"},
    {:returns, true, "true or false"},
    {:modules, nil, "a list of modules"},
    {:await, false, "true or false"}
  ]

  @doc "Every option with its default and what it may be."
  def table, do: @table

  @doc "The options given, over the defaults; `accepted` are those that mean something to `function`."
  @spec new(keyword(), [atom()], String.t()) :: map()
  def new(options, accepted, function) do
    unless Keyword.keyword?(options) do
      raise ArgumentError, "the options of #{function} are a keyword list, got: #{inspect(options)}"
    end

    Enum.each(options, fn {name, value} -> check!(name, value, accepted, function) end)
    Map.merge(defaults(), Map.new(options))
  end

  defp defaults, do: Map.new(@table, fn {name, default, _allowed} -> {name, default} end)

  defp check!(name, value, accepted, function) do
    case name in accepted && List.keyfind(@table, name, 0) do
      {name, _default, allowed} ->
        unless allowed?(name, value) do
          raise ArgumentError, "option #{inspect(name)} of #{function} must be #{allowed}, got: #{inspect(value)}"
        end

      _unknown ->
        known = Enum.map_join(accepted, ", ", &inspect/1)
        raise ArgumentError, "unknown option #{inspect(name)} of #{function}; there are #{known}"
    end
  end

  defp allowed?(:for, value), do: is_integer(value) and value in 1..@max_ms
  defp allowed?(:max, value), do: is_integer(value) and value in 1..@max_count
  defp allowed?(:args, value), do: value in [:full, :arity]
  defp allowed?(:scope, value), do: value in [:exported, :all]
  defp allowed?(:in, value), do: value != [] and not (is_list(value) and List.improper?(value))
  defp allowed?(:follow, value), do: value in [:none, :spawned]
  defp allowed?(name, value) when name in [:returns, :await], do: is_boolean(value)
  defp allowed?(:modules, value), do: is_list(value) and not List.improper?(value) and Enum.all?(value, &is_atom/1)
end
