defmodule Shop.Gateway do
  # In the place of the shop's own: the services outside the house answer at once, so that the shop's work is what takes the time. With its own, customers
  # wait for 5 ms and more in one queue, and whatever tracing costs is lost in that.
  @moduledoc false

  def charge(%{method: "card", token: token}, amount) when is_binary(token), do: {:ok, "receipt-#{amount}"}

  def shipping_quote(pieces), do: 490 + 100 * pieces
end
