defmodule ElixirScope.CodeTracer do
  @moduledoc """
  Records calls of functions, and returns what was recorded.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, %{matched: 1}} = ElixirScope.CodeTracer.trace({ElixirScope.Doc.Sum, :of, 1}, in: self())
      iex> ElixirScope.Doc.Sum.of([1, 2])
      3
      iex> for event <- ElixirScope.CodeTracer.events(ElixirScope.Doc.Sum), do: {event.kind, event.term}
      [call: [[1, 2]], return: 3]
      iex> ElixirScope.CodeTracer.untrace({ElixirScope.Doc.Sum, :of, 1})
      :ok
      iex> ElixirScope.stop()
      :ok
  """

  alias ElixirScope.{Error, Event, Query}
  alias ElixirScope.Query.Client

  @type code :: module() | {module(), atom(), arity() | :_}

  @doc """
  Records the calls of a module or of one function: `ElixirScope.trace_module/2` or `ElixirScope.trace_function/2`, with the same options and errors.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, %{matched: 2}} = ElixirScope.CodeTracer.trace(ElixirScope.Doc.Sum)
      iex> ElixirScope.stop()
      :ok
  """
  @spec trace(code(), keyword()) :: {:ok, ElixirScope.traced()} | {:error, Error.t()}
  def trace(code, options \\ [])
  def trace(function, options) when is_tuple(function), do: ElixirScope.trace_function(function, options)
  def trace(module, options), do: ElixirScope.trace_module(module, options)

  @doc """
  Ends `trace/2`. The error is `:not_traced` if the code was not traced.

      iex> ElixirScope.setup()
      :ok
      iex> {:error, %{code: :not_traced}} = ElixirScope.CodeTracer.untrace(ElixirScope.Doc.Sum)
      iex> ElixirScope.stop()
      :ok
  """
  @spec untrace(code()) :: :ok | {:error, Error.t()}
  def untrace(function) when is_tuple(function), do: ElixirScope.untrace_function(function)
  def untrace(module), do: ElixirScope.untrace_module(module)

  @doc """
  The calls, returns and exceptions of a module, in every process, oldest first, as in the example above. Options: `:function`, `:from`, `:to`,
  `:limit`, `:after`, `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> ElixirScope.CodeTracer.events(ElixirScope.Doc.Sum, function: :of)
      []
      iex> ElixirScope.stop()
      :ok
  """
  @spec events(module(), keyword()) :: [Event.t()]
  def events(module, options \\ []) do
    {times, options} = Keyword.split(options, [:from, :to])
    Client.events!(times[:from], times[:to], [type: :call, module: module] ++ options)
  end

  @doc """
  The calls of a process, with depth, durations and results. See `ElixirScope.Query.Calls.execution_path/2`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.CodeTracer.trace({ElixirScope.Doc.Sum, :of, 1}, in: self())
      iex> ElixirScope.Doc.Sum.of([4])
      4
      iex> for call <- ElixirScope.CodeTracer.calls(self()), do: {call.function, call.result}
      [of: 4]
      iex> ElixirScope.stop()
      :ok
  """
  @spec calls(ElixirScope.process(), keyword()) :: [map()]
  def calls(process, options \\ []), do: Query.Calls.execution_path(process, options)
end
