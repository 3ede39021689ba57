defmodule ElixirScope.Query.Queues do
  @moduledoc """
  Questions about message queues. `ElixirScope` has the same functions.
  """

  alias ElixirScope.Query.Client

  @doc """
  The message queues, and the process the others wait for: `%{bottleneck, queues}`.

  `bottleneck` is `%{process, name, why, path, longest}`, or `nil` when nothing waited. `why` is one sentence with its figures. `path` begins with the process in
  whose queue the most waiting was; each waits for the next one's replies, in more than half of the time it handles messages.

  Of `queues` those with the most waiting come first:

    * `process`, `name`; `from`, `to`: the time spoken of
    * `arrived`: messages handled or still waiting; `external` of them nobody was seen to send; `handled`; `left`: neither handled nor taken at
      the end; `taken`: taken by a receive of the process's own, such as replies
    * `peak`, `peak_at`, `mean_ppm`: how many waited at most, when first, and on average (in millionths of a message); `nil` where handling is not known
    * `waiting` (from sending to handling), `handling` (to the next state) and `delivery` (from sending to delivery), each
      `%{n, sum_ns, mean_ns, p50_ns, p95_ns, p99_ns, max_ns, error_ppm}`, or `nil`
    * `busy_ppm`: the share of time in which it handled messages; `arrival_interval_ns`, `service_interval_ns`: ns from one arrival to the next, and
      ns that a message takes, on average
    * `senders`: `%{process, messages}`, `waits_for`: `%{process, replies, sum_ns}`, at most 10 each
    * `longest`: the id of the message that waited longest; `ambiguous`, `unmatched`: messages handled whose waiting is not known

  Handling is known of GenServers that are traced. Options: `:from` and `:to` (times), `:limit`, `:after`, `:trace`. Raises `ElixirScope.Error` on bad options.

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
