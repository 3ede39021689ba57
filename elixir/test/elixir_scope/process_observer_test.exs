defmodule ElixirScope.ProcessObserverTest do
  use ElixirScope.RecordingCase, async: false
  alias ElixirScope.{ProcessObserver, TraceDB}

  describe "process lifecycle" do
    setup do
      :ok = ElixirScope.setup()
    end

    test "is recorded of every process, with parent, function and reason" do
      parent = self()

      {pid, monitor} =
        spawn_monitor(fn ->
          send(parent, :up)
          exit({:shutdown, :done})
        end)

      assert_receive :up
      assert_receive {:DOWN, ^monitor, :process, ^pid, _reason}
      events = ProcessObserver.lifecycle(pid)
      assert [%{kind: :spawn, peer: ^parent, module: :erlang, function: :apply} | _] = events
      assert %{kind: :exit, term: {:shutdown, :done}} = List.last(events)
      assert Enum.sort_by(events, & &1.timestamp) == events
    end

    test "includes names and links" do
      pid = spawn(fn -> receive do: (:stop -> :ok) end)
      Process.link(pid)
      Process.register(pid, :elixir_scope_observed)
      Process.unlink(pid)
      Process.unregister(:elixir_scope_observed)
      send(pid, :stop)
      await_exit(pid)
      kinds = for event <- ProcessObserver.lifecycle(pid), do: event.kind
      assert [:spawn | _] = kinds
      assert Enum.all?([:register, :unregister, :exit], &(&1 in kinds))
      links = for event <- ProcessObserver.lifecycle(self()), event.peer == pid, do: event.kind
      assert links == [:link, :unlink]
    end

    test "of a crash has the reason and the stack" do
      pid = spawn(fn -> raise ArgumentError, "planted" end)
      await_exit(pid)

      assert [%{term: {%ArgumentError{message: "planted"}, [_ | _]}}] =
               for(e <- ProcessObserver.lifecycle(pid), e.kind == :exit, do: e)
    end

    test "of a process that was there before begins when it was found" do
      assert [%{kind: :alive} | _] = ProcessObserver.lifecycle(Process.whereis(ExUnit.Server))
    end

    test "of a process never seen is an error" do
      assert_raise ElixirScope.Error, ~r/never seen/, fn -> ProcessObserver.lifecycle("<0.32000.0>") end
    end

    test "exits are found between two times" do
      start = ElixirScope.now()
      pids = for n <- 1..3, do: spawn(fn -> exit({:n, n}) end)
      Enum.each(pids, &await_exit/1)
      exits = for event <- ProcessObserver.exits(start, ElixirScope.now()), event.process in pids, do: {event.process, event.term}
      assert Enum.sort(exits) == Enum.sort(for {pid, n} <- Enum.with_index(pids, 1), do: {pid, {:n, n}})
      assert ProcessObserver.exits(start, start, pid: hd(pids)) == []
    end
  end

  describe "processes at a time" do
    test "are those that were alive then" do
      :ok = ElixirScope.setup()
      before = ElixirScope.now()
      pid = spawn(fn -> receive do: (:stop -> :ok) end)
      during = ElixirScope.now()
      send(pid, :stop)
      await_exit(pid)
      [_ | _] = ProcessObserver.exits(before, ElixirScope.now(), pid: pid)
      later = ElixirScope.now()

      assert [false, true, false] = for(time <- [before, during, later], do: pid in ProcessObserver.get_processes_at(time))
      assert self() in ProcessObserver.get_processes_at(before)
      alive = MapSet.new(Process.list() -- ElixirScope.Recorder.own_processes())
      found = MapSet.new(ProcessObserver.get_processes_at(later))
      # Processes of the VM come and go meanwhile, but hardly any.
      assert MapSet.size(MapSet.difference(alive, found)) <= 3
    end
  end

  describe "of injected events" do
    test "a life is observed as a recorded one" do
      start_supervised!({TraceDB, test_mode: true, epoch: 0})
      pid = "#PID<0.30001.0>"
      TraceDB.store_event(:process, %{event: :spawn, pid: pid, parent: self(), timestamp: 1})
      TraceDB.store_event(:process, %{event: :register, pid: pid, name: :injected, timestamp: 2})
      TraceDB.store_event(:process, %{event: :exit, pid: pid, reason: :kaput, timestamp: 3})
      assert [:spawn, :register, :exit] = for(event <- ProcessObserver.lifecycle(:injected), do: event.kind)
      assert [%{term: :kaput}] = ProcessObserver.exits(0, 5)
    end
  end
end
