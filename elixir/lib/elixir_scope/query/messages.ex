defmodule ElixirScope.Query.Messages do
  @moduledoc """
  Messages between processes. `ElixirScope` has the same functions.
  """

  alias ElixirScope.Query.Client
  alias ElixirScope.Types

  @doc """
  The messages between two processes, in the order of sending. If `b` is `nil`, they are those between `a` and all other processes:
  `%{id, timestamp, at, from, to, sent_to, message, delivered_at, handled_at, waiting_ns, delivery_ns, queue_length, matched, handling}`.

  `waiting_ns` is the time from sending to the start of the receiver's callback, or `nil` if the receiver is not a traced GenServer.
  `delivery_ns` is the time until the message was in the receiver's inner queue. `queue_length` is the number of messages that the receiver began to handle
  after this one was sent and before it was handled. `matched` says how certain it is that sending and delivery belong together: `:matched`, `:ambiguous`,
  `:undelivered`, `:to_dead`, `:external` (it was delivered, but no recorded process sent it) or `:not_traced`. `handling` is `:handled`, `:not_handled`,
  `:ambiguous`, `:not_recorded`, or `nil` if the delivery is unknown. Options: `:direction` (`:both`, `:from_a` or `:to_a`), `:from` and `:to` (times), `:limit`, `:after` (a cursor from `query/2`), `:trace`.

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
      iex> {cast.message, cast.from == self(), cast.waiting_ns > 0}
      {{:"$gen_cast", {:add, 1}}, true, true}
      iex> ElixirScope.stop()
      :ok
  """
  @spec message_flow(Types.process(), Types.process() | nil, keyword()) :: [map()]
  def message_flow(a, b, options \\ []) do
    {direction, options} = Keyword.split(options, [:direction])
    processes = if b == nil, do: [a: a], else: [a: a, b: b]
    Client.list!(:message_flow, processes, for({name, word} <- direction, do: {name, to_string(word)}), options)
  end

  @doc """
  One message by the id of any of its events (send, delivery or handling). It has the fields of `message_flow/3` and `call`: the row of `server_calls/2` if
  the message is a request of `GenServer.call`, else `nil`. Option: `:trace`. Errors: `:bad_argument`, `:not_found`, `:evicted`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> {:ok, _} = ElixirScope.trace_process(self(), modules: [])
      iex> GenServer.call(counter, {:add, 3})
      3
      iex> [handled] = ElixirScope.get_events_between({:ago, 1, :minute}, ElixirScope.now(), type: :handled)
      iex> {:ok, message} = ElixirScope.message(handled.id)
      iex> {message.from == self(), message.call.request, message.call.reply}
      {true, {:add, 3}, 3}
      iex> ElixirScope.stop()
      :ok
  """
  @spec message(String.t() | ElixirScope.Event.t(), keyword()) :: {:ok, map()} | {:error, ElixirScope.Error.t()}
  def message(event, options \\ [])
  def message(%ElixirScope.Event{id: id}, options), do: message(id, options)
  def message(id, options), do: Client.one(:message, %{id: id}, options)

  @doc """
  The calls of a server in the order of sending, each with its request and its reply, which carry the same reference:
  `%{id, timestamp, at, caller, server, request, reply, handled_at, replied_at, returned_at, waiting_ns, handling_ns, latency_ns, outcome}`.

  `outcome` is `:replied`, `:late` (a reply was sent, but the caller no longer waited), `:to_dead`, `:caller_exited`, `:server_exited` or `:open`
  (no reply so far). Options: `:caller` (only its calls; with `nil` for the server, all calls of that caller), and those of `message_flow/3`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> {:ok, _} = ElixirScope.trace_process(self(), modules: [])
      iex> GenServer.call(counter, {:add, 1})
      1
      iex> [call] = ElixirScope.server_calls(counter)
      iex> {call.request, call.reply, call.outcome, call.latency_ns >= call.handling_ns}
      {{:add, 1}, 1, :replied, true}
      iex> ElixirScope.stop()
      :ok
  """
  @spec server_calls(Types.process() | nil, keyword()) :: [map()]
  def server_calls(server, options \\ []) do
    {caller, options} = Keyword.split(options, [:caller])
    processes = if server == nil, do: caller, else: [{:server, server} | caller]
    Client.list!(:server_calls, processes, [], options)
  end
end
