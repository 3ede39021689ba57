defmodule ElixirScope.Query.Queues do
  @moduledoc """
  Message queues. `ElixirScope` has the same functions.
  """

  alias ElixirScope.Query.Client

  @doc """
  The message queues, and the process that the others wait for: `%{bottleneck, queues}`.

  `bottleneck` is `%{process, name, why, path, longest}`, or `nil` if no message waited. `why` is one sentence. `path` begins with the process whose queue
  had the longest waiting in total. Each process of the path waits for replies of the next one, for more than half of the time in which it handles messages.

  `queues` has the queue with the longest waiting in total first:

    * `process`, `name`
    * `from`, `to` - the time that the row covers
    * `arrived` - the messages that were handled or still wait; `external` of them were sent by no recorded process
    * `handled`, `taken`, `left` - messages that were handled, that a `receive` of the process's own took, such as replies, and that waited at the end
    * `peak`, `peak_at`, `mean_ppm` - the greatest number of waiting messages, its first time, and the mean number in millionths; `nil` if the handling is
      unknown
    * `waiting` (from sending to handling), `handling` (to the next state) and `delivery` (from sending to delivery), each
      `%{n, sum_ns, mean_ns, p50_ns, p95_ns, p99_ns, max_ns, error_ppm}`, or `nil`
    * `busy_ppm` - the share of the time in which it handled messages
    * `arrival_interval_ns`, `service_interval_ns` - the mean time from one arrival to the next, and the mean time that a message takes
    * `senders` - `%{process, messages}`, `waits_for` - `%{process, replies, sum_ns}`, at most 10 each
    * `longest` - the id of the message that waited longest
    * `ambiguous`, `unmatched` - the number of handled messages whose waiting is unknown

  The handling is known for traced GenServers. Options: `:from` and `:to` (times), `:limit`, `:after`, `:trace`. Raises `ElixirScope.Error` for wrong options.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> for n <- 1..5, do: GenServer.cast(counter, {:add, n})
      iex> GenServer.call(counter, {:add, 0})
      15
      iex> %{bottleneck: bottleneck, queues: [queue]} = ElixirScope.message_queue_analysis()
      iex> {bottleneck.process == counter, queue.handled, queue.waiting.n, queue.peak > 0}
      {true, 6, 6, true}
      iex> ElixirScope.stop()
      :ok
  """
  @spec message_queue_analysis(keyword()) :: %{bottleneck: map() | nil, queues: [map()]}
  def message_queue_analysis(options \\ []), do: Client.list!(:message_queue_analysis, [], [], options)
end
