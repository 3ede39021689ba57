defmodule ElixirScope.PriorityMessageTest do
  # Priority messages (OTP 28): delivered last, fetched first. The order in which a server handles is no order of delivery.
  use ElixirScope.RecordingCase

  @otp List.to_integer(:erlang.system_info(:otp_release))
  if @otp < 28, do: @moduletag(skip: "priority messages: OTP #{@otp} has none; they came with 28")

  # A server with two messages in its queue and an urgent one behind them.
  defp overtaken(messages, urgent) do
    pid = start_probe(0)
    test = self()

    :sys.replace_state(pid, fn state ->
      send(test, {:alias, apply(:erlang, :alias, [[:priority]])})
      state
    end)

    alias = receive(do: ({:alias, alias} -> alias))
    {:ok, _} = ElixirScope.trace_genserver(pid)
    :erlang.suspend_process(pid)
    for message <- messages, do: send(pid, message)
    apply(:erlang, :send, [alias, urgent, [:priority]])
    Process.sleep(20)
    :erlang.resume_process(pid)
    assert GenServer.call(pid, :get) == 0
    pid
  end

  setup do
    ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])
    :ok
  end

  test "what overtook is handled first, and each message has its own three instants" do
    pid = overtaken([:one, :two], :urgent)

    terms = fn kind ->
      for event <- ElixirScope.events("kind:#{kind} process:#{inspect(pid)}"), event.term in [:one, :two, :urgent], do: event.term
    end

    assert terms.("delivered") == [:one, :two, :urgent]
    assert terms.("handled") == [:urgent, :one, :two]

    flow = for row <- ElixirScope.message_flow(self(), pid), row.message in [:one, :two, :urgent], do: row
    assert Enum.map(flow, & &1.message) |> Enum.sort() == [:one, :two, :urgent]

    for row <- flow do
      assert row.matched == :matched
      assert row.delivered_at <= row.handled_at
      # Suspended for that long, each of them waited.
      assert row.waiting_ns >= 15_000_000
    end

    at = Map.new(flow, &{&1.message, &1.handled_at})
    assert at.urgent < at.one and at.one < at.two
  end

  test "of equal messages no process can say which overtook" do
    pid = overtaken([:same, :same], :same)
    flow = for row <- ElixirScope.message_flow(self(), pid), row.message == :same, do: row
    assert length(flow) == 3
    # Sent and delivered in one order, they may have been handled in another.
    for row <- flow, do: assert(row.waiting_ns == nil or row.waiting_ns >= 0)
  end
end
