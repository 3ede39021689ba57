defmodule Shop.Gateway do
  @moduledoc "The services outside the house. They are slow, and slower when much money moves."

  @review_above 50_000

  @doc "Charges a card. Amounts above 500.00 wait for a review."
  @spec charge(map, pos_integer) :: {:ok, String.t()}
  def charge(%{method: "card", token: token}, amount) when is_binary(token) do
    if amount > @review_above, do: review(amount), else: Process.sleep(5)
    {:ok, "receipt-#{amount}"}
  end

  @doc "What the carrier wants for a parcel."
  @spec shipping_quote(non_neg_integer) :: pos_integer
  def shipping_quote(pieces) do
    Process.sleep(40)
    490 + 100 * pieces
  end

  @doc "The review of a large payment, at the bank."
  @spec review(pos_integer) :: :approved
  def review(_amount) do
    Process.sleep(120)
    :approved
  end
end
