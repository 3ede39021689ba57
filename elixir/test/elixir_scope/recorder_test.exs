defmodule ElixirScope.RecorderTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.{Recorder, Tails}

  # Processes that never stop calling each other, and spawning and ending others.
  defp load(n) do
    for i <- 1..n do
      pid = spawn(fn -> busy(elem(GenServer.start_link(Probe, 0), 1), i) end)
      on_exit(fn -> Process.exit(pid, :kill) end)
      pid
    end
  end

  # The handler of `:dbg`.
  defp pass_on(message, parent) do
    send(parent, {:dbg, message})
    parent
  end

  defp busy(server, n) do
    :ok = GenServer.call(server, {:put, Tails.count(5)})
    if rem(n, 50) == 0, do: await_exit(spawn(fn -> Tails.fold([1, 2], 0) end))
    busy(server, n + 1)
  end

  # Setting and clearing patterns waits for every scheduler, which the load and the machine delay: with trace sessions for a second or more
  # on two cores.
  @stops if ElixirScope.Recorder.Tracing.sessions?(), do: 40, else: 200
  @tag timeout: 1_200_000
  test "stop under load #{@stops} times leaves nothing on" do
    load(4)

    for n <- 1..@stops do
      assert ElixirScope.setup() == :ok
      {:ok, _} = ElixirScope.trace_all_processes()
      {:ok, _} = ElixirScope.trace_module(Tails)
      if rem(n, 10) == 0, do: Process.sleep(20)
      assert ElixirScope.stop() == :ok
      assert left_on() == [], "after stop #{n}"
      refute pattern?({Tails, :count, 1})
    end
  end

  test "the owner killed leaves nothing on, and a new recording can begin" do
    load(2)
    :ok = ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_all_processes()
    {:ok, _} = ElixirScope.trace_module(Tails)
    assert left_on() != []

    recorder = Process.whereis(Recorder)
    Process.exit(recorder, :kill)
    assert await_exit(recorder) in [:killed, :noproc]
    wait_until(fn -> left_on() == [] and not pattern?({Tails, :count, 1}) end)
    assert {:error, %{code: :not_running}} = ElixirScope.status()

    wait_until(fn -> ElixirScope.setup() == :ok end)
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    GenServer.call(pid, {:put, 1})
    assert [%{state: 1}] = ElixirScope.state_timeline(pid)
  end

  test "without its supervisor, setup is an error and no exit of the caller" do
    :ok = ElixirScope.setup()
    ElixirScope.stop()
    supervisor = Process.whereis(ElixirScope.RecorderSupervisor)
    Process.unregister(ElixirScope.RecorderSupervisor)

    on_exit(fn ->
      Process.whereis(ElixirScope.RecorderSupervisor) || Process.register(supervisor, ElixirScope.RecorderSupervisor)
    end)

    assert {:error, %{code: :not_supported, message: message}} = ElixirScope.setup()
    assert message =~ "its supervisor is gone"
    Process.register(supervisor, ElixirScope.RecorderSupervisor)
    assert ElixirScope.setup() == :ok
  end

  test "the caller of setup may die" do
    await_exit(spawn(fn -> :ok = ElixirScope.setup() end))
    assert {:ok, %{running: true}} = ElixirScope.status()
  end

  # Before trace sessions, a process has one tracer and a function one pattern.
  @sessions ElixirScope.Recorder.Tracing.sessions?()

  describe "another tracer" do
    if @sessions, do: @describetag(skip: "with trace sessions, tracers are not in each other's way")

    setup do
      {:ok, _} = :dbg.tracer(:process, {&pass_on/2, self()})
      on_exit(fn -> apply(:dbg, :stop_clear, []) end)
    end

    test "keeps its processes and its patterns, and they are reported" do
      theirs = start_probe(0)
      {:ok, _} = :dbg.p(theirs, [:m, :c])
      {:ok, _} = :dbg.tpl(Tails, :count, 1, [])
      held = :erlang.trace_info(theirs, :flags)

      :ok = ElixirScope.setup()
      assert {:ok, %{held_by_other_tracers: held_processes}} = ElixirScope.status()
      assert theirs in Enum.map(held_processes, &elem(&1, 0))

      assert {:error, %{code: :held_by_other_tracer, message: message}} = ElixirScope.trace_process(theirs)
      assert message =~ "#{inspect(theirs)} is held by another tracer"
      assert {:error, %{code: :held_by_other_tracer}} = ElixirScope.trace_function({Tails, :count, 1})
      assert {:ok, %{skipped: skipped}} = ElixirScope.trace_module(Tails)
      assert [%{reason: reason}] = Enum.filter(skipped, &(&1.target == {Tails, :count, 1}))
      assert reason =~ "has a pattern of another tracer"

      assert {:ok, %{skipped: skipped}} = ElixirScope.trace_all_processes()
      assert [%{reason: _}] = Enum.filter(skipped, &(&1.target == theirs))
      :ok = ElixirScope.untrace_all_processes()
      :ok = ElixirScope.stop()

      assert :erlang.trace_info(theirs, :flags) == held
      assert :erlang.trace_info({Tails, :count, 1}, :traced) == {:traced, :local}
      GenServer.call(theirs, {:put, 1})
      assert_receive {:dbg, {:trace, ^theirs, :receive, {:"$gen_call", _, {:put, 1}}}}
    end
  end

  describe "another tracer, in a session of its own or in the VM's" do
    unless @sessions, do: @describetag(skip: "no trace sessions before OTP 27")

    test "has all it would have without us, and so have we; our end is not its end" do
      theirs = self()
      pid = start_probe(0)
      session = apply(:trace, :session_create, [:somebody, theirs, []])
      1 = apply(:trace, :process, [session, pid, true, [:receive, :call]])
      1 = apply(:trace, :function, [session, {Probe, :handle_call, 3}, true, [:local]])
      # And one of the old interface, on the same process and function.
      old = spawn_link(fn -> relay(theirs) end)
      1 = :erlang.trace(pid, true, [{:tracer, old}, :call])
      1 = :erlang.trace_pattern({Probe, :handle_call, 3}, true, [:local])

      :ok = ElixirScope.setup()
      {:ok, %{skipped: []}} = ElixirScope.trace_process(pid)
      GenServer.call(pid, {:put, 1})
      assert_receive {:trace, ^pid, :receive, {:"$gen_call", _, {:put, 1}}}
      assert_receive {:trace, ^pid, :call, {Probe, :handle_call, [{:put, 1}, _, 0]}}
      assert_receive {:old, {:trace, ^pid, :call, {Probe, :handle_call, [{:put, 1}, _, 0]}}}
      assert [%{state: 1}] = ElixirScope.state_timeline(pid)
      assert [%{function: :handle_call, result: {:reply, :ok, 1}}] = ElixirScope.execution_path(pid)

      :ok = ElixirScope.stop()
      GenServer.call(pid, {:put, 2})
      assert_receive {:trace, ^pid, :call, {Probe, :handle_call, [{:put, 2}, _, 1]}}
      assert_receive {:old, {:trace, ^pid, :call, {Probe, :handle_call, [{:put, 2}, _, 1]}}}
      apply(:trace, :session_destroy, [session])
      :erlang.trace(pid, false, [:all])
      :erlang.trace_pattern({Probe, :handle_call, 3}, false, [:local])
    end
  end

  defp relay(to) do
    receive(do: (event -> send(to, {:old, event})))
    relay(to)
  end

  if @sessions, do: @tag(skip: "with trace sessions, tracers are not in each other's way")

  test "another tracer's pattern on the server loop is left alone, and reported" do
    # What is true on this VM is known before the other tracer comes.
    ElixirScope.Recorder.ServerLoop.prepare()
    [loop] = for {{:gen_server, :loop, _} = mfa, _} <- ElixirScope.Recorder.ServerLoop.functions(), do: mfa
    :erlang.trace_pattern(loop, [{:_, [], [{:return_trace}]}], [:local])
    on_exit(fn -> :erlang.trace_pattern(loop, false, [:local]) end)
    ElixirScope.setup()
    pid = start_probe(0)
    assert {:ok, %{skipped: [%{target: ^loop}]}} = ElixirScope.trace_genserver(pid)
    ElixirScope.stop()
    assert :erlang.trace_info(loop, :match_spec) == {:match_spec, [{:_, [], [{:return_trace}]}]}
  end

  test "a target that dies is a target no more" do
    ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    {:ok, _} = ElixirScope.trace_module(Tails, in: [pid, self()])
    Process.exit(pid, :kill)
    wait_until(fn -> match?({:ok, %{targets: [%{target: "module ElixirScope.Tails"}]}}, ElixirScope.status()) end)
  end

  test "control events tell what was traced" do
    ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    {:ok, _} = ElixirScope.trace_function({Tails, :count, 1})
    :ok = ElixirScope.untrace_genserver(pid)
    events = ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :control)
    kinds = Enum.map(events, & &1.kind)
    assert [:recorder_started | _] = kinds
    assert :sweep_done in kinds

    assert %{process: ^pid, term: %{classes: [:message, :state]}} =
             Enum.find(events, &(&1.kind == :target_added and &1.process == pid))

    assert %{module: Tails, function: :count, arity: 1} = Enum.find(events, &(&1.kind == :pattern_added))
    assert %{process: ^pid} = Enum.find(events, &(&1.kind == :target_removed))
  end
end
