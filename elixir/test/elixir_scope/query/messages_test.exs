defmodule ElixirScope.Query.MessagesTest do
  use ElixirScope.RecordingCase

  defmodule Gate do
    @moduledoc false
    # A server that stops in a callback until it is allowed to go on, and notes when it begins to work on each item.

    use GenServer

    @impl true
    def init(begun), do: {:ok, begun}

    @impl true
    def handle_cast({:wait, pid}, begun) do
      send(pid, {:waits, self()})

      receive do
        :go -> {:noreply, begun}
      end
    end

    def handle_cast({:item, n}, state) do
      now = System.monotonic_time(:nanosecond)
      spin(now + 100_000)
      # Not in the state: that is recorded after each.
      Process.put(:begun, [{n, now} | Process.get(:begun, [])])
      {:noreply, state}
    end

    # Calls another server from within a callback, and gives up in the end.
    def handle_cast({:ask, other, pid}, state) do
      send(pid, {:waits, self()})

      receive do
        :go -> :ok
      end

      try do
        GenServer.call(other, :are_you_there, 700)
      catch
        :exit, {:timeout, _} ->
          send(pid, {:gave_up, self()})
          # Until the other has given up too: else it would be answered just in time.
          receive do: (:back -> :ok)
      end

      {:noreply, state}
    end

    @impl true
    def handle_call(:begun, _from, state), do: {:reply, Enum.reverse(Process.get(:begun)), state}
    def handle_call(:are_you_there, _from, begun), do: {:reply, :yes, begun}

    defp spin(until), do: if(System.monotonic_time(:nanosecond) < until, do: spin(until))
  end

  defp start_gate do
    {:ok, pid} = GenServer.start(Gate, [])
    on_exit(fn -> Process.exit(pid, :kill) end)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    pid
  end

  @tag timeout: 120_000
  test "ten thousand casts to a slow server: queue lengths and waiting are what was counted here" do
    ElixirScope.setup(max_events: 500_000)
    gate = start_gate()
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])
    GenServer.cast(gate, {:wait, self()})
    assert_receive {:waits, ^gate}, 5_000

    sent =
      for n <- 0..9_999 do
        # The recorder's buffers are bounded, and this is about the answer, not about them.
        if rem(n, 500) == 499, do: Process.sleep(20)
        GenServer.cast(gate, {:item, n})
        System.monotonic_time(:nanosecond)
      end

    {:ok, snapshot} = ElixirScope.system_snapshot_at(ElixirScope.now())
    mailbox = snapshot.pending_messages[gate]
    assert mailbox.n_waiting + mailbox.n_on_the_way == 10_000
    assert Enum.map(mailbox.messages, & &1.message) == for(n <- 0..9, do: {:"$gen_cast", {:item, n}})

    send(gate, :go)
    begun = GenServer.call(gate, :begun, 60_000)

    rows =
      for %{message: {:"$gen_cast", {:item, n}}} = row <- ElixirScope.message_flow(self(), gate, direction: :from_a), do: {n, row}

    assert Enum.map(rows, &elem(&1, 0)) == Enum.to_list(0..9_999)

    for {{n, row}, {sent, {n, begun}}} <- Enum.zip(rows, Enum.zip(sent, begun)) do
      assert {row.matched, row.handling, row.queue_length} == {:matched, :handled, n}
      # The truth itself is taken a little later at both ends.
      assert_in_delta row.waiting_ns, begun - sent, max((begun - sent) * 0.1, 20_000_000)
    end

    {:ok, after_all} = ElixirScope.system_snapshot_at(ElixirScope.now())
    assert %{n_waiting: 0, n_on_the_way: 0} = after_all.pending_messages[gate]
  end

  @tag timeout: 120_000
  test "a deadlock of two servers is seen while it lasts, and afterwards" do
    ElixirScope.setup()
    [one, two] = for _ <- 1..2, do: start_gate()
    for {server, other} <- [{one, two}, {two, one}], do: GenServer.cast(server, {:ask, other, self()})
    for server <- [one, two], do: assert_receive({:waits, ^server}, 5_000)
    for server <- [one, two], do: send(server, :go)
    wait_until(fn -> waiting() |> Map.take([one, two]) |> map_size() == 2 end)
    waiting = waiting()
    assert %{server: ^two, request: :are_you_there} = waiting[one]
    assert %{server: ^one, request: :are_you_there} = waiting[two]
    assert [%{outcome: :open, handled_at: nil, caller: ^two}] = ElixirScope.server_calls(one)

    for server <- [one, two], do: assert_receive({:gave_up, ^server}, 5_000)
    for server <- [one, two], do: send(server, :back)
    wait_until(fn -> Enum.all?([one, two], &match?([%{reply: :yes}], ElixirScope.server_calls(&1))) end)

    for {server, caller} <- [{one, two}, {two, one}] do
      assert [call] = ElixirScope.server_calls(server)
      assert {call.caller, call.request, call.outcome, call.returned_at} == {caller, :are_you_there, :late, nil}
      assert call.waiting_ns > 300_000_000
      assert ElixirScope.server_calls(nil, caller: caller) == [call]
      assert {:ok, %{call: ^call}} = ElixirScope.message(call.id)
    end
  end

  defp waiting do
    {:ok, snapshot} = ElixirScope.system_snapshot_at(ElixirScope.now())
    snapshot.waiting_on
  end

  test "the messages to one process, with those that no process sent" do
    ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])
    Process.send_after(self(), :by_timer, 1)
    assert_receive :by_timer
    send(self(), :by_myself)
    assert_receive :by_myself
    rows = ElixirScope.message_flow(self(), nil, direction: :to_a)
    found = for row <- rows, row.message in [:by_timer, :by_myself], do: {row.message, row.matched, row.from}
    assert found == [{:by_timer, :external, nil}, {:by_myself, :matched, self()}]
  end

  test "errors" do
    ElixirScope.setup()
    assert {:error, %{code: :bad_argument}} = ElixirScope.message("state-0-1")
    assert {:error, %{code: :not_found}} = ElixirScope.message("message-9-9")
    assert_raise ElixirScope.Error, fn -> ElixirScope.server_calls(nil) end
    assert_raise ElixirScope.Error, fn -> ElixirScope.message_flow(self(), nil, direction: :sideways) end
  end
end
