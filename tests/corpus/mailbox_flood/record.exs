# A thousand casts to a server that is busy, and then handles them one by one.
import Corpus.Recording

defmodule Flooded do
  use GenServer
  def init(n), do: {:ok, n}

  def handle_cast(:wait, n) do
    receive do: (:go -> {:noreply, n})
  end

  def handle_cast({:item, _i}, n), do: {:noreply, n + 1}
end

start()
{:ok, server} = GenServer.start(Flooded, 0, name: :flooded)
{:ok, _} = ElixirScope.trace_genserver(server)

client =
  spawn(fn ->
    receive do: (:begin -> :ok)
    GenServer.cast(:flooded, :wait)
    # Until the server is in its callback.
    Process.sleep(100)
    for i <- 1..1_000, do: GenServer.cast(:flooded, {:item, i})
    receive do: (:end -> :ok)
  end)

{:ok, _} = ElixirScope.trace_process(client)
send(client, :begin)
Process.sleep(500)
flooded = time()
send(server, :go)
1_000 = :sys.get_state(server)
done = time()

[number, serial] = ~r/<0\.(\d+)\.(\d+)>/ |> Regex.run(text(server), capture: :all_but_first) |> Enum.map(&String.to_integer/1)
before = Enum.map_join([number - 1, serial, 1], ".", &Integer.to_string(&1, 16)) |> String.downcase()

write([
  [kind: :snapshot_at, time: flooded, after: "snapshot_at.#{before}", limit: 1, messages: 2],
  [kind: :snapshot_at, time: done, after: "snapshot_at.#{before}", limit: 1],
  [kind: :message_flow, a: text(client), direction: :from_a, limit: 2_000]
])
