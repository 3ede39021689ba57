defmodule ElixirScope.Query.Messages do
  @moduledoc """
  Questions about messages. `ElixirScope` has the same functions.
  """

  alias ElixirScope.Question

  @doc """
  The messages between two processes, both ways, in order of sending:
  `%{id, timestamp, at, from, to, sent_to, message, delivered_at, handled_at, waiting, delivery, matched}`.

  `waiting` is the time from sending to the start of the receiver's callback, `nil` where the receiver is not a traced GenServer;
  `delivery` only reaches to its inner queue. `matched` says how sure the pairing is: `:matched`, `:ambiguous`, `:undelivered`, `:to_dead`, `:external` or
  `:not_traced`. Options: `:from` and `:to` (times), `:limit`, `:after` (a cursor from `query/2`), `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> {:ok, _} = ElixirScope.trace_process(self(), modules: [])
      iex> GenServer.cast(counter, {:add, 1})
      :ok
      iex> GenServer.call(counter, {:add, 1})
      2
      iex> [cast | _] = ElixirScope.message_flow(self(), counter)
      iex> {cast.message, cast.from == self(), cast.waiting > 0}
      {{:"$gen_cast", {:add, 1}}, true, true}
      iex> ElixirScope.stop()
      :ok
  """
  @spec message_flow(ElixirScope.process(), ElixirScope.process(), keyword()) :: [map()]
  def message_flow(a, b, options \\ []), do: Question.list!(:message_flow, [a: a, b: b], [], options)
end
