defmodule Shop.Cart do
  @moduledoc """
  A customer's cart, one process each, found by its id.

      iex> {:ok, _pid} = Shop.Cart.open("cart-doc-2", "grace")
      iex> Shop.Cart.add("cart-doc-2", "mug", 1)
      :ok
  """

  use GenServer, restart: :transient

  defstruct [:id, :customer, items: %{}, discount: nil, shipping: nil, total: 0]

  @type t :: %__MODULE__{}

  def start_link({id, customer}) do
    GenServer.start_link(__MODULE__, {id, customer}, name: via(id))
  end

  @doc "Opens a cart for a customer."
  @spec open(String.t(), String.t()) :: DynamicSupervisor.on_start_child()
  def open(id, customer) do
    DynamicSupervisor.start_child(Shop.Carts, {__MODULE__, {id, customer}})
  end

  @doc "Where the cart with this id lives."
  @spec via(String.t()) :: {:via, Registry, {Shop.Registry, String.t()}}
  def via(id), do: {:via, Registry, {Shop.Registry, id}}

  @spec add(String.t(), String.t(), pos_integer) :: :ok | {:error, atom}
  def add(id, sku, quantity), do: GenServer.call(via(id), {:add, sku, quantity})

  @spec remove(String.t(), String.t()) :: :ok
  def remove(id, sku), do: GenServer.cast(via(id), {:remove, sku})

  @doc "Takes `percent` off the dearest item in the cart. A later code takes it off the same item."
  @spec discount(String.t(), String.t(), pos_integer) :: :ok
  def discount(id, code, percent), do: GenServer.cast(via(id), {:discount, code, percent})

  @doc "Asks the carrier, and keeps the answer in the cart."
  @spec estimate_shipping(String.t()) :: :ok
  def estimate_shipping(id), do: GenServer.cast(via(id), :estimate_shipping)

  @spec total(String.t()) :: non_neg_integer
  def total(id), do: GenServer.call(via(id), :total)

  @doc "Pays and closes the cart."
  @spec checkout(String.t(), map) :: {:ok, String.t()} | {:error, :empty}
  def checkout(id, payment), do: GenServer.call(via(id), {:checkout, payment}, 30_000)

  @impl true
  def init({id, customer}), do: {:ok, %__MODULE__{id: id, customer: customer}}

  @impl true
  def handle_call({:add, sku, quantity}, _from, cart) do
    case Shop.Inventory.reserve(sku, quantity) do
      {:ok, price} -> {:reply, :ok, cart |> put_item(sku, price, quantity) |> sum()}
      {:error, reason} -> {:reply, {:error, reason}, cart}
    end
  end

  def handle_call(:total, _from, cart), do: {:reply, cart.total, cart}

  def handle_call({:checkout, _payment}, _from, %{items: items} = cart) when items == %{} do
    {:reply, {:error, :empty}, cart}
  end

  def handle_call({:checkout, payment}, _from, cart) do
    {:ok, receipt} = Shop.Payment.charge(payment, cart.total)
    {:ok, _task} = Shop.Receipt.print_later(cart, receipt)
    {:stop, :normal, {:ok, receipt}, cart}
  end

  @impl true
  def handle_cast({:remove, sku}, cart) do
    case Map.pop(cart.items, sku) do
      {nil, _items} ->
        {:noreply, cart}

      {item, items} ->
        Shop.Inventory.release(sku, item.quantity)
        {:noreply, sum(%{cart | items: items})}
    end
  end

  def handle_cast({:discount, code, percent}, %{discount: nil} = cart) do
    {sku, _item} = Enum.max_by(cart.items, fn {_sku, item} -> item.price end)
    {:noreply, take_off(%{cart | discount: %{code: code, on: sku, percent: percent}})}
  end

  def handle_cast({:discount, code, percent}, cart) do
    {:noreply, take_off(%{cart | discount: %{cart.discount | code: code, percent: percent}})}
  end

  def handle_cast(:estimate_shipping, cart) do
    pieces = Enum.sum(for {_sku, item} <- cart.items, do: item.quantity)
    {:noreply, %{cart | shipping: Shop.Gateway.shipping_quote(pieces)}}
  end

  defp put_item(cart, sku, price, quantity) do
    item = Map.get(cart.items, sku, %{price: price, quantity: 0})
    %{cart | items: Map.put(cart.items, sku, %{item | quantity: item.quantity + quantity})}
  end

  defp sum(cart) do
    %{cart | total: Enum.sum(for {_sku, item} <- cart.items, do: item.price * item.quantity)}
  end

  # The planted bug: the discount stays when its item leaves the cart, and the price of a missing item is nil.
  defp take_off(%{discount: %{on: sku, percent: percent}} = cart) do
    price = get_in(cart.items, [sku, :price])
    %{cart | total: cart.total - div(price * percent, 100)}
  end
end
