defmodule ElixirScope.Recorder.ReturnTraceTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.{Recorder, Tails}
  alias ElixirScope.Recorder.{Call, Target}

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

  test "a function from which tail calls lead to unknown code has no returns, and is listed" do
    ElixirScope.setup()
    {:ok, %{warnings: [], call_only: [{Tails, :unseen, 2}]}} = ElixirScope.trace_function({Tails, :unseen, 2})
    assert {_pid, :normal, bytes} = run(fn -> 0 = Tails.unseen(5_000_000, &Tails.unseen/2) end)
    assert bytes < @bytes, "it took #{bytes} bytes"
    assert ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :returns_off) == []
  end

  # Returns of a loop, as if the compiled code had not shown it.
  defp trace_returns(names) do
    selections = [{:module, Tails, :exported, true}]
    target = %Target{key: {:module, Tails}, processes: :all, classes: [:call], selections: selections}
    functions = for {f, a} <- names, do: {{Tails, f, a}, true}

    {:ok, _} =
      Recorder.call({:trace, %{target | functions: functions, versions: Call.FunctionSelection.versions(selections)}, nil})
  end

  test "a loop that the compiled code does not show has its returns switched off" do
    ElixirScope.setup()
    trace_returns(unseen: 2)
    assert {pid, :normal, bytes} = run(fn -> 0 = Tails.unseen(5_000_000, &Tails.unseen/2) end)
    assert [off] = ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :returns_off)
    assert {off.process, off.module, off.function} == {pid, Tails, :unseen}

    assert [%{process: ^pid, term: %{calls: :off}} | _] =
             ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :governor_step)

    # Each step before that costs 24 bytes: 5 million would be 120 MB.
    assert bytes < 30_000_000, "it took #{bytes} bytes"
  end

  test "each of many processes in such loops is spared, and so are the others of the node" do
    ElixirScope.setup()
    trace_returns(unseen: 2, applied: 2, there: 1)

    loops = [
      fn -> Tails.unseen(-1, &Tails.unseen/2) end,
      fn -> Tails.applied(-1, Tails) end,
      fn -> Tails.there(-1) end
    ]

    began = System.monotonic_time(:millisecond)
    pids = for n <- 1..9, do: spawn(Enum.at(loops, rem(n, 3)))
    on_exit(fn -> Enum.each(pids, &Process.exit(&1, :kill)) end)
    # Their stacks grow no more, and calls of them are not traced.
    wait_until(fn -> Enum.all?(pids, &(&1 in :sys.get_state(Recorder).state.paused)) end)
    took = System.monotonic_time(:millisecond) - began
    assert took < 5_000, "it took #{took} ms"
    wait_until(fn -> MapSet.size(:sys.get_state(Recorder).state.search.pending) == 0 end)
    words = fn -> for pid <- pids, do: elem(Process.info(pid, :stack_size), 1) end
    before = words.()
    Process.sleep(200)
    assert Enum.all?(Enum.zip(before, words.()), fn {before, now} -> now - before < 1_000 end)
  end
end
