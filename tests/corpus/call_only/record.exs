# A function that calls itself last: tracing its returns would cost the process its stack, so only its calls are recorded.
import Corpus.Recording

compiled(
  defmodule Folding do
    def sum(list), do: 0 + add(list, 0)
    def add([], total), do: total
    def add([n | rest], total), do: add(rest, total + n)
  end
)

start()
{:ok, _} = ElixirScope.trace_module(Folding)

folder =
  spawn(fn ->
    6 = apply(Folding, :sum, [[1, 2, 3]])
  end)

gone(folder)

write([[kind: :execution_path, process: text(folder)]])
