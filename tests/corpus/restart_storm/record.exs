# A child that is killed as often as its supervisor bears it, and then once more.
import Corpus.Recording

Process.flag(:trap_exit, true)
child = fn id -> %{id: id, start: {Agent, :start_link, [fn -> id end, [name: id]]}, modules: [Agent]} end
{:ok, storm} = Supervisor.start_link([child.(:steady), child.(:fragile)], strategy: :one_for_one, max_restarts: 5, max_seconds: 60, name: :storm)
first = Process.whereis(:fragile)
steady = Process.whereis(:steady)

restarted = fn old ->
  Process.exit(old, :kill)
  gone(old)

  Stream.repeatedly(fn -> Process.whereis(:fragile) end)
  |> Enum.find(&(is_pid(&1) and &1 != old))
end

start()
calm = time()
last = Enum.reduce(1..5, first, fn _, pid -> restarted.(pid) end)
# A supervisor is asked what its new child is a little after the storm.
Process.sleep(300)
stormed = time()
Process.exit(last, :kill)
gone(storm)
over = time()

write([
  [kind: :supervision_tree, at: calm, root: ":storm"],
  [kind: :supervision_tree, at: stormed, root: ":storm"],
  [kind: :supervision_tree, at: over, root: text(storm)],
  [kind: :find_processes, parent: text(storm)],
  [kind: :find_processes, parent: text(storm), crashed: true],
  [kind: :process_info, process: text(storm)],
  [kind: :process_info, process: text(first), at: calm],
  [kind: :process_info, process: text(first)],
  [kind: :process_relationships, process: text(first)],
  [kind: :process_relationships, process: text(last)],
  [kind: :process_info, process: ":fragile", at: stormed],
  [kind: :process_info, process: text(steady)],
  [kind: :process_relationships, process: text(steady), at: calm]
])
