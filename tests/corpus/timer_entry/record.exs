# A timer makes a server ask another; no process sent what the timer sends.
import Corpus.Recording

defmodule Clock do
  use GenServer
  def init(:cart), do: {:ok, %{price: 1}}
  def init(:clock), do: {:ok, %{ticks: 0}}

  def handle_info(:tick, state) do
    price = GenServer.call(:shelf, :price)
    {:noreply, %{ticks: state.ticks + price}}
  end

  def handle_call(:price, _from, state), do: {:reply, state.price, state}
end

start(trace_all: true)
{:ok, _shelf} = GenServer.start(Clock, :cart, name: :shelf)
{:ok, clock} = GenServer.start(Clock, :clock, name: :clock)
Process.send_after(clock, :tick, 10)
Process.sleep(60)

[_first, state] = ElixirScope.state_timeline(clock)
[timer | _] = ElixirScope.events("kind:delivered term~\":tick\"", pid: clock)

write([
  [kind: :state_timeline, process: ":clock"],
  [kind: :why, id: state.id],
  [kind: :message, id: timer.id],
  [kind: :impact, id: timer.id],
  [kind: :analyze_state_change, process: ":clock", was: [like: "%{ticks: 0}"], became: [like: "%{ticks: 1}"], causes: 3]
])
