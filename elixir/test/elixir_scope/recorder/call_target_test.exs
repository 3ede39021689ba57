defmodule ElixirScope.Recorder.CallTargetTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Tails
  alias ElixirScope.Recorder.Call

  defp calls(pid \\ self()), do: for(row <- ElixirScope.execution_path(pid, limit: 10_000), do: {row.function, row.args})

  # A module that is compiled here, to be compiled again; its functions are call-only, as it is not on disk.
  defp compile(name, value) do
    code =
      quote(
        do:
          (
            def(value(x), do: {x, unquote(value)})
            def(other(x), do: x)
          )
      )

    {:module, module, _binary, _} = Module.create(name, code, Macro.Env.location(__ENV__))
    module
  end

  setup do
    Code.put_compiler_option(:ignore_module_conflict, true)
    name = :"Elixir.ElixirScope.Compiled#{System.unique_integer([:positive])}"

    on_exit(fn ->
      Code.put_compiler_option(:ignore_module_conflict, false)
      :code.purge(name)
      :code.delete(name)
    end)

    %{name: name}
  end

  test "a module that is compiled anew stays traced", %{name: name} do
    ElixirScope.setup()
    module = compile(name, 1)
    {:ok, %{matched: 2}} = ElixirScope.trace_module(module, in: self())
    module.value(1)

    for n <- 2..4 do
      compile(name, n)
      wait_until(fn -> pattern?({module, :value, 1}) end)
      module.value(n)
    end

    assert for({:value, [n]} <- calls(), do: n) == [1, 2, 3, 4]
    # The same code, loaded again.
    [{^name, binary}] = Code.compile_quoted(quote(do: defmodule(unquote(name), do: def(value(x), do: x))))
    {:module, ^name} = :code.load_binary(name, ~c"nofile", binary)
    wait_until(fn -> pattern?({module, :value, 1}) end)
    module.value(5)
    assert {:value, [5]} in calls()
  end

  test "a module that is not there yet is traced when it comes, if that was asked for", %{name: name} do
    ElixirScope.setup()
    assert {:error, %{code: :not_found}} = ElixirScope.trace_module(name)
    assert {:ok, %{matched: 0, warnings: [warning]}} = ElixirScope.trace_module(name, await: true)
    assert warning =~ "it is traced when it is loaded"
    module = compile(name, 1)
    wait_until(fn -> pattern?({module, :value, 1}) end)
    module.value(7)
    assert {:value, [7]} in calls()
    events = ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :pattern_added)
    assert Enum.any?(events, &(&1.module == module and &1.function == :value))
    :ok = ElixirScope.untrace_module(name)
    refute pattern?({module, :value, 1})
  end

  test "a module that goes away does not take the recorder with it", %{name: name} do
    ElixirScope.setup()
    module = compile(name, 1)
    {:ok, _} = ElixirScope.trace_module(module)
    :code.purge(module)
    :code.delete(module)
    :ok = ElixirScope.untrace_module(name)
    assert {:ok, %{targets: []}} = ElixirScope.status()
  end

  test "a target ends after as many events as it was to have" do
    ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_function({Tails, :outside, 1}, max: 100)
    for n <- 1..20_000, do: Tails.outside(n)
    wait_until(fn -> match?({:ok, %{targets: []}}, ElixirScope.status()) end)
    refute pattern?({Tails, :outside, 1})
    {:ok, %{classes: %{call: counts}}} = ElixirScope.status()
    assert counts.stored in 100..101
    assert counts.emitted == counts.stored + counts.filtered + counts.evicted
    rows = ElixirScope.execution_path(self())
    assert for(row <- rows, do: hd(row.args)) == Enum.to_list(1..length(rows))
    events = ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :target_removed)
    assert %{term: %{why: "max"}} = List.last(events)
  end

  test "a process's target ends after as many messages and states" do
    ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid, max: 40)
    for n <- 1..30, do: GenServer.call(pid, {:put, n})
    wait_until(fn -> match?({:ok, %{targets: []}}, ElixirScope.status()) end)
    assert flags(pid) == [:procs]
    {:ok, %{classes: classes}} = ElixirScope.status()
    assert classes.message.stored + classes.state.stored >= 40
  end

  test "arity alone: no argument is kept, and a return is" do
    ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_function({Tails, :outside, 1}, args: :arity)
    Tails.outside(4)
    assert [%{function: :outside, arity: 1, args: nil, outcome: :returned}] = ElixirScope.execution_path(self())
    # Who asks for the arguments gets them, whoever else does not.
    {:ok, _} = ElixirScope.trace_module(Tails, in: self())
    Tails.outside(5)
    assert [_, %{args: [5]} | _] = for(%{function: :outside} = row <- ElixirScope.execution_path(self()), do: row)
  end

  describe "follow: :spawned" do
    defp family(0, _parent), do: Tails.count(0)

    defp family(depth, parent) do
      child = spawn(fn -> family(depth - 1, self()) end)
      send(parent, {:child, depth, child})
      Tails.count(depth)
      await_exit(child)
    end

    test "children and theirs are traced like the process, from their first call on" do
      ElixirScope.setup()
      test = self()

      root =
        spawn(fn ->
          receive do
            :go -> family(4, test)
          end
        end)

      stranger = spawn(fn -> receive(do: (:go -> Tails.count(2))) end)
      {:ok, _} = ElixirScope.trace_process(root, modules: [Tails], follow: :spawned)
      for pid <- [root, stranger], do: send(pid, :go)
      for pid <- [root, stranger], do: await_exit(pid)

      spawns =
        for %{kind: :spawn} = event <- ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :process),
            do: event

      line =
        Enum.reduce(4..1//-1, [root], fn _, [parent | _] = line -> [Enum.find(spawns, &(&1.peer == parent)).process | line] end)

      for {pid, depth} <- Enum.zip(line, 0..4) do
        assert {:count, [depth]} in calls(pid), "the process at depth #{depth}"
        messages = ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), pid: pid, type: :message)
        assert depth == 0 or messages != []
      end

      assert calls(stranger) == []
      # That they were traced is known, and why.
      {:ok, answer} = ElixirScope.query(%{kind: :execution_path, process: hd(line)})
      assert answer.coverage.not_traced == []
    end

    test "when the target ends, none of the processes it spawned is traced any more" do
      ElixirScope.setup()
      root = spawn(&nursery/0)
      on_exit(fn -> Process.exit(root, :kill) end)
      {:ok, _} = ElixirScope.trace_process(root, modules: [Tails], follow: :spawned)
      children = for _ <- 1..20, do: child(root)
      wait_until(fn -> Enum.all?(children, &(flags(&1) != [:procs])) end)
      :ok = ElixirScope.untrace_process(root)
      children = [child(root) | children]
      for pid <- [root | children], do: assert(flags(pid) == [:procs])
      Enum.each(children, &Process.exit(&1, :kill))
    end

    test "a server's children have their states recorded" do
      ElixirScope.setup()
      {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
      {:ok, _} = ElixirScope.trace_genserver(supervisor, follow: :spawned)
      {:ok, agent} = DynamicSupervisor.start_child(supervisor, {Agent, fn -> 0 end})
      Agent.update(agent, &(&1 + 1))
      assert [0, 1] = for(row <- ElixirScope.state_timeline(agent), do: row.state)
      wait_until(fn -> agent in recorded_targets() end)
    end

    defp recorded_targets do
      for event <- ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :target_added), do: event.process
    end

    defp child(root) do
      send(root, {:spawn, self()})
      assert_receive {:spawned, pid}
      pid
    end

    defp nursery do
      receive do
        {:spawn, from} -> send(from, {:spawned, spawn(fn -> Process.sleep(:infinity) end)})
      end

      nursery()
    end
  end

  test "hot functions are named in warnings, and no counter is left" do
    ElixirScope.setup()
    busy = spawn(fn -> busy(0) end)
    on_exit(fn -> Process.exit(busy, :kill) end)
    assert {:ok, %{warnings: warnings}} = ElixirScope.trace_module(Tails, max: 1_000)

    hot =
      for warning <- warnings,
          [_, name] <- [Regex.run(~r/^ElixirScope.Tails.(\w+)\/\d is called some \d+ times a second/, warning)],
          do: name

    assert Enum.sort(hot) == ["fold", "outside"]

    for {f, a} <- Tails.module_info(:functions),
        do: assert(:erlang.trace_info({Tails, f, a}, :call_count) == {:call_count, false})

    Process.exit(busy, :kill)
    await_exit(busy)
    assert Call.HotFunction.warnings([{Tails, :outside, 1}]) == []
  end

  test "the process that counts leaves no crash in a recording of all processes" do
    ElixirScope.setup()
    ElixirScope.trace_all_processes()
    ElixirScope.trace_module(Tails)
    {pid, monitor} = spawn_monitor(fn -> exit(:on_purpose) end)
    assert_receive {:DOWN, ^monitor, :process, ^pid, :on_purpose}
    assert [%{process: ^pid}] = Enum.flat_map(ElixirScope.crashes(), & &1.crashes)
  end

  test "somebody else's counters are left alone" do
    :erlang.trace_pattern({Tails, :even, 1}, true, [:call_count])
    on_exit(fn -> :erlang.trace_pattern({Tails, :even, 1}, false, [:call_count]) end)
    Tails.even(0)
    assert Call.HotFunction.count([{Tails, :even, 1}, {Tails, :odd, 1}]) == []
    assert :erlang.trace_info({Tails, :even, 1}, :call_count) == {:call_count, 1}
  end

  defp busy(n) do
    Tails.outside(n)
    busy(n + 1)
  end
end
