# A fast function that calls a slow one, and one argument for which that is slower still.
import Corpus.Recording

compiled(
  defmodule Prices do
    def price("rare"), do: wait(200, 3)
    def price(_sku), do: wait(5, 2)

    # Not exported, so not traced.
    defp wait(ms, price) do
      Process.sleep(ms)
      price
    end
  end
)

compiled(
  defmodule Discount do
    def off(sum), do: sum - 1
  end
)

compiled(
  defmodule Checkout do
    def total(skus) do
      sum = Enum.sum(Enum.map(skus, &Prices.price/1))
      Discount.off(sum) + 0
    end
  end
)

start()
for module <- [Prices, Discount, Checkout], do: {:ok, _} = ElixirScope.trace_module(module)

shop =
  spawn(fn ->
    for _ <- 1..9, do: 3 = apply(Checkout, :total, [["nut", "bolt"]])
    4 = apply(Checkout, :total, [["nut", "rare"]])
  end)

gone(shop)

write([
  [kind: :performance_analysis],
  [kind: :performance_analysis, module: "Checkout"],
  [kind: :slowest_function_calls, module: "Prices", limit: 1],
  [kind: :call_tree, process: text(shop)],
  [kind: :function_calls, module: "Discount"],
  [kind: :overview]
])
