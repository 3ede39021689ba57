# A server that is older than the recorder.
import Corpus.Recording

defmodule Older do
  use GenServer
  def init(n), do: {:ok, n}
  def handle_call(:next, _from, n), do: {:reply, n + 1, n + 1}
end

{:ok, server} = GenServer.start(Older, 1, name: :older)
2 = GenServer.call(server, :next)
start()
3 = GenServer.call(server, :next)
untraced = time()
{:ok, _} = ElixirScope.trace_genserver(server)
traced = time()
4 = GenServer.call(server, :next)
5 = GenServer.call(server, :next)
late = time()

write([
  [kind: :state_timeline, process: ":older"],
  [kind: :state_at, process: ":older", time: untraced],
  [kind: :state_at, process: ":older", time: traced],
  [kind: :state_at, process: ":older", time: late],
  [kind: :events, process: ":older"],
  [kind: :events, process: text(server), classes: [:process]]
])
