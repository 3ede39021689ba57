defmodule ElixirScope.Query.ProcessesTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Recorder.{ServerLoop, Supervision}

  doctest ElixirScope.Query.Processes

  # Asks no more than what the VM and the supervisors say of themselves.
  defp really(supervisor) do
    for {id, pid, type, modules} <- Supervisor.which_children(supervisor),
        is_pid(pid),
        into: MapSet.new(),
        do: {id, pid, type, modules}
  end

  defp recorded(supervisor, options \\ []) do
    [top] = ElixirScope.supervision_tree([root: supervisor] ++ options)

    for node <- top.children,
        into: MapSet.new(),
        do: {node.child && node.child.id, node.process, node.child && node.child.type, node.child && node.child.modules}
  end

  defp agent(id), do: %{id: id, start: {Agent, :start_link, [fn -> id end]}, modules: [Agent]}

  defp start_tree(strategy) do
    inner = %{id: :inner, type: :supervisor, start: {Supervisor, :start_link, [[agent(:deep)], [strategy: :one_for_all]]}}
    children = [agent(:a), agent(:b), inner, {DynamicSupervisor, name: :processes_test_dynamic}]
    {:ok, supervisor} = Supervisor.start_link(children, strategy: strategy, max_restarts: 50, max_seconds: 2)
    supervisor
  end

  defp child(supervisor, id) do
    {_, pid, _, _} = supervisor |> Supervisor.which_children() |> List.keyfind(id, 0)
    pid
  end

  test "a tree alive before the recorder is what its supervisors say" do
    supervisor = start_tree(:rest_for_one)
    {:ok, job} = DynamicSupervisor.start_child(:processes_test_dynamic, {Agent, fn -> 1 end})
    ElixirScope.setup()
    assert recorded(supervisor) == really(supervisor)
    [top] = ElixirScope.supervision_tree(root: supervisor)
    assert top.supervises == %{strategy: :rest_for_one, intensity: 50, period_s: 2}
    assert top.restarts == 0
    inner = Enum.find(top.children, &(&1.child.id == :inner))
    assert inner.supervises.strategy == :one_for_all
    assert [%{child: %{id: :deep}, process: deep, children: []}] = inner.children
    assert deep == child(inner.process, :deep)
    dynamic = Enum.find(top.children, &(&1.name == :processes_test_dynamic))
    assert [%{process: ^job, child: %{id: nil, restart: :permanent, type: :worker}}] = dynamic.children
    assert dynamic.supervises.strategy == :one_for_one
  end

  test "the past tree is what it was, the present one what it is" do
    supervisor = start_tree(:one_for_one)
    ElixirScope.setup()
    before = really(supervisor)
    then = ElixirScope.now()
    old = child(supervisor, :a)
    Process.exit(old, :kill)
    await_exit(old)
    wait_until(fn -> is_pid(child(supervisor, :a)) end)
    wait_until(fn -> recorded(supervisor) == really(supervisor) end)
    assert recorded(supervisor, at: then) == before
    refute recorded(supervisor) == before
    new = child(supervisor, :a)
    [top] = ElixirScope.supervision_tree(root: supervisor)
    assert top.restarts == 1
    assert %{replaces: %{process: ^old, certainty: :certain}} = Enum.find(top.children, &(&1.process == new))
    assert %{replaced_by: %{process: ^new, certainty: :certain}} = ElixirScope.process_relationships(old)
    assert %{status: :exited, exit_reason: :killed} = ElixirScope.process_info(old)
    assert %{status: :alive, child: %{id: :a}} = ElixirScope.process_info(old, at: then)
    assert [%{process: ^old}] = ElixirScope.find_processes(parent: supervisor, crashed: true)
  end

  test "a tree that is started later is known a little later" do
    ElixirScope.setup()
    supervisor = start_tree(:one_for_all)
    # At once from the spawns, but for what only the supervisor knows.
    [top] = ElixirScope.supervision_tree(root: supervisor)
    assert MapSet.new(top.children, & &1.process) == MapSet.new(really(supervisor), &elem(&1, 1))
    wait_until(fn -> recorded(supervisor) == really(supervisor) end)
    [top] = ElixirScope.supervision_tree(root: supervisor)
    assert top.supervises.strategy == :one_for_all
    # A supervisor that is read again as a child stays a supervisor.
    assert Enum.find(top.children, &(&1.name == :processes_test_dynamic)).supervises.strategy == :one_for_one
    assert Enum.find(top.children, &(&1.child.id == :inner)).supervises.strategy == :one_for_all
  end

  test "process_info is what Process.info says" do
    {:ok, early} = GenServer.start_link(Probe, 0, name: :processes_test_early)
    other = start_probe(1)
    ElixirScope.setup()
    {:ok, late} = GenServer.start_link(Probe, 0, name: :processes_test_late)

    for pid <- [early, late] do
      info = ElixirScope.process_info(pid)
      assert info.names == [elem(Process.info(pid, :registered_name), 1)]
      assert Enum.sort(info.links) == Enum.sort(elem(Process.info(pid, :links), 1))
      assert info.ancestors == Process.info(pid)[:dictionary][:"$ancestors"]
      assert {info.parent, info.module, info.status} == {self(), Probe, :alive}
      assert info.counts.process > 0
    end

    then = ElixirScope.now()
    Process.unlink(late)
    Process.unregister(:processes_test_late)
    Process.register(other, :processes_test_late)
    assert %{links: [], names: []} = ElixirScope.process_info(late)
    assert %{links: [_], names: [:processes_test_late]} = ElixirScope.process_info(late, at: then)
    assert ElixirScope.process_info(:processes_test_late).process == other
    assert ElixirScope.process_info(:processes_test_late, at: then).process == late
    assert [%{process: ^late}] = ElixirScope.find_processes(name: :processes_test_late, alive_at: then)
    GenServer.stop(late)
  end

  test "peers are counted by who was meant" do
    server = start_probe(0)
    Process.register(server, :processes_test_peer)
    ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])
    for n <- 1..3, do: send(server, {:put, n})
    send(:processes_test_peer, {:put, 4})
    # The recorder was sent something too: what to trace.
    assert %{peers: [%{process: ^server, sent: 4} | _]} = ElixirScope.process_relationships(self())
    {:ok, _} = ElixirScope.trace_process(server, modules: [])
    me = self()
    assert %{peers: [%{process: ^me, received: 4} | _]} = ElixirScope.process_relationships(server)
  end

  @tag :timed
  test "only a real supervisor that waits is asked" do
    parent = self()

    liar =
      spawn_link(fn ->
        Process.put(:"$initial_call", {:supervisor, Probe, 1})
        Process.put(:"$ancestors", [parent])
        send(parent, :ready)
        receive do: (message -> send(parent, {:asked, message}))
      end)

    assert_receive :ready
    refute Supervision.supervisor?(liar)
    # Suspended by the VM it cannot answer, and one that starts a child is busy until that child is up.
    suspended = start_tree(:one_for_one)
    :erlang.suspend_process(suspended)
    {:ok, busy} = Supervisor.start_link([agent(:a)], strategy: :one_for_one)
    starter = spawn_link(fn -> Supervisor.start_child(busy, slow(parent)) end)
    assert_receive {:starting, slow}
    {took, family} = :timer.tc(fn -> Supervision.read([liar, suspended, busy, start_probe(0)]) end)
    assert family == %{suspended => %{supervisor: %{}}, busy => %{supervisor: %{}}}
    assert took < 1_000_000
    refute_received {:asked, _}
    for pid <- [suspended, busy], do: assert(Process.info(pid, :message_queue_len) == {:message_queue_len, 0})
    :erlang.resume_process(suspended)
    send(slow, :start)
    await_exit(starter)
    wait_until(fn -> match?(%{^busy => %{supervisor: %{strategy: :one_for_one}}}, Supervision.read([busy])) end)
    assert %{^suspended => %{supervisor: %{strategy: :one_for_one}}} = Supervision.read([suspended])
  end

  defp slow(parent) do
    start = fn ->
      send(parent, {:starting, self()})
      receive do: (:start -> :slow)
    end

    %{id: :slow, start: {Agent, :start_link, [start]}}
  end

  defmodule Sleepy do
    use Supervisor

    @impl true
    def init(children), do: Supervisor.init(children, strategy: :rest_for_one)
  end

  # From OTP 27 on all do; here it is one that hibernates on every OTP.
  test "a supervisor that hibernates is read, and hibernates again" do
    {:ok, supervisor} = :gen_server.start_link(:supervisor, {:self, Sleepy, [agent(:a)]}, hibernate_after: 1)
    # Its `loop` is where it is awake.
    hibernates? = fn ->
      {:current_function, {module, function, _arity} = waits_in} = Process.info(supervisor, :current_function)
      {module, function} != {:gen_server, :loop} and ServerLoop.waits_in?(waits_in)
    end

    a = child(supervisor, :a)
    wait_until(hibernates?)
    family = Supervision.read([supervisor])

    assert %{^supervisor => %{supervisor: %{strategy: :rest_for_one}}, ^a => %{child: %{id: :a, supervisor: ^supervisor}}} =
             family

    wait_until(hibernates?)
  end

  test "what is no process or no time is refused" do
    ElixirScope.setup()
    assert_raise ElixirScope.Error, ~r/no process was ever registered/, fn -> ElixirScope.process_info(:no_such_name) end
    assert_raise ElixirScope.Error, ~r/is not a process/, fn -> ElixirScope.find_processes(parent: 7) end
    assert_raise ElixirScope.Error, ~r/unknown option/, fn -> ElixirScope.supervision_tree(deep: true) end
  end
end
