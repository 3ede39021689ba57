defmodule Shop.Receipt do
  @moduledoc "Receipts are written in the background, by a task, so that no process waits for a printer."

  @doc "Starts writing the receipt of a cart."
  @spec print_later(%{items: map, total: non_neg_integer}, String.t()) :: {:ok, pid}
  def print_later(cart, receipt) do
    Task.Supervisor.start_child(Shop.Tasks, __MODULE__, :print, [cart, receipt])
  end

  @doc "The receipt as text."
  @spec print(%{items: map, total: non_neg_integer}, String.t()) :: String.t()
  def print(cart, receipt) do
    lines = for {sku, item} <- cart.items, do: "#{item.quantity} x #{sku} at #{item.price}"
    Enum.join([receipt | lines] ++ ["total #{cart.total}"], "\n")
  end
end
