defmodule ElixirScope.Recorder.SamplingTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Tails

  @moduletag timeout: 300_000
  @n 1_000_000

  defp sample(class) do
    %{sample: sample, classes: classes} = assert_accounted(ElixirScope.status())

    Map.put(
      sample.classes[class],
      :stored,
      classes[class].stored + classes[class].evicted + Enum.sum(Map.values(classes[class].dropped))
    )
  end

  defp within_one_percent(n, expected), do: abs(n - expected) * 100 <= expected

  defp call(0), do: :ok

  defp call(n) do
    Tails.outside(n)
    call(n - 1)
  end

  test "a million calls: the rate asked for, each decided once, each with its return" do
    ElixirScope.setup(sample_rate: 0.1, max_events: 1_000)
    {:ok, _} = ElixirScope.trace_function({Tails, :outside, 1})
    call(@n)
    %{decided: decided, kept: kept, stored: stored} = sample(:call)
    assert decided == @n
    assert within_one_percent(kept, @n * 0.1)
    assert stored == 2 * kept
    for row <- ElixirScope.execution_path(self(), limit: 300), row.outcome != :returned, do: flunk("#{inspect(row)}")
  end

  test "calls in a process that is traced for its messages and states too are sampled, and its states are not" do
    ElixirScope.setup(sample_rate: 0.25, max_events: 200_000)
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_process(pid, modules: [ElixirScope.Probe, Tails])
    for n <- 1..4_000, do: GenServer.call(pid, {:put, n})
    %{decided: decided, kept: kept} = sample(:call)
    assert decided == 4_000
    assert abs(kept - 1_000) <= 10
    assert length(ElixirScope.state_timeline(pid, limit: 10_000)) == 4_000
    rows = ElixirScope.execution_path(pid, limit: 10_000)
    assert length(rows) == kept
    assert Enum.all?(rows, &(&1.outcome == :returned and match?({:reply, :ok, _}, &1.result)))
  end

  test "nested calls: every return has the fate of its call" do
    ElixirScope.setup(sample_rate: 0.5, max_events: 200_000)
    {:ok, _} = ElixirScope.trace_all_processes()
    {:ok, _} = ElixirScope.trace_function({Tails, :count, 1})
    for n <- 1..300, do: Tails.count(rem(n, 90))
    rows = ElixirScope.execution_path(self(), limit: 100_000)
    assert length(rows) > 5_000
    # `count(n)` returns n: a return that was given to another call would show.
    for row <- rows, do: assert({[row.result], :returned} == {row.args, row.outcome})
  end

  test "a million messages with distinct keys: the rate asked for, and both ends agree" do
    ElixirScope.setup(sample_rate: 0.5, max_events: 50_000)
    sink = spawn(&sink/0)
    on_exit(fn -> Process.exit(sink, :kill) end)
    {:ok, _} = ElixirScope.trace_process(sink)
    # The sender is traced while it sends the last of them: what it kept is what the receiver kept.
    for n <- 1..(@n - 2_000), do: send(sink, {:item, n})
    wait_until(fn -> Process.info(sink, :message_queue_len) == {:message_queue_len, 0} end)
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])
    for n <- (@n - 1_999)..@n, do: send(sink, {:item, n})
    wait_until(fn -> Process.info(sink, :message_queue_len) == {:message_queue_len, 0} end)
    ElixirScope.untrace_process(self())
    %{decided: decided, kept: kept} = sample(:message)
    assert decided >= @n + 2_000
    assert within_one_percent(kept, decided * 0.5)
    rows = for %{message: {:item, n}} = row <- ElixirScope.message_flow(self(), sink, limit: 50_000), n > @n - 2_000, do: row
    assert length(rows) in 850..1_150
    assert Enum.all?(rows, &(&1.matched == :matched))
  end

  test "lifecycle is never sampled out, and at the rate 0.0 no call or message is recorded" do
    ElixirScope.setup(sample_rate: 0.0)
    {:ok, _} = ElixirScope.trace_all_processes()
    {:ok, _} = ElixirScope.trace_module(Tails)
    pids = for _ <- 1..50, do: spawn(fn -> Tails.count(3) end)
    Enum.each(pids, &await_exit/1)
    {:ok, %{classes: classes}} = ElixirScope.status()
    assert {classes.call.stored, classes.message.stored} == {0, 0}
    assert classes.call.sampled_out > 0 and classes.process.sampled_out == 0

    for pid <- pids do
      kinds = for event <- ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), pid: pid), do: event.kind
      assert :spawn in kinds and :exit in kinds
    end
  end

  defp sink do
    receive do
      _any -> sink()
    end
  end
end
