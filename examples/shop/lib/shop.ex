defmodule Shop do
  @moduledoc """
  A small web shop without the web: carts, stock, payment, receipts. It is written as people write such things, bug included, so
  that there is something real to record. `facts.md` describes what it does and where it breaks.

      iex> {:ok, _pid} = Shop.Cart.open("cart-doc", "ada")
      iex> Shop.Cart.add("cart-doc", "lamp", 2)
      :ok
      iex> Shop.Cart.total("cart-doc")
      8_000
  """
end
