defmodule ElixirScope.Recorder.GapTest do
  # Somebody else takes what the recorder set in the VM.
  use ElixirScope.RecordingCase
  alias ElixirScope.{Recorder, Tails}
  alias ElixirScope.Recorder.{Current, ServerLoop, Tracing}

  @sessions Tracing.sessions?()

  setup do
    # One that asks loads no module meanwhile.
    {:ok, _} = Application.ensure_all_started(:elixir_scope)
    on_exit(fn -> if @sessions, do: :ok, else: :erlang.trace(:all, false, [:all]) end)
    :ok = ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_all_processes()
    {:ok, _} = ElixirScope.trace_module(Tails, returns: false)
    GenServer.call(pid, {:put, 1})
    Tails.steps(0, 0)
    %{pid: pid}
  end

  defp put(pid, n), do: :ok = GenServer.call(pid, {:put, n})
  defp states(pid), do: for(row <- ElixirScope.state_timeline(pid), uniq: true, do: row.state)

  # The classes that an answer says events were lost of.
  defp lost(request) do
    {:ok, answer} = ElixirScope.query(request)
    for %{reason: "tracing_lost", n: nil} = dropped <- answer.coverage.dropped, do: dropped.class
  end

  defp not_traced(request) do
    {:ok, answer} = ElixirScope.query(request)
    for gap <- answer.coverage.not_traced, do: {gap.class, gap.to}
  end

  defp lost_tracing do
    {:ok, status} = ElixirScope.status()
    status.lost_tracing
  end

  # What is taken, how, the classes that are lost of a timeline, and whether states are.
  ways =
    if @sessions do
      [
        {"every session", quote(do: for(session <- sessions(), do: apply(:trace, :session_destroy, [session]))),
         ["process", "message", "state"]},
        {"one session", quote(do: apply(:trace, :session_destroy, [tracer().sessions.servers])), ["process", "message", "state"]},
        {"the flags in a session", quote(do: apply(:trace, :process, [tracer().sessions.servers, :all, false, [:all]])),
         ["process", "message", "state"]},
        {"the flags of one process", quote(do: apply(:trace, :process, [tracer().sessions.servers, var!(pid), false, [:all]])),
         ["process", "message", "state"]},
        {"a pattern in a session", quote(do: apply(:trace, :function, [tracer().sessions.servers, loop(), false, [:local]])),
         ["state"]}
      ]
    else
      [
        {"the flags of all", quote(do: :erlang.trace(:all, false, [:all])), ["process", "message", "state"]},
        {"the flags of those that live", quote(do: :erlang.trace(:existing, false, [:all])), ["process", "message", "state"]},
        {"the flags of one process", quote(do: :erlang.trace(var!(pid), false, [:all])), ["process", "message", "state"]},
        {"one flag of one process", quote(do: :erlang.trace(var!(pid), false, [:call])), ["process", "message", "state"]},
        {"every pattern", quote(do: :erlang.trace_pattern({:_, :_, :_}, false, [:local])), ["message", "state"]},
        {"one pattern", quote(do: :erlang.trace_pattern(loop(), false, [:local])), ["state"]},
        {"all, by dbg",
         quote do
           {:ok, _} = :dbg.tracer()
           {:ok, _} = :dbg.p(:new, [:m])
           :dbg.stop_clear()
         end, ["process", "message", "state"]}
      ]
    end

  for {what, take, classes} <- ways, wait? <- [false, true] do
    test "#{what} taken, asked #{if wait?, do: "later", else: "at once"}", %{pid: pid} do
      _ = pid
      unquote(take)
      for n <- 2..5, do: put(pid, n)
      if unquote(wait?), do: wait_until(fn -> Recorder.State.status(state()).lost_tracing != [] end)

      # Nothing is claimed of the time between.
      assert states(pid) == [1]
      assert Enum.sort(lost(%{kind: :state_timeline, process: pid})) == Enum.sort(unquote(classes))
      assert {:error, %{code: :not_traced, partial: 1}} = ElixirScope.get_state_at(pid, ElixirScope.now())
      assert [%{lasting: false, found_at: %DateTime{}} | _] = lost_tracing()
      assert [_ | _] = for(%{kind: :loss} = loss <- ElixirScope.events("kind:loss"), do: loss)

      # And from then on, all is recorded again.
      put(pid, 6)
      assert states(pid) == [1, 6]
      assert ElixirScope.get_state_at(pid, ElixirScope.now()) == {:ok, 6}
      since = ElixirScope.now()
      put(pid, 7)
      assert [] = lost(%{kind: :state_timeline, process: pid, from: api(since)}) -- ["process"]
      assert lost_tracing() |> Enum.all?(&(not &1.lasting))
    end
  end

  defp state, do: :sys.get_state(Recorder).state
  defp tracer, do: :sys.get_state(Recorder).performer.tracer
  def sessions, do: Map.values(tracer().sessions)
  defp loop, do: Enum.find(Map.keys(ServerLoop.functions()), &match?({:gen_server, :loop, _}, &1))

  # As the API has times.
  defp api(time), do: time - :sys.get_state(Recorder).state.epoch

  test "a crash that was not seen is no crash that did not happen", %{pid: pid} do
    take_all()
    victim = start_probe(0)
    Process.exit(pid, :boom)
    Process.exit(victim, :boom)
    await_exit(pid)
    assert "process" in lost(%{kind: :crashes})
    # It is found that they ended, without a reason.
    wait_until(fn -> match?(%{exited_at: at} when at != nil, ElixirScope.process_info(pid)) end)
    assert %{exit_reason: nil} = ElixirScope.process_info(pid)
    refute Enum.any?(ElixirScope.crashes(), &(&1.process == pid))
    {:ok, snapshot} = ElixirScope.system_snapshot_at(ElixirScope.now())
    refute pid in snapshot.active_processes
  end

  test "a process that began unseen is found", %{pid: _pid} do
    take_all()
    {:ok, born} = GenServer.start(Probe, 0)
    on_exit(fn -> Process.exit(born, :kill) end)
    put(born, 1)
    ElixirScope.crashes()
    put(born, 2)
    assert states(born) == [2]
  end

  if @sessions do
    defp take_all, do: for(session <- sessions(), do: apply(:trace, :session_destroy, [session]))
  else
    defp take_all, do: :erlang.trace(:all, false, [:all])
  end

  test "a module whose patterns were taken says so, and is traced again" do
    if @sessions,
      do: apply(:trace, :function, [tracer().sessions.calls, {Tails, :_, :_}, false, [:local]]),
      else: :erlang.trace_pattern({Tails, :_, :_}, false, [:local])

    Tails.steps(0, 0)
    assert lost(%{kind: :function_calls, module: inspect(Tails)}) == ["call"]
    Tails.steps(0, 0)
    assert length(ElixirScope.execution_path(self())) == 2
  end

  @tag :timed
  test "a recorder that is busy is not waited for, and nothing is claimed", %{pid: pid} do
    take_all()
    put(pid, 2)
    :sys.suspend(Recorder)
    {us, lost} = :timer.tc(fn -> lost(%{kind: :state_timeline, process: pid}) end)
    :sys.resume(Recorder)
    assert "state" in lost
    assert us < 2_000_000
  end

  test "nothing is lost while nothing is taken", %{pid: pid} do
    for n <- 2..30 do
      put(pid, n)
      {:ok, short} = GenServer.start(Probe, 0)
      GenServer.stop(short)
      Process.sleep(100)
    end

    assert lost_tracing() == []
    assert lost(%{kind: :crashes}) == []
    assert states(pid) == Enum.to_list(1..30)
  end

  describe "another tracer that stays" do
    if @sessions, do: @describetag(skip: "with trace sessions, tracers are not in each other's way")

    setup do
      theirs = spawn(fn -> Process.sleep(:infinity) end)
      on_exit(fn -> Process.exit(theirs, :kill) end)
      %{theirs: theirs}
    end

    test "keeps the process it took, which counts as not traced until it gives it back", %{pid: pid, theirs: theirs} do
      :erlang.trace(pid, false, [:all])
      :erlang.trace(pid, true, [:send, {:tracer, theirs}])
      put(pid, 2)
      assert "state" in lost(%{kind: :state_timeline, process: pid})
      assert {:ok, %{held_by_other_tracers: [{^pid, ^theirs}]}} = ElixirScope.status()
      put(pid, 3)
      assert {"state", to} = List.last(not_traced(%{kind: :state_timeline, process: pid}))
      assert to > api(ElixirScope.now()) - 1_000_000_000
      assert :erlang.trace_info(pid, :tracer) == {:tracer, theirs}

      :erlang.trace(pid, false, [:all])
      wait_until(fn -> match?({:ok, %{held_by_other_tracers: []}}, ElixirScope.status()) end)
      put(pid, 4)
      assert states(pid) == [1, 4]
    end

    test "keeps the pattern it took inside a behaviour: states count as lost until it gives it back", %{pid: pid} do
      :erlang.trace_pattern(loop(), [{:_, [], [{:message, false}]}], [:local])
      put(pid, 2)
      assert "state" in lost(%{kind: :state_timeline, process: pid})
      put(pid, 3)
      assert {:error, %{code: :not_traced}} = ElixirScope.get_state_at(pid, ElixirScope.now())
      assert Enum.any?(lost_tracing(), & &1.lasting)
      assert :erlang.trace_info(loop(), :match_spec) == {:match_spec, [{:_, [], [{:message, false}]}]}

      :erlang.trace_pattern(loop(), false, [:local])
      Recorder.check_tracing(5_000)
      put(pid, 4)
      assert states(pid) == [1, 4]
      refute Enum.any?(lost_tracing(), & &1.lasting)
    end

    test "keeps a function's pattern", %{pid: _pid} do
      :erlang.trace_pattern({Tails, :steps, 2}, [{:_, [], [{:message, false}]}], [:local])
      Tails.steps(0, 0)
      assert lost(%{kind: :function_calls, module: inspect(Tails)}) == ["call"]
      :erlang.trace_pattern({Tails, :steps, 2}, false, [:local])
      Recorder.check_tracing(5_000)
      Tails.steps(0, 0)
      assert length(ElixirScope.execution_path(self())) == 2
    end

    test "keeps the flags of new processes, of which nothing is claimed", %{theirs: theirs} do
      :erlang.trace(:new, true, [:send, {:tracer, theirs}])
      start_probe(0)
      assert "process" in lost(%{kind: :crashes})
      assert :erlang.trace_info(:new, :tracer) == {:tracer, theirs}
      :erlang.trace(:new, false, [:all])
      Recorder.check_tracing(5_000)
      assert {:tracer, {ElixirScope.Native, _}} = :erlang.trace_info(:new, :tracer)
    end

    test "hides messages by a pattern on sending", %{pid: pid} do
      :erlang.trace_pattern(:send, false, [])
      assert lost(%{kind: :message_flow, a: self(), b: pid}) == ["message"]
      assert :message in Current.tracing().lasting
      :erlang.trace_pattern(:send, true, [])
      Recorder.check_tracing(5_000)
      assert Current.tracing().lasting == []
    end
  end
end
