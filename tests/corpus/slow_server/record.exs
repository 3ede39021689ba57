# A server that needs 2 ms for each of 50 messages that are sent at once.
import Corpus.Recording

defmodule Slow do
  use GenServer
  def init(n), do: {:ok, n}

  # Works until a time that is set by the first message, so that a busy machine does not add up its delays.
  def handle_cast({:work, i}, _last) do
    if i == 1, do: Process.put(:began, now())
    spin(Process.get(:began) + i * 2_000)
    {:noreply, i}
  end

  defp spin(until), do: if(now() < until, do: spin(until))
  defp now, do: System.monotonic_time(:microsecond)
end

start()
{:ok, server} = GenServer.start(Slow, 0, name: :slow)
{:ok, _} = ElixirScope.trace_genserver(server)

client =
  spawn(fn ->
    Process.register(self(), :client)
    receive do: (:go -> :ok)
    for i <- 1..50, do: GenServer.cast(:slow, {:work, i})
    receive do: (:end -> :ok)
  end)

{:ok, _} = ElixirScope.trace_process(client)
send(client, :go)
Process.sleep(200)
50 = :sys.get_state(server)

write([
  [kind: :message_flow, a: text(client), b: "slow"],
  [kind: :message_flow, a: text(client), b: "slow", limit: 10],
  [kind: :state_timeline, process: ":slow"]
])
