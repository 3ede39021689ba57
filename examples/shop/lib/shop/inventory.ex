defmodule Shop.Inventory do
  @moduledoc "What is on the shelves. Prices are in cents."

  use GenServer

  @shelves %{
    "desk" => %{price: 24_900, stock: 500},
    "lamp" => %{price: 4_000, stock: 500},
    "chair" => %{price: 12_500, stock: 500},
    "mug" => %{price: 900, stock: 500},
    "rug" => %{price: 7_800, stock: 3}
  }

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  @doc "Takes `quantity` off the shelf and says what one costs."
  @spec reserve(String.t(), pos_integer) :: {:ok, pos_integer} | {:error, :unknown | :sold_out}
  def reserve(sku, quantity), do: GenServer.call(__MODULE__, {:reserve, sku, quantity})

  @doc "Puts `quantity` back."
  @spec release(String.t(), pos_integer) :: :ok
  def release(sku, quantity), do: GenServer.cast(__MODULE__, {:release, sku, quantity})

  @doc "How many are on the shelf."
  @spec stock(String.t()) :: non_neg_integer
  def stock(sku), do: GenServer.call(__MODULE__, {:stock, sku})

  @impl true
  def init(_opts), do: {:ok, @shelves}

  @impl true
  def handle_call({:reserve, sku, quantity}, _from, shelves) do
    case shelves do
      %{^sku => %{stock: stock, price: price}} when stock >= quantity ->
        {:reply, {:ok, price}, put_in(shelves[sku].stock, stock - quantity)}

      %{^sku => _shelf} ->
        {:reply, {:error, :sold_out}, shelves}

      _ ->
        {:reply, {:error, :unknown}, shelves}
    end
  end

  def handle_call({:stock, sku}, _from, shelves), do: {:reply, shelves[sku].stock, shelves}

  @impl true
  def handle_cast({:release, sku, quantity}, shelves) do
    {:noreply, update_in(shelves[sku].stock, &(&1 + quantity))}
  end
end
