defmodule ElixirScope.SkipFormatter do
  @moduledoc false
  # Says at the end of a run why tests were not run, and how many for each reason. ExUnit counts them and keeps the reasons to itself.

  use GenServer

  @impl true
  def init(_options), do: {:ok, %{}}

  @impl true
  def handle_cast({:test_finished, %{state: {left_out, reason}}}, reasons) when left_out in [:skipped, :excluded],
    do: {:noreply, Map.update(reasons, {left_out, reason}, 1, &(&1 + 1))}

  def handle_cast({:suite_finished, _times}, reasons) do
    for {{left_out, reason}, n} <- Enum.sort(reasons), do: IO.puts("\n#{left_out} #{n}: #{reason}")
    {:noreply, reasons}
  end

  def handle_cast(_other, reasons), do: {:noreply, reasons}
end
