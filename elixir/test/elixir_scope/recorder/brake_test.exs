defmodule ElixirScope.Recorder.BrakeTest do
  # Stopping, status and time limits wait for no question, however long one takes.
  use ExUnit.Case, async: false
  alias ElixirScope.Probe

  @moduletag :timed

  # Longer than anything here may take; the schedulers are held by a function of the VM that is there for such tests.
  @held_ms 8_000
  @soon_ms 6_000

  setup do
    on_exit(&ElixirScope.stop/0)
    ElixirScope.setup()
    {:ok, pid} = GenServer.start(Probe, 1)
    {:ok, pid: pid}
  end

  defp hold_dirty_cpus do
    test = self()

    for _ <- 1..:erlang.system_info(:dirty_cpu_schedulers_online) do
      spawn(fn ->
        send(test, :holding)
        :erts_debug.dirty_cpu(:wait, @held_ms)
      end)
    end
    |> Enum.each(fn _ -> assert_receive :holding end)

    Process.sleep(50)
  end

  defp soon(fun) do
    {us, result} = :timer.tc(fun)
    assert us < @soon_ms * 1_000
    result
  end

  test "status and stop, while dirty schedulers are held", %{pid: pid} do
    {:ok, _} = ElixirScope.trace_genserver(pid)
    hold_dirty_cpus()
    assert {:ok, %{running: true}} = soon(&ElixirScope.status/0)
    assert :ok = soon(&ElixirScope.stop/0)
    assert :erlang.trace_info(pid, :flags) in [{:flags, []}, :undefined]
  end

  test "the end of for:, while dirty schedulers are held", %{pid: pid} do
    {:ok, _} = ElixirScope.trace_genserver(pid, for: 300)
    hold_dirty_cpus()
    Process.sleep(1_000)
    assert {:ok, %{targets: []}} = soon(&ElixirScope.status/0)
  end
end
