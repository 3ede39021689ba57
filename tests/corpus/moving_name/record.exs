# A name that is held by one server, then by another.
import Corpus.Recording

start(trace_all: true)
{:ok, first} = Agent.start(fn -> :first end, name: :holder)
Agent.get(:holder, & &1)
while_first = time()
Agent.stop(:holder)
between = time()
{:ok, second} = Agent.start(fn -> :second end, name: :holder)
Agent.get(:holder, & &1)
while_second = time()
Agent.update(:holder, fn _ -> :changed end)
at_the_end = time()

write([
  [kind: :state_at, process: ":holder", time: while_first],
  [kind: :state_at, process: ":holder", time: between],
  [kind: :state_at, process: ":holder", time: while_second],
  [kind: :state_at, process: ":holder", time: at_the_end],
  [kind: :state_timeline, process: text(first)],
  [kind: :state_timeline, process: text(second)],
  [kind: :process_info, process: ":holder", at: while_first],
  [kind: :process_info, process: ":holder", at: between],
  [kind: :process_info, process: ":holder", at: while_second],
  [kind: :process_info, process: text(first)],
  [kind: :find_processes, name: ":holder"],
  [kind: :find_processes, name: ":holder", alive_at: while_second]
])
