# Two servers that call each other from a callback, and give up after a while.
import Corpus.Recording

defmodule Half do
  use GenServer
  def init(n), do: {:ok, n}

  def handle_cast({:ask, other}, n) do
    # Until the other is in its callback too.
    Process.sleep(200)

    try do
      GenServer.call(other, :are_you_there, 1_000)
    catch
      # It stays until the other has given up too, for else it would answer the other just in time.
      :exit, {:timeout, _} -> Process.sleep(300)
    end

    {:noreply, n + 1}
  end

  def handle_call(:are_you_there, _from, n), do: {:reply, :yes, n}
end

start()
{:ok, one} = GenServer.start(Half, 0, name: :one)
{:ok, two} = GenServer.start(Half, 0, name: :two)
for server <- [one, two], do: {:ok, _} = ElixirScope.trace_genserver(server)
for server <- [one, two], do: 0 = :sys.get_state(server)
GenServer.cast(one, {:ask, two})
GenServer.cast(two, {:ask, one})
Process.sleep(700)
stuck = time()
Process.sleep(1_500)
for server <- [one, two], do: 1 = :sys.get_state(server)

# The page that begins behind the process before the first server.
[number, serial] = ~r/<0\.(\d+)\.(\d+)>/ |> Regex.run(text(one), capture: :all_but_first) |> Enum.map(&String.to_integer/1)
before = Enum.map_join([number - 1, serial, 1], ".", &Integer.to_string(&1, 16)) |> String.downcase()

write([
  [kind: :snapshot_at, time: stuck, after: "snapshot_at.#{before}", limit: 2],
  [kind: :server_calls, server: "one"],
  [kind: :server_calls, server: ":two"],
  [kind: :server_calls, caller: ":one"],
  [kind: :message_flow, a: ":one", b: ":two"]
])
