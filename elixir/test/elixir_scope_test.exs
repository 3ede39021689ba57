defmodule ElixirScopeTest do
  use ElixirScope.RecordingCase

  doctest ElixirScope
  doctest ElixirScope.Settings
  doctest ElixirScope.Answer
  doctest ElixirScope.Error
  doctest ElixirScope.Event
  doctest ElixirScope.Foreign
  doctest ElixirScope.Opaque
  doctest ElixirScope.Query.Calls
  doctest ElixirScope.Query.Causes
  doctest ElixirScope.Query.Crashes
  doctest ElixirScope.Query.Events
  doctest ElixirScope.Query.Messages
  doctest ElixirScope.Query.Overview
  doctest ElixirScope.Query.Performance
  doctest ElixirScope.Query.Queues
  doctest ElixirScope.Query.Snapshot
  doctest ElixirScope.Query.States
  doctest ElixirScope.Redacted
  doctest ElixirScope.AIIntegration
  doctest ElixirScope.CodeTracer
  doctest ElixirScope.MessageInterceptor
  doctest ElixirScope.PhoenixTracker
  doctest ElixirScope.ProcessObserver
  doctest ElixirScope.QueryEngine
  doctest ElixirScope.StateRecorder
  doctest ElixirScope.Trace
  doctest ElixirScope.TraceDB
  doctest ElixirScope.Truncated
  doctest ElixirScope.Types

  alias ElixirScope.Tails

  test "stop twice, and stop without setup" do
    assert ElixirScope.stop() == :ok
    assert ElixirScope.setup() == :ok
    assert ElixirScope.stop() == :ok
    assert ElixirScope.stop() == :ok
  end

  test "setup twice" do
    assert ElixirScope.setup(max_events: 500) == :ok
    assert ElixirScope.setup(max_events: 500) == :ok
    assert {:error, %{code: :already_started, message: message}} = ElixirScope.setup()
    assert message =~ "ElixirScope.stop/0"
    assert {:ok, _} = ElixirScope.status()
  end

  test "without setup every function says so" do
    assert {:error, %{code: :not_running, message: message}} = ElixirScope.trace_process(self())
    assert message =~ "ElixirScope.setup/1"
    assert {:error, %{code: :not_running}} = ElixirScope.trace_module(Tails)
    assert {:error, %{code: :not_running}} = ElixirScope.status()
    assert {:error, %{code: :not_running}} = ElixirScope.mark("x")
    assert {:error, %{code: :not_running}} = ElixirScope.export("x.scope")
    assert {:error, %{code: :not_running}} = ElixirScope.query(%{kind: :info})
    assert {:error, %{code: :not_running}} = ElixirScope.get_state_at(self(), ElixirScope.now())
    assert {:error, %{code: :not_running}} = ElixirScope.untrace_module(Tails)
    assert_raise ElixirScope.Error, fn -> ElixirScope.state_timeline(self()) end
  end

  test "a dead process, an unknown name, a process that is not a GenServer" do
    ElixirScope.setup()
    dead = spawn(fn -> :ok end)
    await_exit(dead)

    for trace <- [&ElixirScope.trace_process/1, &ElixirScope.trace_genserver/1] do
      assert {:error, %{code: :not_found, message: message}} = trace.(dead)
      assert message == "#{inspect(dead)} is not alive"
    end

    assert {:error, %{code: :not_found, message: message}} = ElixirScope.trace_named_process(:unknown_name)
    assert message =~ "no process is registered as :unknown_name"
    assert {:error, %{code: :bad_argument, message: message}} = ElixirScope.trace_genserver(self())
    assert message =~ "is not a GenServer"
  end

  test "an unknown module, a module with no matching function" do
    ElixirScope.setup()

    assert {:error, %{code: :not_found, message: "module NoSuchModule cannot be loaded (nofile)"}} =
             ElixirScope.trace_module(NoSuchModule)

    assert {:error, %{code: :not_found, message: message}} = ElixirScope.trace_module(ElixirScope.Doc)
    assert message =~ "ElixirScope.Doc has no exported function"
    assert {:error, %{code: :not_found, message: message}} = ElixirScope.trace_function({Tails, :fold, 9})
    assert message =~ "has no function fold/9; it has fold/2"
    assert {:error, %{code: :bad_argument}} = ElixirScope.trace_module("Tails")
    assert {:error, %{code: :bad_argument}} = ElixirScope.trace_function(Tails)
  end

  test "ElixirScope does not trace itself" do
    ElixirScope.setup(trace_all: true)

    for pid <- ElixirScope.Recorder.own_processes() do
      assert {:error, %{code: :held_by_other_tracer, message: message}} = ElixirScope.trace_process(pid)
      assert message =~ "does not trace itself"
      assert flags(pid) == []
    end

    assert {:error, %{code: :bad_argument}} = ElixirScope.trace_module(ElixirScope.Native)
  end

  test "a target ends by itself" do
    ElixirScope.setup()
    pid = start_probe(0)
    before = DateTime.utc_now()
    assert {:ok, %{expires_at: %DateTime{} = expires_at}} = ElixirScope.trace_genserver(pid, for: 400)
    # Setting the patterns may take its time on a busy machine.
    assert DateTime.diff(expires_at, before, :millisecond) >= 400
    assert DateTime.diff(expires_at, DateTime.utc_now(), :millisecond) <= 400
    GenServer.call(pid, {:put, 1})
    wait_until(fn -> match?({:ok, %{targets: []}}, ElixirScope.status()) end)
    GenServer.call(pid, {:put, 2})
    assert [1] = for(row <- ElixirScope.state_timeline(pid), do: row.state)
    assert flags(pid) == [:procs]
  end

  test "a level records its classes only, and says what it leaves out" do
    for {level, states, messages} <- [{:full, 1, 2}, {:messages_only, 0, 2}, {:states_only, 1, 0}, {:off, 0, 0}] do
      :ok = ElixirScope.setup(tracing_level: level)
      pid = start_probe(0)
      assert {:ok, %{matched: 1, warnings: warnings}} = ElixirScope.trace_genserver(pid)
      assert length(warnings) == if(level == :full, do: 0, else: 1)
      GenServer.call(pid, {:put, 1})
      start = {:ago, 1, :hour}
      count = fn type -> length(ElixirScope.get_events_between(start, ElixirScope.now(), pid: pid, type: type)) end

      if level == :off do
        assert left_on() == []
      else
        assert count.([:state]) == states, "states at #{level}"
        # The call delivered, and the reply sent.
        assert count.([:delivered, :send]) == messages, "messages at #{level}"
      end

      ElixirScope.stop()
    end
  end

  test "a function is traced only in the processes asked for" do
    ElixirScope.setup()
    other = Task.async(fn -> receive do: (:go -> Tails.count(2)) end)
    {:ok, %{matched: 1}} = ElixirScope.trace_function({Tails, :count, 1}, in: self())
    Tails.count(1)
    send(other.pid, :go)
    assert Task.await(other) == 2
    assert [{[1], 1}, {[0], 0}] = for(call <- ElixirScope.execution_path(self()), do: {call.args, call.result})
    assert ElixirScope.execution_path(other.pid) == []
  end

  test "untrace leaves the other targets of a process as they were" do
    ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    {:ok, _} = ElixirScope.trace_process(pid)
    {:ok, _} = ElixirScope.trace_all_processes()
    :ok = ElixirScope.untrace_all_processes()
    :ok = ElixirScope.untrace_process(pid)
    GenServer.call(pid, {:put, 1})
    :ok = ElixirScope.untrace_genserver(pid)
    GenServer.call(pid, {:put, 2})
    assert [1] = for(row <- ElixirScope.state_timeline(pid), do: row.state)
    assert {:error, %{code: :not_traced}} = ElixirScope.untrace_process(pid)
    assert flags(pid) == [:procs]
  end
end
