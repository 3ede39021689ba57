# A store with room for 1,000 events, and ten times as many.
import Corpus.Recording

start(max_events: 1_000)
{:ok, counter} = Agent.start(fn -> :first end, name: :counter)
{:ok, quiet} = Agent.start(fn -> :as_ever end, name: :quiet)
for server <- [counter, quiet], do: {:ok, _} = ElixirScope.trace_genserver(server)
Agent.update(:quiet, & &1)
Agent.update(:counter, fn _ -> 0 end)
early = time()
for n <- 1..2_000, do: Agent.update(:counter, fn _ -> n end)
late = time()

write([
  [kind: :state_at, process: ":counter", time: early],
  [kind: :state_at, process: ":counter", time: late],
  [kind: :state_at, process: text(quiet), time: late],
  [kind: :state_timeline, process: ":counter", limit: 5],
  [kind: :info]
])
