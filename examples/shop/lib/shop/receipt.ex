defmodule Shop.Receipt do
  @moduledoc "Receipts are written in the background, by a task: nobody should wait for a printer."

  @doc "Starts writing the receipt of a cart."
  @spec print_later(Shop.Cart.t(), String.t()) :: {:ok, pid}
  def print_later(cart, receipt) do
    Task.Supervisor.start_child(Shop.Tasks, __MODULE__, :print, [cart, receipt])
  end

  @doc "The receipt as text."
  @spec print(Shop.Cart.t(), String.t()) :: String.t()
  def print(cart, receipt) do
    lines = for {sku, item} <- cart.items, do: "#{item.quantity} x #{sku} at #{item.price}"
    Enum.join([receipt | lines] ++ ["total #{cart.total}"], "\n")
  end
end
