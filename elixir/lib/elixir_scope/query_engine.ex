defmodule ElixirScope.QueryEngine do
  @moduledoc """
  Every question in one module: the functions of the `ElixirScope.Query` modules, where each is described.

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

  # The folder is the list: a new topic is delegated to without a word here.
  @files Path.wildcard(Path.join(__DIR__, "query/*.ex"))
  @topics for file <- @files, do: Module.concat(ElixirScope.Query, file |> Path.basename(".ex") |> Macro.camelize())

  for topic <- @topics, {name, arity} <- Code.ensure_compiled!(topic).__info__(:functions) do
    arguments = Macro.generate_arguments(arity, __MODULE__)
    any = List.duplicate(quote(do: term()), arity)

    @doc "See `#{inspect(topic)}.#{name}/#{arity}`, which has an example, the types and the errors."
    @spec unquote(name)(unquote_splicing(any)) :: term()
    defdelegate unquote(name)(unquote_splicing(arguments)), to: topic
  end

  @doc false
  def __mix_recompile__?, do: Path.wildcard(Path.join(__DIR__, "query/*.ex")) != @files
end
