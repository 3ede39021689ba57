defmodule ElixirScope.Recorder.SweepTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Recorder.{Row, Sweep}

  test "a process is written down with its parent, name and links" do
    parent = self()
    {:ok, pid} = GenServer.start_link(Probe, 0, name: :sweep_test_probe)
    rows = Sweep.rows(pid)
    assert [%Row{kind: :alive, process: ^pid, peer: ^parent, subject: {Probe, :init, 1}, term: [details]} | rest] = rows
    assert %{module: Probe, ancestors: [^parent | _]} = details
    assert %Row{kind: :register, process: pid, subject: :sweep_test_probe} in rest
    assert %Row{kind: :link, process: pid, peer: parent} in rest
  end

  test "a dead process has no rows" do
    pid = spawn(fn -> :ok end)
    await_exit(pid)
    assert Sweep.rows(pid) == []
  end

  test "processes alive before the recording are known by name in it" do
    {:ok, pid} = GenServer.start_link(Probe, 0, name: :sweep_test_early)
    ElixirScope.setup()
    events = ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), pid: :sweep_test_early, type: :process)
    kinds = Enum.map(events, & &1.kind)
    assert :alive in kinds and :register in kinds and :link in kinds
    assert Enum.all?(events, &(&1.process == pid))
  end
end
