# Calls inside calls, one of which fails.
import Corpus.Recording

compiled(
  defmodule Nested do
    def outer(n) do
      kept = inner(n) + inner(n + 1)
      tried = try(do: fails(n), rescue: (ArithmeticError -> :rescued))
      {kept, tried}
    end

    def inner(n) do
      Process.sleep(5)
      n * 10
    end

    def fails(n), do: n + Process.get(:missing)
  end
)

start()
{:ok, _} = ElixirScope.trace_module(Nested)
caller = spawn(fn -> {30, :rescued} = apply(Nested, :outer, [1]) end)
gone(caller)

write([
  [kind: :execution_path, process: text(caller)],
  [kind: :events, classes: [:call], module: "Nested", function: "inner"]
])
