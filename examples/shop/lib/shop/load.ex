defmodule Shop.Load do
  @moduledoc """
  Customers, made from a seed: the same seed shops the same things in the same order.

  Deciding what to do (`plan/2`) is pure and apart from doing it (`run/2`).

      iex> Shop.Load.plan(7, 3) == Shop.Load.plan(7, 3)
      true
  """

  @skus ["chair", "desk", "lamp", "mug"]

  @type step ::
          {:add, String.t(), pos_integer}
          | {:remove, String.t()}
          | :ship
          | :total
          | {:pay, map}

  @doc "What `customers` customers do: for each a cart id and its steps."
  @spec plan(integer, pos_integer) :: [{String.t(), [step]}]
  def plan(seed, customers) do
    {plans, _random} =
      Enum.map_reduce(1..customers, :rand.seed_s(:exsss, seed), fn n, random ->
        {steps, random} = steps(n, random)
        {{"cart-#{n}", steps}, random}
      end)

    plans
  end

  @doc "Lets `customers` customers shop at the same time, and returns their receipts."
  @spec run(integer, pos_integer) :: [String.t()]
  def run(seed, customers) do
    plan(seed, customers)
    |> Task.async_stream(fn {id, steps} -> shop(id, steps) end,
      max_concurrency: customers,
      timeout: 60_000
    )
    |> Enum.map(fn {:ok, receipt} -> receipt end)
  end

  @doc """
  The customer whom the bug hits: a discount falls on the desk, the desk leaves the cart, and a second discount looks for it. The
  customer does not wait between the last steps, so they queue up behind the carrier's quote.
  """
  @spec unlucky(String.t()) :: :ok
  def unlucky(id) do
    {:ok, _pid} = Shop.Cart.open(id, "mallory")
    :ok = Shop.Cart.add(id, "desk", 1)
    :ok = Shop.Cart.add(id, "lamp", 2)
    Shop.Cart.estimate_shipping(id)
    Shop.Cart.discount(id, "WELCOME", 10)
    Shop.Cart.remove(id, "desk")
    Shop.Cart.discount(id, "SUMMER", 20)
  end

  defp shop(id, steps) do
    {:ok, _pid} = Shop.Cart.open(id, "customer of #{id}")
    Enum.reduce(steps, nil, fn step, _last -> perform(step, id) end)
  end

  defp perform({:add, sku, quantity}, id), do: Shop.Cart.add(id, sku, quantity)
  defp perform({:remove, sku}, id), do: Shop.Cart.remove(id, sku)
  defp perform(:ship, id), do: Shop.Cart.estimate_shipping(id)
  defp perform(:total, id), do: Shop.Cart.total(id)

  defp perform({:pay, payment}, id) do
    {:ok, receipt} = Shop.Cart.checkout(id, payment)
    receipt
  end

  # Every customer buys a mug first and keeps it, so that no cart is empty at the till.
  defp steps(n, random) do
    {count, random} = uniform(4, random)

    {middle, random} = Enum.flat_map_reduce(1..count, random, fn _step, random -> step(random) end)

    payment = %{method: "card", token: "tok_live_#{n}"}
    {[{:add, "mug", 1}] ++ middle ++ [:total, {:pay, payment}], random}
  end

  defp step(random) do
    {choice, random} = uniform(8, random)
    {position, random} = uniform(length(@skus) - 1, random)
    sku = Enum.at(@skus, position - 1)

    case choice do
      1 -> {[:ship], random}
      2 -> {[{:add, sku, 1}, {:remove, sku}], random}
      3 -> {[:total], random}
      quantity -> {[{:add, sku, quantity - 3}], random}
    end
  end

  defp uniform(n, random), do: :rand.uniform_s(n, random)
end
