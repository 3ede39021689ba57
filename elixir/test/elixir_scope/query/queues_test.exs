defmodule ElixirScope.Query.QueuesTest do
  use ElixirScope.RecordingCase

  defmodule Till do
    use GenServer
    def init(us), do: {:ok, us}
    def handle_call(:pay, _from, us), do: {:reply, busy(us), us}
    def handle_cast({:pay, till}, us), do: {:noreply, GenServer.call(till, :pay) && us}
    def handle_cast(:pay, us), do: {:noreply, busy(us) && us}
    defp busy(us), do: until(System.monotonic_time(:microsecond) + us)
    defp until(time), do: if(System.monotonic_time(:microsecond) < time, do: until(time), else: true)
  end

  defp server(us) do
    {:ok, pid} = GenServer.start(Till, us)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    on_exit(fn -> Process.exit(pid, :kill) end)
    pid
  end

  test "a server that gets twenty messages at once is the bottleneck itself" do
    ElixirScope.setup()
    till = server(2_000)
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])
    for _ <- 1..20, do: GenServer.cast(till, :pay)
    :sys.get_state(till, 60_000)

    %{bottleneck: bottleneck, queues: queues} = ElixirScope.message_queue_analysis()
    assert {bottleneck.process, bottleneck.path} == {till, [till]}

    assert bottleneck.why =~
             ~r/handled messages in \d+\.\d% of the time, .* each; in its queue up to \d+ messages waited at one time/

    queue = Enum.find(queues, &(&1.process == till))
    # The twenty and get_state's.
    assert {queue.arrived, queue.handled, queue.left} == {21, 21, 0}
    assert queue.peak in 19..21
    assert_in_delta queue.handling.p50_ns, 2_000_000, 1_000_000
    assert [%{process: sender, messages: 21}] = queue.senders
    assert sender == self()
    assert queue.waiting.max_ns >= 38_000_000
  end

  test "workers that wait for one server are not the bottleneck, the server is" do
    ElixirScope.setup()
    till = server(3_000)
    workers = for _ <- 1..3, do: server(0)
    for worker <- workers, _ <- 1..6, do: GenServer.cast(worker, {:pay, till})
    for worker <- workers, do: :sys.get_state(worker, 60_000)

    %{bottleneck: bottleneck, queues: queues} = ElixirScope.message_queue_analysis()
    assert bottleneck.process == till
    assert [first, ^till] = bottleneck.path
    assert first in workers
    assert bottleneck.why =~ "3 servers waited for its replies"

    for worker <- workers do
      queue = Enum.find(queues, &(&1.process == worker))
      assert [%{process: ^till, replies: 6}] = queue.waits_for
      assert queue.taken == 6
    end

    bottleneck = Enum.find(ElixirScope.overview().findings, &(&1.topic == :bottleneck))
    assert bottleneck.process == till
  end
end
