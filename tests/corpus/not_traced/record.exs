# Two servers, of which one is traced.
import Corpus.Recording

start()
{:ok, seen} = Agent.start(fn -> 1 end, name: :seen)
{:ok, unseen} = Agent.start(fn -> 1 end, name: :unseen)
{:ok, _} = ElixirScope.trace_genserver(seen)
for agent <- [seen, unseen], do: Agent.update(agent, &(&1 + 1))
now = time()

write([
  [kind: :state_at, process: ":seen", time: now],
  [kind: :state_at, process: ":unseen", time: now],
  [kind: :state_timeline, process: text(unseen)],
  [kind: :message_flow, a: text(self()), b: ":unseen"],
  [kind: :events, process: ":unseen", classes: [:process]]
])
