# A server whose state changes in every way a GenServer's state can change. Each state is {n, how it came about}.
import Corpus.Recording

defmodule Changing do
  use GenServer
  def init(_), do: {:ok, {0, :init}, {:continue, :first}}
  def handle_continue(:first, {n, _}), do: {:noreply, {n + 1, :continue}}
  def handle_call(:plain, _from, {n, _}), do: {:reply, :ok, {n + 1, :call}}
  def handle_call(:thrown, _from, {n, _}), do: throw({:reply, :ok, {n + 1, :thrown}})
  def handle_call(:stop, _from, {n, _}), do: {:stop, :normal, :ok, {n + 1, :stopped}}
  def handle_cast(:plain, {n, _}), do: {:noreply, {n + 1, :cast}}
  def handle_info(:plain, {n, _}), do: {:noreply, {n + 1, :info}}
end

start(trace_all: true)
{:ok, server} = GenServer.start(Changing, [], name: :changing)
:ok = GenServer.call(server, :plain)
:ok = GenServer.cast(server, :plain)
send(server, :plain)
:ok = GenServer.call(server, :thrown)
:sys.replace_state(server, fn {n, _} -> {n + 1, :replaced} end)
before_stop = time()
:ok = GenServer.call(server, :stop)
gone(server)

write([
  [kind: :state_timeline, process: ":changing"],
  [kind: :state_at, process: text(server), time: before_stop],
  [kind: :state_timeline, process: text(server), limit: 2]
])
