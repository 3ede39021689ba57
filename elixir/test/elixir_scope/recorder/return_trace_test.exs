defmodule ElixirScope.Recorder.ReturnTraceTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Tails

  @moduletag timeout: 300_000
  # What the process has at rest, and room for its heap to breathe. Three words for each of 10 million steps would be 240 MB.
  @bytes 2_000_000

  # How a process that runs `fun` ends, and the most memory it takes meanwhile.
  defp run(fun) do
    {pid, monitor} = spawn_monitor(fun)
    {reason, bytes} = watch(pid, monitor, 0)
    {pid, reason, bytes}
  end

  defp watch(pid, monitor, peak) do
    receive do
      {:DOWN, ^monitor, _, _, reason} -> {reason, peak}
    after
      2 ->
        case Process.info(pid, :memory) do
          {:memory, bytes} -> watch(pid, monitor, max(peak, bytes))
          nil -> watch(pid, monitor, peak)
        end
    end
  end

  test "a 10-million-step tail-recursive fold in a traced module takes no more memory" do
    ElixirScope.setup()
    {:ok, %{warnings: [warning]}} = ElixirScope.trace_module(Tails)
    assert warning =~ "steps/2"
    assert {_pid, :normal, bytes} = run(fn -> 10_000_000 = Tails.steps(10_000_000, 0) end)
    assert bytes < @bytes, "it took #{bytes} bytes"
  end

  test "a loop that the compiled code does not show has its returns switched off" do
    ElixirScope.setup()
    {:ok, %{warnings: []}} = ElixirScope.trace_function({Tails, :unseen, 2})
    assert {pid, :normal, bytes} = run(fn -> 0 = Tails.unseen(5_000_000, &Tails.unseen/2) end)
    assert [off] = ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :returns_off)
    assert {off.process, off.module, off.function} == {pid, Tails, :unseen}

    assert [%{process: ^pid, term: %{calls: :off}} | _] =
             ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :governor_step)

    # Each step before that costs 24 bytes: 5 million would be 120 MB.
    assert bytes < 30_000_000, "it took #{bytes} bytes"
  end
end
