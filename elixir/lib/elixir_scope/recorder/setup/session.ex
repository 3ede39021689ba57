defmodule ElixirScope.Recorder.Setup.Session do
  @moduledoc false
  # ElixirScope as a child of a supervisor of the application: the recording begins and ends with this process.

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
