# Jobs for four workers, all of which need the one database.
import Corpus.Recording

defmodule Db do
  use GenServer
  def init(n), do: {:ok, n}

  def handle_call({:query, i}, _from, n) do
    Process.sleep(5)
    {:reply, {:row, i}, n + 1}
  end
end

defmodule Worker do
  use GenServer
  def init(n), do: {:ok, n}

  def handle_cast({:job, i}, n) do
    {:row, ^i} = GenServer.call(:db, {:query, i})
    {:noreply, n + 1}
  end
end

defmodule Pool do
  use GenServer
  def init(workers), do: {:ok, workers}

  def handle_cast({:job, i}, [next | rest]) do
    GenServer.cast(next, {:job, i})
    {:noreply, rest ++ [next]}
  end
end

start()
workers = for n <- 1..4, do: :"worker_#{n}"
servers = [{:db, Db, 0}, {:pool, Pool, workers}] ++ for(name <- workers, do: {name, Worker, 0})

for {name, module, arg} <- servers do
  {:ok, pid} = GenServer.start(module, arg, name: name)
  {:ok, _} = ElixirScope.trace_genserver(pid)
end

client =
  spawn(fn ->
    Process.register(self(), :client)
    receive do: (:go -> :ok)
    for i <- 1..40, do: GenServer.cast(:pool, {:job, i})
    receive do: (:end -> :ok)
  end)

{:ok, _} = ElixirScope.trace_process(client)
send(client, :go)
Process.sleep(50)
for name <- workers, do: 10 = :sys.get_state(name, 60_000)

write([
  [kind: :message_queue_analysis],
  [kind: :message_queue_analysis, limit: 2],
  [kind: :overview]
])
