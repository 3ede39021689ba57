# A price that is nil comes from a client, over a loader and a price list, to a cart that fails on it.
import Corpus.Recording

# As a file of a project: its name is in the stacktrace.
hop = """
defmodule Hop do
  use GenServer
  def init(next), do: {:ok, %{next: next, sum: 0}}

  def handle_cast({:price, price}, %{next: nil} = state), do: {:noreply, %{state | sum: state.sum + price}}

  def handle_cast({:price, price}, state) do
    GenServer.cast(state.next, {:price, price})
    {:noreply, state}
  end
end
"""

[{module, code}] = Code.compile_string(hop, "lib/hop.ex")
compiled({:module, module, code, []})

start(trace_all: true)
{:ok, cart} = GenServer.start(Hop, nil, name: :cart)
{:ok, _prices} = GenServer.start(Hop, :cart, name: :prices)
{:ok, _loader} = GenServer.start(Hop, :prices, name: :loader)

client =
  spawn(fn ->
    Process.register(self(), :client)
    receive do: (:go -> :ok)
    GenServer.cast(:loader, {:price, 5})
    GenServer.cast(:loader, {:price, nil})
    receive do: (:never -> :ok)
  end)

Process.sleep(5)
send(client, :go)
gone(cart)
Process.sleep(5)

[%{crashes: [crash]}] = ElixirScope.crashes(process: cart)
[_first, second] = for event <- ElixirScope.events("kind:send", pid: client), do: event

write([
  [kind: :crashes, events: 1],
  [kind: :why, id: crash.id],
  [kind: :why, id: crash.id, depth: 3],
  [kind: :why, id: crash.id, limit: 2],
  [kind: :impact, id: second.id],
  [kind: :impact, id: crash.id]
])
