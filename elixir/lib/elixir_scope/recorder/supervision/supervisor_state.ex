defmodule ElixirScope.Recorder.Supervision.SupervisorState do
  @moduledoc false
  # What the state of a supervisor says: its strategy, and its children. Only fields that have been where they are since OTP 21 are read;
  # ElixirScope.Recorder.ServerLoop.Probe checks that they still are. Start arguments are dropped here.

  @typedoc "The pid is `:undefined` or `{:restarting, pid}` for a child that does not run."
  @type children :: [{pid() | term(), %{id: term(), restart: atom(), type: atom(), modules: term()}}]

  @doc "Strategy and children, or `:unknown` for a state of another shape."
  @spec read(term()) :: {%{strategy: atom(), intensity: integer(), period: integer()}, children()} | :unknown
  def read(state) when elem(state, 0) == :state and tuple_size(state) >= 10 do
    with [:state, _name, strategy, children, _dynamics, intensity, period] <- state |> Tuple.to_list() |> Enum.take(7),
         true <- is_atom(strategy) and is_integer(intensity) and is_integer(period),
         {ids, %{} = specs} when is_list(ids) <- children do
      {%{strategy: strategy, intensity: intensity, period: period}, for({_id, spec} <- specs, child <- child(spec), do: child)}
    else
      _other -> :unknown
    end
  end

  def read(%DynamicSupervisor{strategy: strategy, max_restarts: intensity, max_seconds: period, children: children}) do
    children =
      for {pid, {_start, restart, _shutdown, type, modules}} <- children,
          do: {pid, %{id: :undefined, restart: restart, type: type, modules: modules}}

    {%{strategy: strategy, intensity: intensity, period: period}, children}
  end

  def read(_other), do: :unknown

  # {:child, pid, id, start, restart, significant, shutdown, type, modules}; before OTP 24 without `significant`.
  defp child(spec) when elem(spec, 0) == :child and tuple_size(spec) in [8, 9] do
    [type, modules] = spec |> Tuple.to_list() |> Enum.take(-2)
    [{elem(spec, 1), %{id: elem(spec, 2), restart: elem(spec, 4), type: type, modules: modules}}]
  end

  defp child(_other), do: []
end
