defmodule ElixirScope.MessageInterceptorTest do
  use ElixirScope.RecordingCase, async: false
  alias ElixirScope.{MessageInterceptor, TraceDB}

  describe "message capture" do
    setup do
      :ok = ElixirScope.setup()
    end

    test "has casts, calls and plain messages, in order" do
      probe = start_probe(0)
      assert {:ok, %{matched: 1, warnings: []}} = MessageInterceptor.intercept(probe)
      GenServer.cast(probe, {:put, 1})
      send(probe, {:put, 2})
      :ok = GenServer.call(probe, {:put, 3})

      delivered = for %{kind: :delivered} = event <- MessageInterceptor.messages(probe), do: event.term
      assert [{:"$gen_cast", {:put, 1}}, {:put, 2}, {:"$gen_call", _from, {:put, 3}}] = delivered
      handled = for %{kind: :handled} = event <- MessageInterceptor.messages(probe), do: event.term
      assert handled == delivered
      assert [{_ref, :ok}] = for(%{kind: :send} = event <- MessageInterceptor.messages(probe), do: event.term)
    end

    test "has neither states nor calls" do
      probe = start_probe(0)
      {:ok, _} = MessageInterceptor.intercept(probe)
      :ok = GenServer.call(probe, {:put, 1})
      classes = for event <- TraceDB.query_events(pid: probe), uniq: true, do: event.class
      assert Enum.sort(classes -- [:process]) == [:message]
    end

    test "between two processes pairs what was sent with what arrived" do
      probe = start_probe(0)
      {:ok, _} = MessageInterceptor.intercept(probe)
      {:ok, _} = MessageInterceptor.intercept(self())
      GenServer.cast(probe, {:work, 20, self()})
      GenServer.cast(probe, {:put, 1})
      assert_receive {:begun, _at}
      1 = GenServer.call(probe, :get)

      rows = MessageInterceptor.between(self(), probe)
      assert [first, second | _] = for(row <- rows, row.to == probe, do: row)
      assert {first.matched, first.message} == {:matched, {:"$gen_cast", {:work, 20, self()}}}
      # The second waited until the first was done.
      assert second.waiting_ns >= 15_000_000 and second.waiting_ns > first.waiting_ns
      assert [{:begun, _}, {_ref, 1}] = for(row <- rows, row.from == probe, do: row.message)
    end

    test "ends with release, and what was captured stays" do
      probe = start_probe(0)
      {:ok, _} = MessageInterceptor.intercept(probe)
      GenServer.call(probe, {:put, 1})
      assert MessageInterceptor.release(probe) == :ok
      GenServer.call(probe, {:put, 2})
      terms = for %{kind: :delivered} = event <- MessageInterceptor.messages(probe), do: event.term
      assert [{:"$gen_call", _, {:put, 1}}] = terms
      assert {:error, %{code: :not_traced}} = MessageInterceptor.release(probe)
      assert flags(probe) == [:procs]
    end

    test "ends by itself after for: ms" do
      probe = start_probe(0)
      assert {:ok, %{expires_at: %DateTime{}}} = MessageInterceptor.intercept(probe, for: 50)
      wait_until(fn -> match?({:ok, %{targets: []}}, ElixirScope.status()) end)
    end

    test "keeps secrets out" do
      probe = start_probe(0)
      {:ok, _} = MessageInterceptor.intercept(probe)
      send(probe, %{user: "ada", token: "tok-secret"})
      1 = GenServer.call(probe, {:put, 1}) |> then(fn :ok -> 1 end)
      seen = inspect(MessageInterceptor.messages(probe), limit: :infinity)
      assert seen =~ "ada" and not (seen =~ "tok-secret")
    end

    test "of a dead process, or with an unknown option, is an error" do
      dead = spawn(fn -> :ok end)
      await_exit(dead)
      assert {:error, %{code: :not_found}} = MessageInterceptor.intercept(dead)
      assert_raise ArgumentError, ~r/:return/, fn -> MessageInterceptor.intercept(self(), return: true) end
    end
  end

  test "at a level without messages it captures none, and says so" do
    :ok = ElixirScope.setup(tracing_level: :states_only)
    probe = start_probe(0)
    assert {:ok, %{warnings: [_]}} = MessageInterceptor.intercept(probe)
    GenServer.call(probe, {:put, 1})
    assert MessageInterceptor.messages(probe) == []
  end

  test "injected messages are answered alike" do
    start_supervised!({TraceDB, test_mode: true, epoch: 0})
    [a, b] = ["<0.30001.0>", "<0.30002.0>"]
    TraceDB.store_event(:message, %{from: a, to: b, message: :ping, timestamp: 1})
    TraceDB.store_event(:message, %{event: :delivered, to: b, message: :ping, timestamp: 3})
    TraceDB.store_event(:message, %{from: b, to: a, message: :pong, timestamp: 5})
    assert [%{message: :ping, delivery_ns: 2}, %{message: :pong}] = MessageInterceptor.between(a, b)
    assert [:delivered, :send] = for(event <- MessageInterceptor.messages(b), do: event.kind)
  end
end
