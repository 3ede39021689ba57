defmodule ElixirScope.Recorder.Session do
  @moduledoc false
  # ElixirScope as a child of somebody's supervisor: recording begins and ends with it.

  use GenServer
  alias ElixirScope.Recorder

  def start_link(options), do: GenServer.start_link(__MODULE__, options)

  @impl true
  def init(options) do
    Process.flag(:trap_exit, true)

    case Recorder.setup(options) do
      :ok -> {:ok, nil}
      {:error, error} -> {:stop, error}
    end
  end

  @impl true
  def terminate(_reason, nil), do: Recorder.stop()
end
