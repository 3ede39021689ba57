defmodule ElixirScope.Query.Calls do
  @moduledoc """
  Questions about calls. `ElixirScope` has the same functions.
  """

  alias ElixirScope.Query.Client
  alias ElixirScope.Types

  @doc """
  The traced calls of a process in order: `%{id, timestamp, at, process, module, function, arity, args, depth, duration_ns, own_ns, result, outcome}`.
  `result` is the value, or `{class, reason}` when `outcome` is `:raised`; it is unknown for `:open` and `:call_only`. The options are those of `message_flow/3`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1}, in: self())
      iex> ElixirScope.Doc.Sum.of([1, 2])
      3
      iex> [call] = ElixirScope.execution_path(self())
      iex> {call.function, call.args, call.result, call.outcome, call.duration_ns > 0}
      {:of, [[1, 2]], 3, :returned, true}
      iex> ElixirScope.stop()
      :ok
  """
  @spec execution_path(Types.process(), keyword()) :: [map()]
  def execution_path(process, options \\ []), do: Client.list!(:execution_path, [process: process], [], options)
end
