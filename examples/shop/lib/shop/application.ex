defmodule Shop.Application do
  @moduledoc "Starts the shop: stock and payment first, carts and background work after them."

  use Application

  @impl true
  def start(_type, _args) do
    children = [
      {Registry, keys: :unique, name: Shop.Registry},
      Shop.Inventory,
      Shop.Payment,
      {Task.Supervisor, name: Shop.Tasks},
      {DynamicSupervisor, name: Shop.Carts, strategy: :one_for_one, max_restarts: 20}
    ]

    Supervisor.start_link(children, strategy: :rest_for_one, name: Shop.Supervisor)
  end
end
