defmodule ElixirScope.Query.States do
  @moduledoc """
  Questions about the states of servers. `ElixirScope` has the same functions.
  """

  alias ElixirScope.{Error, Question}

  @doc """
  Every recorded state of a process, oldest first: `%{id, timestamp, at, state, complete, module, at_termination, cause}`. `cause` is the
  event that led to it: the message handled before, or the spawn. Options as `message_flow/3`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> GenServer.call(counter, {:add, 7})
      7
      iex> [row] = ElixirScope.state_timeline(counter)
      iex> {row.state, row.module, row.cause.kind}
      {7, ElixirScope.Doc.Counter, :handled}
      iex> ElixirScope.stop()
      :ok
  """
  @spec state_timeline(ElixirScope.process(), keyword()) :: [map()]
  def state_timeline(process, options \\ []), do: Question.list!(:state_timeline, [process: process], [], options)

  @doc """
  The state of a process at a time: a real term, only if it was recorded whole. Else an error with `code`:

    * `:not_found` - the trace has never seen the process, or it was not alive then
    * `:not_traced` - nobody recorded its state then
    * `:evicted` - it was recorded, and is gone since
    * `:incomplete_state` - parts are missing: `partial` holds the rest, `paths` the places

  Option `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> GenServer.call(counter, {:add, 1})
      1
      iex> then = ElixirScope.now()
      iex> GenServer.call(counter, {:add, 1})
      2
      iex> ElixirScope.get_state_at(counter, then)
      {:ok, 1}
      iex> ElixirScope.stop()
      :ok
  """
  @spec get_state_at(ElixirScope.process(), ElixirScope.time(), keyword()) :: {:ok, term()} | {:error, Error.t()}
  def get_state_at(process, time, options \\ []), do: Question.state_at(process, time, options)
end
