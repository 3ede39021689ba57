defmodule ElixirScope.StateRecorderTest do
  use ElixirScope.RecordingCase, async: false
  alias ElixirScope.{Counted, StateRecorder, TraceDB}

  defp start_counted(argument) do
    {:ok, pid} = GenServer.start(Counted, argument)
    on_exit(fn -> Process.exit(pid, :kill) end)
    pid
  end

  defp states(pid), do: for(row <- ElixirScope.state_timeline(pid), do: row.state)

  describe "a server that uses it" do
    setup do
      :ok = ElixirScope.setup()
    end

    test "records the states of all its callbacks, untraced" do
      pid = start_counted({:continue, 1})
      GenServer.cast(pid, {:add, 3})
      :ok = GenServer.call(pid, {:put, 7})
      :ok = GenServer.call(pid, {:later, 8})
      send(pid, {:put, 9})
      :ok = GenServer.call(pid, {:hibernate, 10})
      :ok = GenServer.call(pid, {:stop, 11})
      await_exit(pid)
      assert states(pid) == [1, 2, 5, 7, 8, 9, 10, 11]
      rows = ElixirScope.state_timeline(pid)
      assert Enum.all?(rows, &(&1.module == Counted and &1.complete))
      assert List.last(rows).at_termination
    end

    test "records what led to a state" do
      pid = start_counted(1)
      GenServer.cast(pid, {:add, 3})
      :ok = GenServer.call(pid, {:put, 7})
      assert [spawned, cast, call] = ElixirScope.state_timeline(pid)
      assert spawned.cause.kind == :spawn
      assert {cast.cause.kind, cast.cause.term} == {:handled, {:"$gen_cast", {:add, 3}}}
      assert {:"$gen_call", {from, _tag}, {:put, 7}} = call.cause.term
      assert from == self()
    end

    test "records the state a crash found, and the message" do
      pid = start_counted(5)
      GenServer.cast(pid, :crash)
      await_exit(pid)
      assert [%{state: 5}, %{state: 5, at_termination: true, cause: cause}] = ElixirScope.state_timeline(pid)
      assert cause.term == {:"$gen_cast", :crash}
    end

    test "answers as it would without" do
      assert GenServer.start(Counted, :ignore) == :ignore
      pid = start_counted(1)
      assert GenServer.call(pid, :get) == 1
      assert ElixirScope.get_state_at(pid, ElixirScope.now()) == {:ok, 1}
    end

    test "records each state once when it is traced too, and all when it no longer is" do
      pid = start_counted(0)
      GenServer.call(pid, {:put, 1})
      {:ok, _} = ElixirScope.trace_genserver(pid)
      GenServer.call(pid, {:put, 2})
      GenServer.call(pid, {:put, 3})
      :ok = ElixirScope.untrace_genserver(pid)
      GenServer.call(pid, {:put, 4})
      assert states(pid) == [0, 1, 2, 3, 4]
      {:ok, _} = ElixirScope.trace_all_processes()
      GenServer.call(pid, {:put, 5})
      :ok = ElixirScope.untrace_all_processes()
      GenServer.call(pid, {:put, 6})
      assert states(pid) == [0, 1, 2, 3, 4, 5, 6]
    end

    test "misses no state while tracing comes and goes" do
      pid = start_counted(0)
      task = Task.async(fn -> for n <- 1..500, do: GenServer.call(pid, {:put, n}) end)

      for _ <- 1..10 do
        {:ok, _} = ElixirScope.trace_genserver(pid)
        :ok = ElixirScope.untrace_genserver(pid)
      end

      Task.await(task, 60_000)
      assert Enum.dedup(states(pid)) == Enum.to_list(0..500)
    end
  end

  test "nothing is recorded, and nothing fails, while nothing runs" do
    pid = start_counted(1)
    GenServer.call(pid, {:put, 2})
    :ok = ElixirScope.setup()
    assert {:error, %{code: :not_traced}} = ElixirScope.get_state_at(pid, ElixirScope.now())
    GenServer.call(pid, {:put, 3})
    assert states(pid) == [3]
    ElixirScope.stop()
    assert GenServer.call(pid, :get) == 3
    assert {:error, %{code: :not_running}} = StateRecorder.record(Counted, 1)
  end

  test "in test_mode its states are in the store, without a tracer" do
    start_supervised!({TraceDB, test_mode: true})
    pid = start_counted(1)
    GenServer.cast(pid, {:add, 1})
    assert GenServer.call(pid, :get) == 2
    assert left_on() == []
    assert for(row <- TraceDB.get_state_history(pid), do: row.state) == [1, 2, 2]
  end

  test "secrets in a state are redacted" do
    :ok = ElixirScope.setup()
    pid = start_counted(%{user: "ada", password: "hunter2"})
    assert [%{state: %{user: "ada", password: %ElixirScope.Redacted{}}}] = ElixirScope.state_timeline(pid)
  end

  test "a terminate of the server's own still runs" do
    :ok = ElixirScope.setup()

    {:module, module, _code, _} =
      defmodule OwnTerminate do
        use GenServer
        use ElixirScope.StateRecorder
        def init(to), do: {:ok, to}
        def terminate(reason, to), do: send(to, {:ended, reason})
      end

    {:ok, pid} = GenServer.start(module, self())
    GenServer.stop(pid, :shutdown)
    assert_receive {:ended, :shutdown}
    assert [%{at_termination: false}, %{at_termination: true, module: ^module}] = ElixirScope.state_timeline(pid)
  end
end
