# Five processes, each linked to the next; the last one exits, and takes the others with it.
import Corpus.Recording

defmodule Chain do
  def link(0), do: receive(do: (:break -> exit(:broken)))

  def link(n) do
    pid = spawn_link(fn -> link(n - 1) end)
    receive do: (:break -> send(pid, :break))
    receive do: (:never -> :ok)
  end
end

start(trace_all: true)
head = spawn(fn -> Chain.link(4) end)
Process.sleep(20)
before = time()
send(head, :break)
gone(head)
Process.sleep(20)
later = time()

write([
  [kind: :events, kinds: [:exit], from: before, to: later],
  [kind: :events, process: text(head), classes: [:process]],
  [kind: :crashes, from: before, to: later, events: 1]
])
