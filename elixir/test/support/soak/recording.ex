defmodule ElixirScope.Soak.Recording do
  @moduledoc false
  # The recording that a soak puts under load: everything, within small limits.

  alias ElixirScope.Soak.{Reloaded, Traced}
  alias ElixirScope.{Probe, Tails}

  @max_bytes 32 * 1024 * 1024
  @traced [Traced, Tails, Tails.Back, Probe, Reloaded.name()]

  @doc "Begins one, or goes on with the one that runs: as after whatever was changed."
  @spec begin() :: :ok
  def begin do
    Reloaded.load(0)
    :ok = setup(100)
    for change <- [ElixirScope.set_level(:full), ElixirScope.set_sample_rate(1.0), retention()], do: :ok = change
    {:ok, _} = ElixirScope.trace_all_processes()
    for module <- @traced, do: {:ok, _} = ElixirScope.trace_module(module)
    :ok
  end

  defp retention, do: ElixirScope.set_retention(%{call: [max_events: 100_000]})

  # The application may still be ending.
  defp setup(tries) do
    case ElixirScope.setup(max_events: 100_000, max_bytes: @max_bytes) do
      :ok -> :ok
      {:error, %{code: :already_started}} -> :ok
      error when tries == 0 -> error
      _ends -> Process.sleep(10) && setup(tries - 1)
    end
  end

  @doc "The modules whose calls it records."
  @spec traced() :: [module()]
  def traced, do: @traced

  @doc "How many bytes it may keep."
  @spec max_bytes() :: pos_integer()
  def max_bytes, do: @max_bytes
end
