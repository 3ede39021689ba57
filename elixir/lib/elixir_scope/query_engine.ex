defmodule ElixirScope.QueryEngine do
  @moduledoc """
  All query functions in one module. The `ElixirScope.Query` modules describe them.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> GenServer.call(counter, {:add, 2})
      2
      iex> for row <- ElixirScope.QueryEngine.state_timeline(counter), do: row.state
      [2]
      iex> ElixirScope.QueryEngine.get_state_at(counter, ElixirScope.now())
      {:ok, 2}
      iex> ElixirScope.stop()
      :ok
  """

  alias ElixirScope.Query

  @topics [
    Query.Calls,
    Query.Causes,
    Query.Crashes,
    Query.Events,
    Query.Messages,
    Query.Overview,
    Query.Performance,
    Query.Processes,
    Query.Queues,
    Query.Snapshot,
    Query.States
  ]

  for topic <- @topics, {name, arity} <- Code.ensure_compiled!(topic).__info__(:functions) do
    arguments = Macro.generate_arguments(arity, __MODULE__)
    any = List.duplicate(quote(do: term()), arity)

    @doc "See `#{inspect(topic)}.#{name}/#{arity}`, which has an example, the types and the errors."
    @spec unquote(name)(unquote_splicing(any)) :: term()
    defdelegate unquote(name)(unquote_splicing(arguments)), to: topic
  end
end
