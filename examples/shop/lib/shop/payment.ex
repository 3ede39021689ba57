defmodule Shop.Payment do
  @moduledoc "One till for the whole shop: payments are taken one after the other, so a slow one makes the others wait."

  use GenServer

  defstruct taken: 0, receipts: [], last: nil

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)

  @doc "Charges `amount` cents. `payment` holds the card's token, which is a secret."
  @spec charge(map, pos_integer) :: {:ok, String.t()}
  def charge(payment, amount), do: GenServer.call(__MODULE__, {:charge, payment, amount}, 30_000)

  @impl true
  def init(_opts), do: {:ok, %__MODULE__{}}

  @impl true
  def handle_call({:charge, payment, amount}, _from, till) do
    {:ok, receipt} = Shop.Gateway.charge(payment, amount)

    till = %{
      till
      | taken: till.taken + amount,
        receipts: [receipt | till.receipts],
        last: payment
    }

    {:reply, {:ok, receipt}, till}
  end
end
