defmodule ElixirScope.TraceDBTest do
  use ElixirScope.RecordingCase, async: false
  import Bitwise
  import ExUnit.CaptureLog
  alias ElixirScope.TraceDB

  # Processes that never were.
  @ada "#PID<0.30001.0>"
  @bob "#PID<0.30002.0>"

  defp pid(text), do: text |> String.trim_leading("#PID") |> String.to_charlist() |> :erlang.list_to_pid()

  defp start_db(options \\ []) do
    start_supervised!({TraceDB, Keyword.merge([test_mode: true, epoch: 0], options)})
  end

  defp state(n, at), do: TraceDB.log_state(nil, @ada, n, timestamp: at)

  describe "event storage" do
    setup do
      %{db: start_db()}
    end

    test "stores basic events" do
      assert TraceDB.store_event(:process, %{event: :spawn, pid: @ada, parent: @bob, mfa: {Cart, :run, [1]}, timestamp: 10}) ==
               :ok

      assert TraceDB.store_event(:message, %{from: @bob, to: @ada, message: :hello, timestamp: 20}) == :ok
      assert TraceDB.store_event(:function, %{pid: @ada, module: Cart, function: :add, args: [1, 2], timestamp: 30}) == :ok
      assert TraceDB.store_event(:genserver, %{pid: @ada, module: Cart, state: %{n: 1}, timestamp: 40}) == :ok

      assert [spawn, send, call, state] = TraceDB.query_events()
      assert {spawn.kind, spawn.process, spawn.peer, spawn.module, spawn.arity} == {:spawn, pid(@ada), pid(@bob), Cart, 1}
      assert {send.kind, send.process, send.peer, send.term} == {:send, pid(@bob), pid(@ada), :hello}
      assert {call.kind, call.module, call.function, call.term} == {:call, Cart, :add, [1, 2]}
      assert {state.kind, state.module, state.term} == {:state, Cart, %{n: 1}}
      assert for(event <- [spawn, send, call, state], do: event.timestamp) == [10, 20, 30, 40]
    end

    test "is in the order of the times given, and of storing among equal ones" do
      for {n, at} <- [{1, 30}, {2, 10}, {3, 20}, {4, 10}, {5, 30}], do: state(n, at)
      assert for(event <- TraceDB.query_events(), do: event.term) == [2, 4, 3, 1, 5]
    end

    test "keeps nil, whatever it is" do
      TraceDB.log_state(nil, @ada, nil, timestamp: 1)
      TraceDB.store_event(:message, %{from: @ada, to: :cart, message: nil, timestamp: 2})
      assert TraceDB.get_state_at(@ada, 5) == {:ok, nil}
      assert [%{peer: :cart, term: nil}] = TraceDB.query_events(type: :message)
    end

    test "pairs what belongs together: calls with returns, sends with deliveries and handlings" do
      call = %{pid: @ada, module: Cart, function: :add}
      TraceDB.store_event(:function, Map.merge(call, %{args: [1], timestamp: 10}))
      TraceDB.store_event(:function, Map.merge(call, %{event: :return, arity: 1, result: nil, timestamp: 25}))
      assert [%{duration_ns: 15, result: nil, outcome: :returned}] = ElixirScope.execution_path(@ada)

      message = %{message: {:job, "x"}}
      TraceDB.store_event(:message, Map.merge(message, %{from: @bob, to: @ada, timestamp: 30}))
      TraceDB.store_event(:message, Map.merge(message, %{event: :delivered, to: @ada, timestamp: 31}))
      TraceDB.store_event(:message, Map.merge(message, %{event: :handled, to: @ada, module: Cart, timestamp: 40}))
      assert [%{matched: :matched, waiting_ns: 10, delivery_ns: 1, message: {:job, "x"}}] = ElixirScope.message_flow(@ada, @bob)
      state(:done, 50)
      assert [%{cause: %{kind: :handled, term: {:job, "x"}}}] = ElixirScope.state_timeline(@ada)
    end

    test "tells the second process of a pid from the first" do
      TraceDB.store_event(:process, %{event: :spawn, pid: @ada, timestamp: 10})
      state(:first, 11)
      TraceDB.store_event(:process, %{event: :exit, pid: @ada, reason: :oops, timestamp: 20})
      TraceDB.store_event(:process, %{event: :spawn, pid: @ada, timestamp: 30})
      state(:second, 31)
      assert TraceDB.get_state_at(@ada, 15) == {:ok, :first}
      assert TraceDB.get_state_at(@ada, 35) == {:ok, :second}
      assert TraceDB.get_state_at("<0.30001.0>~1", 20) == {:ok, :first}
      assert {:error, %{code: :not_found}} = TraceDB.get_state_at(@ada, 25)
    end

    test "redacts secrets before anything is stored" do
      TraceDB.log_state(nil, @ada, %{user: "ada", password: "hunter2"}, timestamp: 1)
      assert {:error, %{code: :incomplete_state, partial: partial}} = TraceDB.get_state_at(@ada, 1)
      assert %{user: "ada", password: %ElixirScope.Redacted{}} = partial
      path = Path.join(System.tmp_dir!(), "elixir_scope_trace_db_#{System.unique_integer([:positive])}.scope")
      on_exit(fn -> File.rm(path) end)
      :ok = ElixirScope.export(path)
      assert :binary.match(File.read!(path), "hunter2") == :nomatch
      {:ok, trace} = ElixirScope.import(path)
      assert [%{state: %{user: "ada"}}] = ElixirScope.state_timeline(@ada, trace: trace)
    end

    test "is exact to max_events, and says what it let go" do
      stop_supervised!(TraceDB)
      start_db(max_events: 100)
      for n <- 1..1_000, do: state(n, n)
      {events, log} = with_log(fn -> TraceDB.query_events(type: :genserver) end)
      assert for(event <- events, do: event.term) == Enum.to_list(901..1_000)
      assert log =~ "evicted"
      assert_raise ElixirScope.Error, ~r/evicted/, fn -> TraceDB.prev_event_before(500) end
      assert capture_log(fn -> assert TraceDB.next_event_after(500).term == 901 end) =~ "evicted"
      assert {:error, %{code: :evicted}} = TraceDB.get_state_at(@ada, 500)
    end

    test "refuses what is wrong, by its name" do
      for {type, event, named} <- [
            {:events, %{}, "type must be :process, :message, :function, :genserver, got: :events"},
            {:process, [pid: @ada], "the event must be a map"},
            {:process, %{pid: @ada}, "event must be"},
            {:process, %{event: :spwan, pid: @ada}, ":spwan"},
            {:process, %{event: :spawn}, "no key :pid"},
            {:process, %{event: :exit, pid: @ada}, "no key :reason"},
            {:process, %{event: :spawn, pid: @ada, parnet: @bob}, "the unknown key :parnet"},
            {:process, %{event: :spawn, pid: :ada}, ":pid must be a pid of this node, or its text, got: :ada"},
            {:process, %{event: :spawn, pid: "#PID<0.1>"}, ":pid must be"},
            {:process, %{event: :spawn, pid: @ada, mfa: {Cart, :run}}, ":mfa must be {module, function, arguments or arity}"},
            {:process, %{event: :register, pid: @ada, name: nil}, ":name must be an atom"},
            {:message, %{from: @ada, message: 1}, "no key :to"},
            {:message, %{event: :delivered, to: :cart, message: 1},
             ":to must be the pid of the process that received the message"},
            {:function, %{pid: @ada, module: Cart, function: :add}, "no key :args"},
            {:function, %{pid: @ada, module: Cart, function: :add, args: [1], arity: 2}, ":arity must be the number of :args, 1"},
            {:function, %{pid: @ada, module: Cart, function: :add, arity: 256}, ":arity must be an integer from 0 to 255"},
            {:genserver, %{pid: @ada}, "no key :state"},
            {:genserver, %{pid: @ada, state: 1, timestamp: "now"}, ":timestamp must be"},
            {:genserver, %{pid: @ada, state: 1, timestamp: 1 <<< 70}, ":timestamp must be"},
            {:genserver, %{pid: @ada, state: 1, timestamp: -1}, "timestamp -1 is no time of this recording, which can hold 0 to"},
            {:genserver, %{pid: @ada, state: 1, timestamp: 1 <<< 53}, "is no time of this recording"}
          ] do
        assert {:error, %{code: :bad_argument, message: message}} = TraceDB.store_event(type, event)
        assert message =~ named
      end

      assert TraceDB.query_events() == []
      assert_raise ElixirScope.Error, ~r/no filter is {:pidd, 1}/, fn -> TraceDB.query_events(%{pidd: 1}) end
      assert_raise ElixirScope.Error, ~r/never seen/, fn -> TraceDB.query_events(pid: @bob) end
      assert_raise ElixirScope.Error, ~r/is not a time/, fn -> TraceDB.next_event_after(:noon) end
    end
  end

  describe "times" do
    test "without an epoch are those of the node, 30 days back at most" do
      start_db(epoch: nil)
      now = ElixirScope.now()
      assert state(:past, now - 60_000_000_000) == :ok
      assert TraceDB.log_state(nil, @ada, :wall, timestamp: DateTime.utc_now()) == :ok
      assert TraceDB.log_state(nil, @ada, :now) == :ok
      assert {:error, %{code: :bad_argument}} = state(:long_ago, now - 31 * 86_400_000_000_000)
      assert {:error, %{code: :bad_argument}} = state(:other_clock, System.system_time(:nanosecond))

      assert [:past, :wall, :now] = for(row <- TraceDB.get_state_history(@ada), do: row.state)
      assert TraceDB.get_state_at(@ada, {:ago, 30, :second}) == {:ok, :past}
      assert [past | _] = TraceDB.query_events(pid: @ada)
      assert past.timestamp == now - 60_000_000_000
      assert_in_delta DateTime.diff(DateTime.utc_now(), past.at), 60, 1
    end

    test "with an epoch are the test's own" do
      start_db(epoch: -1_000)
      assert state(1, -1_000) == :ok
      hour = 3_600_000_000_000
      assert state(2, hour) == :ok
      assert {:error, %{code: :bad_argument}} = state(3, -1_001)
      assert [-1_000, ^hour] = for(event <- TraceDB.query_events(), do: event.timestamp)
      assert TraceDB.get_state_at(@ada, {:ago, 1, :microsecond}) == {:ok, 1}
    end
  end

  describe "clear" do
    test "removes the events, and takes more" do
      start_db()
      TraceDB.store_event(:process, %{event: :spawn, pid: @ada, timestamp: 1})
      TraceDB.store_event(:process, %{event: :exit, pid: @ada, reason: :normal, timestamp: 2})
      state(1, 1)
      {:ok, before} = ElixirScope.query(%{kind: :info})
      assert TraceDB.clear() == :ok
      assert TraceDB.query_events() == []
      assert {:error, %{code: :not_found}} = TraceDB.get_state_at(@ada, 5)
      {:ok, info} = ElixirScope.query(%{kind: :info})
      assert info.data.instance != before.data.instance
      TraceDB.store_event(:process, %{event: :spawn, pid: @ada, timestamp: 3})
      state(2, 4)
      assert TraceDB.get_state_at("<0.30001.0>~1", 5) == {:ok, 2}
    end

    test "leaves on what is traced" do
      ElixirScope.setup()
      probe = start_probe(0)
      {:ok, _} = ElixirScope.trace_genserver(probe)
      GenServer.call(probe, {:put, 1})
      assert TraceDB.clear() == :ok
      GenServer.call(probe, {:put, 2})
      assert [2] = for(row <- ElixirScope.state_timeline(probe), do: row.state)
      {:ok, answer} = ElixirScope.query(%{kind: :state_timeline, process: probe})
      assert Enum.all?(answer.coverage.not_traced, &(&1.to < hd(answer.data).time))
      assert self() in TraceDB.get_processes_at(ElixirScope.now())
    end
  end

  describe "adoption by setup" do
    test "uses its store, its events and its options" do
      start_supervised!({TraceDB, max_events: 300, max_term_bytes: %{state: 1_000}})
      assert TraceDB.log_state(nil, @ada, :stored) == :ok
      assert {:error, %{code: :not_running, message: message}} = ElixirScope.trace_process(self())
      assert message =~ "ElixirScope.setup/1 begins to trace"
      assert left_on() == []

      assert ElixirScope.setup() == :ok
      assert ElixirScope.setup() == :ok
      assert {:ok, %{level: :full}} = ElixirScope.status()
      probe = start_probe(0)
      {:ok, _} = ElixirScope.trace_genserver(probe)
      GenServer.call(probe, {:put, String.duplicate("x", 2_000)})
      assert {:error, %{code: :incomplete_state}} = ElixirScope.get_state_at(probe, ElixirScope.now())
      assert TraceDB.get_state_at(@ada, ElixirScope.now()) == {:ok, :stored}
      for n <- 1..1_000, do: TraceDB.log_state(nil, @ada, n)
      capture_log(fn -> assert length(TraceDB.query_events(type: [:message, :genserver])) <= 300 end)
      assert {:error, %{code: :bad_argument, message: message}} = TraceDB.log_state(nil, @ada, 1, timestamp: {:in, 5})
      assert message =~ "timestamp"
      assert {:error, %{code: :bad_argument}} = state(:future, ElixirScope.now() + 60_000_000_000)
    end

    test "of contradicting options is an error that names them" do
      start_supervised!({TraceDB, max_events: 300, tracing_level: :states_only})

      for {options, difference} <- [
            {[max_events: 301], "max_events is 300, not 301"},
            {[max_bytes: 5], "max_bytes is 268435456, not 5"},
            {[tracing_level: :full], "tracing_level is :states_only, not :full"}
          ] do
        assert {:error, %{code: :already_started, message: message}} = ElixirScope.setup(options)
        assert message =~ difference
      end

      assert ElixirScope.setup(max_events: 300, trace_all: true) == :ok
      assert {:ok, %{level: :states_only, targets: [_all]}} = ElixirScope.status()
      assert ElixirScope.setup(trace_all: true) == :ok
      assert {:error, %{code: :already_started, message: message}} = ElixirScope.setup(trace_all: false)
      assert message =~ "trace_all is true, not false"
    end

    test "in test_mode traces nothing" do
      start_db()
      assert ElixirScope.setup(trace_all: true) == :ok
      assert left_on() == []
      assert {:error, %{code: :not_supported}} = ElixirScope.trace_process(self())
      assert {:ok, %{level: :off}} = ElixirScope.status()
      spawn(fn -> :ok end) |> await_exit()
      assert TraceDB.query_events() == []
    end

    test "comes too late after a setup" do
      ElixirScope.setup()
      assert {:error, %{code: :already_started, message: message}} = TraceDB.start_link()
      assert message =~ "start ElixirScope.TraceDB before"
      assert TraceDB.log_state(nil, self(), 1) == :ok
      assert TraceDB.get_state_at(self(), ElixirScope.now()) == {:ok, 1}
    end

    test "options are refused as setup refuses them" do
      assert {:error, %{code: :not_supported, message: message}} = TraceDB.start_link(persist: true)
      assert message =~ "persist"
      assert_raise ArgumentError, ~r/:max_event of/, fn -> TraceDB.start_link(max_event: 5) end
      assert_raise ArgumentError, ~r/:test_mode/, fn -> TraceDB.start_link(test_mode: 1) end
      assert_raise ArgumentError, ~r/:epoch/, fn -> TraceDB.start_link(epoch: 0) end
    end
  end

  test "the store ends with its owner, and with stop" do
    db = start_db()
    assert ElixirScope.stop() == :ok
    assert await_exit(db) in [:normal, :noproc]
    assert {:error, %{code: :not_running}} = state(1, 1)
    assert {:error, %{code: :not_running}} = TraceDB.clear()

    owner = spawn(fn -> TraceDB.start_link(test_mode: true) && Process.sleep(:infinity) end)
    wait_until(fn -> TraceDB.log_state(nil, @ada, 1) == :ok end)
    Process.exit(owner, :kill)
    wait_until(fn -> match?({:error, %{code: :not_running}}, ElixirScope.status()) end)
  end

  test "many processes store at once, and nothing is lost" do
    start_db()

    1..8
    |> Enum.map(fn writer ->
      Task.async(fn -> for n <- 1..500, do: :ok = TraceDB.log_state(nil, @ada, {writer, n}, timestamp: n) end)
    end)
    |> Task.await_many(60_000)

    stored = for event <- TraceDB.query_events(), do: event.term
    assert length(stored) == 4_000
    assert Enum.sort(stored) == for(writer <- 1..8, n <- 1..500, do: {writer, n})
    assert for({3, n} <- stored, do: n) == Enum.to_list(1..500)
  end
end
