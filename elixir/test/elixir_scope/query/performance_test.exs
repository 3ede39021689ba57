defmodule ElixirScope.Query.PerformanceTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Workload

  # The same calls each time, in three processes.
  defp work do
    1..3
    |> Enum.map(fn n ->
      Task.async(fn ->
        Workload.fib(5 + n)
        Workload.count(100 * n)
        for i <- 1..n, do: Workload.ping(i)
        for i <- 1..4, do: Workload.caught(i)
        Workload.run(List.duplicate(10, n))
      end)
    end)
    |> Task.await_many()
  end

  test "counts are those of OTP's own cprof" do
    # cprof counts only what is loaded.
    Code.ensure_loaded!(Workload)
    :cprof.start(Workload)
    work()
    :cprof.pause()
    {Workload, _total, counted} = :cprof.analyse(Workload)
    :cprof.stop()

    ElixirScope.setup(max_events: 1_000_000)
    {:ok, _} = ElixirScope.trace_module(Workload)
    work()

    exported = Workload.__info__(:functions)
    theirs = for {{Workload, f, a}, n} <- counted, {f, a} in exported, into: %{}, do: {{f, a}, n}
    rows = ElixirScope.performance_analysis(Workload)
    assert Map.new(rows, &{{&1.function, &1.arity}, &1.calls}) == theirs
    assert map_size(theirs) == 9

    by = Map.new(rows, &{&1.function, &1})
    assert by.fails.errors == 12 and by.caught.errors == 0
    assert by.fails.callers == [%{function: {Workload, :caught, 1}, calls: 12, total_ns: by.fails.total_ns}]
    # fib(n) calls itself at depth 1 and more; only the outermost count as time.
    assert by.fib.recursive == by.fib.calls - 3
    assert by.fib.own_ns <= by.fib.total_ns and by.fib.open == 0
    assert by.count.call_only == by.count.calls and by.count.mean_ns == nil
    assert Enum.all?(rows, &(&1.open == 0 and &1.cut == 0))
    # The calls one by one are the same calls.
    assert length(ElixirScope.function_calls(Workload)) == Enum.sum(Map.values(theirs))
  end

  # A traced call costs some hundred ns, and each of these lasts 2 ms and more: tracing does not matter. Whoever else uses the machine
  # takes his time from both, as the one measurement lies around the other.
  @tag :timed
  test "times are those measured" do
    ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_module(Workload, in: self())
    measured = Workload.run([2_000, 4_000, 8_000, 16_000])
    {all, itself} = Workload.halves(10_000)

    by = Map.new(ElixirScope.performance_analysis(Workload, process: self()), &{&1.function, &1})
    assert_in_delta by.busy.total_ns, measured + (all - itself), (measured + all - itself) * 0.1
    assert_in_delta by.run.total_ns, measured, measured * 0.1
    assert_in_delta by.halves.total_ns, all, all * 0.1
    assert_in_delta by.halves.own_ns, itself, itself * 0.1
    assert by.busy.max_ns >= 16_000_000 and by.busy.p50_ns >= 8_000_000 and by.busy.p50_ns < by.busy.max_ns

    [slowest, second] = ElixirScope.slowest_function_calls(functions: {Workload, :busy, 1}, limit: 2)
    # A busy machine may have held up any of them.
    assert slowest.id == by.busy.slowest and slowest.duration_ns == by.busy.max_ns
    assert slowest.duration_ns >= second.duration_ns and second.duration_ns >= 10_000_000

    tree = ElixirScope.call_tree(self())

    assert [%{stack: "ElixirScope.Workload.run/1"}, %{function: :measured, calls: 4}, %{function: :busy, total_ns: total}] =
             Enum.take(tree, 3)

    assert_in_delta total, measured, measured * 0.1
  end

  test "what is asked wrongly is refused, and what was not traced is said" do
    ElixirScope.setup()
    assert_raise ElixirScope.Error, ~r/functions are a module/, fn -> ElixirScope.performance_analysis("Shop") end
    assert_raise ElixirScope.Error, ~r/has never seen/, fn -> ElixirScope.call_tree("<0.999999.0>") end
    log = ExUnit.CaptureLog.capture_log(fn -> assert ElixirScope.performance_analysis(Workload) == [] end)
    assert log =~ "call of ElixirScope.Workload was not traced"
  end
end
