# The example shop's unlucky customer: examples/shop/facts.md tells the story.
import Corpus.Recording

start(max_events: 5_000)
for module <- [Shop.Gateway, Shop.Payment], do: {:ok, _} = ElixirScope.trace_module(module)
{:ok, _} = ElixirScope.trace_all_processes()
{:ok, _} = Application.ensure_all_started(:shop)

customer =
  spawn(fn ->
    Process.register(self(), :customer)
    :ok = Shop.Load.unlucky("cart-99")
    {:ok, _} = Shop.Cart.open("cart-100", "ada")
    :ok = Shop.Cart.add("cart-100", "desk", 3)
    {:ok, _} = Shop.Cart.checkout("cart-100", %{method: "card", token: "tok_live_100"})
    receive do: (:end -> :ok)
  end)

Process.sleep(10)
[{cart, _}] = Registry.lookup(Shop.Registry, "cart-99")
gone(cart)
crash = time()
Process.sleep(300)

write([
  [kind: :events, process: text(cart), kinds: [:exit]],
  [kind: :state_at, process: text(cart), time: crash],
  [kind: :state_timeline, process: text(cart)],
  [kind: :message_flow, a: text(customer), b: text(cart)],
  [kind: :execution_path, process: "Shop.Payment"],
  [kind: :events, classes: [:message], process: "Shop.Payment"],
  [kind: :crashes]
])
