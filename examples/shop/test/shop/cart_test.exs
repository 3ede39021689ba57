defmodule Shop.CartTest do
  use ExUnit.Case, async: false
  doctest Shop
  doctest Shop.Cart
  doctest Shop.Load

  defp cart(id) do
    {:ok, pid} = Shop.Cart.open(id, "test")
    {pid, fn -> :sys.get_state(Shop.Cart.via(id)) end}
  end

  test "a cart adds up its items, and gives back what is removed" do
    {_pid, state} = cart("adds-up")
    before = Shop.Inventory.stock("desk")
    assert :ok = Shop.Cart.add("adds-up", "desk", 2)
    assert :ok = Shop.Cart.add("adds-up", "mug", 1)
    assert Shop.Cart.total("adds-up") == 50_700
    Shop.Cart.remove("adds-up", "desk")
    assert state.().total == 900
    assert Shop.Inventory.stock("desk") == before
  end

  test "what is not there is not sold" do
    cart("refused")
    assert {:error, :unknown} = Shop.Cart.add("refused", "unicorn", 1)
    assert {:error, :sold_out} = Shop.Cart.add("refused", "rug", 4)
    assert {:error, :empty} = Shop.Cart.checkout("refused", %{method: "card", token: "tok"})
  end

  test "a discount falls on the dearest item" do
    {_pid, state} = cart("discount")
    Shop.Cart.add("discount", "desk", 1)
    Shop.Cart.add("discount", "lamp", 2)
    Shop.Cart.discount("discount", "WELCOME", 10)
    assert %{total: 30_410, discount: %{on: "desk"}} = state.()
  end

  test "a paid cart closes, and its payment went through the till" do
    {pid, _state} = cart("paid")
    monitor = Process.monitor(pid)
    Shop.Cart.add("paid", "lamp", 1)
    assert {:ok, "receipt-4000"} = Shop.Cart.checkout("paid", %{method: "card", token: "tok"})
    assert_receive {:DOWN, ^monitor, :process, ^pid, :normal}
    assert "receipt-4000" in :sys.get_state(Shop.Payment).receipts
  end

  test "the planted bug: a second discount after its item has left kills the cart" do
    :ok = Shop.Load.unlucky("unlucky")
    [{pid, _value}] = Registry.lookup(Shop.Registry, "unlucky")
    monitor = Process.monitor(pid)
    assert_receive {:DOWN, ^monitor, :process, ^pid, {:badarith, _stack}}, 2_000
  end

  test "the load does the same things for the same seed, and everyone gets a receipt" do
    assert Shop.Load.plan(42, 12) == Shop.Load.plan(42, 12)
    assert Shop.Load.plan(42, 12) != Shop.Load.plan(43, 12)
    assert Shop.Load.run(42, 8) |> Enum.all?(&String.starts_with?(&1, "receipt-"))
  end
end
