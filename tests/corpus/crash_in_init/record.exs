# A server that cannot start: by itself, and under a supervisor.
import Corpus.Recording

# As a file of a project: its name is in the stacktrace.
faulty = """
defmodule Faulty do
  use GenServer

  def start_link(n), do: GenServer.start_link(__MODULE__, n)

  @impl true
  def init(n), do: {:ok, 10 / n}
end
"""

[{module, code}] = Code.compile_string(faulty, "lib/faulty.ex")
compiled({:module, module, code, []})

start(trace_all: true)
begin = time()

starter =
  spawn(fn ->
    Process.flag(:trap_exit, true)
    {:error, _} = GenServer.start(Faulty, 0)
    {:error, _} = Supervisor.start_link([{Faulty, 0}], strategy: :one_for_one)
  end)

gone(starter)
Process.sleep(20)

write([
  [kind: :crashes, from: begin],
  [kind: :events, kinds: [:exit], from: begin, limit: 1]
])
