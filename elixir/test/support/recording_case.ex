defmodule ElixirScope.RecordingCase do
  @moduledoc false
  # Tests that record: one after the other, as a node has one recorder, and with nothing left on after each.

  use ExUnit.CaseTemplate

  using do
    quote do
      import ElixirScope.RecordingCase
      import ElixirScope.VmTrace, only: [flags: 1, left_on: 0, pattern?: 1]
      alias ElixirScope.Probe
    end
  end

  setup do
    ElixirScope.stop()
    on_exit(&ElixirScope.stop/0)
  end

  @doc "A process that ends with the test, linked to no process."
  def start_probe(state) do
    {:ok, pid} = GenServer.start(ElixirScope.Probe, state)
    on_exit(fn -> Process.exit(pid, :kill) end)
    pid
  end

  @doc "Waits until a condition holds."
  def wait_until(condition, tries \\ 500) do
    cond do
      condition.() -> :ok
      tries == 0 -> raise ExUnit.AssertionError, "the condition did not come to hold"
      true -> Process.sleep(10) && wait_until(condition, tries - 1)
    end
  end

  @doc "Checks that no event of a status is unaccounted for, and returns it."
  def assert_accounted({:ok, status}) do
    for {class, counts} <- status.classes do
      accounted = counts.stored + counts.evicted + counts.sampled_out + counts.filtered + Enum.sum(Map.values(counts.dropped))
      if counts.emitted != accounted, do: raise(ExUnit.AssertionError, "#{class}: #{inspect(counts)}")
    end

    status
  end

  @doc "Waits for a process to end."
  def await_exit(pid) do
    monitor = Process.monitor(pid)

    receive do
      {:DOWN, ^monitor, _, _, reason} -> reason
    after
      60_000 -> raise ExUnit.AssertionError, "#{inspect(pid)} did not end"
    end
  end
end
