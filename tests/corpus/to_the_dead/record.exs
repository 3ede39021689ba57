# Messages to a process that is no more, and to one that does not read its mail.
import Corpus.Recording

start(trace_all: true)
dead = spawn(fn -> receive do: (:die -> :ok) end)
deaf = spawn(fn -> receive do: (:never -> :ok) end)

sender =
  spawn(fn ->
    send(dead, :die)
    send(deaf, :hello)
    receive do: (:go_on -> :ok)
    send(dead, :too_late)
  end)

gone(dead)
Process.sleep(5)
send(sender, :go_on)
gone(sender)
Process.sleep(5)

write([
  [kind: :message_flow, a: text(sender), b: text(dead)],
  [kind: :message_flow, a: text(sender), b: text(deaf)],
  [kind: :state_at, process: "<0.999999.0>", time: time()]
])
