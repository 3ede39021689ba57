defmodule ElixirScope.Query.Performance do
  @moduledoc """
  The time that calls take. `ElixirScope` has the same functions.

  A call belongs to a window if it begins in it. Its duration is the time from the call to its return or exception. Its own time is the duration
  without the traced calls inside it. A call whose end is not in the trace has no duration and is counted as `open`; one whose returns
  were not traced is counted as `call_only`.
  """

  alias ElixirScope.Query.Client
  alias ElixirScope.Types

  @typedoc "A module, `{module, function}`, `{module, function, arity}`, or `:all`."
  @type functions :: module() | {module(), atom()} | mfa() | :all

  @doc """
  The functions of a module with their times, the largest own time first:

    * `module`, `function`, `arity`
    * `calls` - their number; of these `errors` ended with an exception, `open` have not ended, `call_only` have no traced return, and `recursive` were made
      while another call of the function was open in the process
    * `cut` - the number of ends whose calls began before the trace
    * `total_ns` - the time in the function and in what it called, with recursive calls counted once
    * `own_ns` - the time without the traced calls inside; `own_unknown` calls are not in it, as a call inside them never ended
    * `mean_ns`, `p50_ns`, `p95_ns`, `p99_ns`, `max_ns` - of the calls that ended, or `nil` if none did. Up to 65,536 calls a quantile is exact; beyond, it
      is at most `error_ppm` millionths too large
    * `slowest` - the id of the longest call
    * `callers`, `callees` - `%{function, calls, total_ns}` of the traced functions that called it or that it called, most calls first, at most 20. The
      function of a caller is `nil` if no traced call was around it

  Options: `:process`, `:from` and `:to` (times), `:limit`, `:after` (a cursor from `query/2`), `:trace`. Raises `ElixirScope.Error` for a process that the
  trace has never seen. Logs a warning if the module was not traced.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1}, in: self())
      iex> for n <- 1..3, do: ElixirScope.Doc.Sum.of([n])
      [1, 2, 3]
      iex> [row] = ElixirScope.performance_analysis(ElixirScope.Doc.Sum)
      iex> {row.function, row.calls, row.errors, row.total_ns >= row.max_ns, row.callers}
      {:of, 3, 0, true, [%{function: nil, calls: 3, total_ns: row.total_ns}]}
      iex> ElixirScope.stop()
      :ok
  """
  @spec performance_analysis(functions(), keyword()) :: [map()]
  def performance_analysis(functions, options \\ []), do: list!(:performance_analysis, functions, options)

  @doc """
  The longest calls, longest first, as rows of `function_calls/2`. Options: `:limit` (default 10), `:functions` (as for
  `performance_analysis/2`), `:process`, `:from` and `:to` (times), `:after`, `:trace`. The errors are those of `performance_analysis/2`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1}, in: self())
      iex> ElixirScope.Doc.Sum.of([1])
      1
      iex> ElixirScope.Doc.Sum.of(Enum.to_list(1..50_000))
      1250025000
      iex> [slowest] = ElixirScope.slowest_function_calls(limit: 1)
      iex> {slowest.result, slowest.process == self()}
      {1250025000, true}
      iex> ElixirScope.stop()
      :ok
  """
  @spec slowest_function_calls(keyword()) :: [map()]
  def slowest_function_calls(options \\ []) do
    {functions, options} = Keyword.pop(options, :functions, :all)
    list!(:slowest_function_calls, functions, Keyword.put_new(options, :limit, 10))
  end

  @doc """
  The calls of a module or function in order, across processes: the rows of `ElixirScope.execution_path/2`. Options and errors are those of
  `performance_analysis/2`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1})
      iex> Task.await(Task.async(fn -> ElixirScope.Doc.Sum.of([1, 2]) end))
      3
      iex> [call] = ElixirScope.function_calls({ElixirScope.Doc.Sum, :of, 1})
      iex> {call.args, call.result, call.process == self()}
      {[[1, 2]], 3, false}
      iex> ElixirScope.stop()
      :ok
  """
  @spec function_calls(functions(), keyword()) :: [map()]
  def function_calls(functions, options \\ []), do: list!(:function_calls, functions, options)

  @doc """
  The calls of a process as a tree, in preorder, siblings by time: `%{index, parent, depth, module, function, arity, stack, calls, open, call_only, errors,
  total_ns, own_ns, deeper, deeper_ns}`. `parent` is the `index` of the node above. A function that calls itself stays in its node. Calls nested
  deeper than `:max_depth` (default 64) are counted as `deeper` in the node above.

  `stack` and `own_ns` make a line of folded stacks, the input of flame graphs. With `:all` as process, one tree has the calls of all processes. Options: `:max_depth`,
  `:from` and `:to` (times), `:limit`, `:after`, `:trace`. Raises `ElixirScope.Error` for a process that the trace has never seen.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_module(ElixirScope.Doc.Sum, in: self())
      iex> ElixirScope.Doc.Sum.of([1, 2])
      3
      iex> tree = ElixirScope.call_tree(self())
      iex> for node <- tree, do: {node.stack, node.calls}
      [{"ElixirScope.Doc.Sum.of/1", 1}, {"ElixirScope.Doc.Sum.of/1;ElixirScope.Doc.Sum.fold/2", 3}]
      iex> folded = for node <- tree, do: "\#{node.stack} \#{node.own_ns}\\n"
      iex> length(folded)
      2
      iex> ElixirScope.stop()
      :ok
  """
  @spec call_tree(Types.process() | :all, keyword()) :: [map()]
  def call_tree(process, options \\ []) do
    {fields, options} = Keyword.split(options, [:max_depth])
    processes = if process == :all, do: [], else: [process: process]
    Client.list!(:call_tree, processes, fields, options)
  end

  defp list!(kind, functions, options) do
    {processes, options} = Keyword.split(options, [:process])
    Client.list!(kind, processes, fields(functions), options)
  end

  defp fields(:all), do: []
  defp fields(module) when is_atom(module), do: [module: inspect(module)]

  defp fields({module, function}) when is_atom(module) and is_atom(function),
    do: [module: inspect(module), function: to_string(function)]

  defp fields({module, function, arity}) when is_atom(module) and is_atom(function) and arity in 0..255,
    do: [module: inspect(module), function: to_string(function), arity: arity]

  defp fields(other) do
    message = "functions are a module, {module, function}, {module, function, arity} or :all, got: #{inspect(other)}"
    raise %ElixirScope.Error{code: :bad_argument, message: message}
  end
end
