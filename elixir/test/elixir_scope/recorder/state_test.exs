defmodule ElixirScope.Recorder.StateTest do
  use ExUnit.Case, async: true
  alias ElixirScope.Error
  alias ElixirScope.Recorder.{Gap, Plan, Row, Setup, State, Supervision, Target}

  @loop ElixirScope.LoopFunctions.known()
  @now ~U[2030-01-01 00:00:00.000000Z]
  @functions [{{Shop, :f, 1}, true}, {{Shop, :g, 2}, false}]

  defp new(options \\ [], mode \\ :tracing) do
    {:ok, options} = Setup.Options.new(options)
    state = State.new(options, mode, {%Setup.Options{}, []}, 1_000, false)
    {state, []} = State.apply(state, {:server_loop, @loop})
    state
  end

  defp started(options \\ []) do
    {state, _actions} = State.apply(new(options), :start)
    state
  end

  defp pid(n), do: :erlang.list_to_pid(~c"<0.#{5_000 + n}.0>")

  defp server(pid, fields \\ []),
    do: struct!(%Target{key: {:genserver, pid}, processes: [pid], classes: [:message, :state]}, fields)

  defp module(functions) do
    target = %Target{key: {:module, Shop}, processes: :all, classes: [:call], functions: functions}
    %{target | selections: [{:module, Shop, :exported, true}], versions: %{Shop => "1"}}
  end

  defp free(target), do: %{processes: target.processes, held: [], functions: target.functions, taken: [], taken_loop: []}

  defp trace(state, target, for_ms \\ nil), do: State.apply(state, {:trace, target, free(target), for_ms, @now})

  defp traced(state, target, for_ms \\ nil), do: state |> trace(target, for_ms) |> elem(0)

  defp rows(actions), do: for({:put, rows} <- actions, row <- rows, do: row)
  defp kinds(actions), do: Enum.map(rows(actions), & &1.kind)
  defp reply(actions), do: List.last(actions)

  describe "a start" do
    test "records the start, sets the flags, and then looks for living processes" do
      {state, actions} = State.apply(new(), :start)
      assert [{:put, [%Row{kind: :recorder_started, term: [%{level: :full}]}]} | _] = actions
      assert {:flags_on, :all, [:procs]} in actions
      assert Enum.find_index(actions, &(&1 == :sweep)) > Enum.find_index(actions, &match?({:flags_on, :all, _}, &1))

      {state, actions} = State.apply(state, {:swept, %{processes: 3, held: [{pid(1), :other}], family: %{}, began: 7}})

      assert [%Row{kind: :target_added, term: [%{target: "lifecycle"}]}, %Row{kind: :sweep_done, term: [details]}, held] =
               rows(actions)

      assert %Row{kind: :governor_step, term: [%{tracing: :off}]} = held
      assert details == %{processes: 3, held_by_other_tracers: [pid(1)]}
      assert State.status(state) == %{level: :full, targets: [], held_by_other_tracers: [{pid(1), :other}], lost_tracing: []}
    end

    test "with trace_all has all processes as a target" do
      {state, actions} = State.apply(new(trace_all: true), :start)
      assert Map.keys(state.targets) == [:all_processes]
      assert kinds(actions) == [:recorder_started, :target_added]
    end

    test "at :off, of a store alone and of injected events traces nothing" do
      for {options, mode} <- [{[tracing_level: :off], :tracing}, {[], :waiting}, {[trace_all: true], {:manual, 0}}] do
        {state, actions} = State.apply(new(options, mode), :start)
        assert Enum.all?(actions, &match?({:put, _}, &1))
        assert state.targets == %{} and state.plan == %Plan{}
      end
    end

    test "of injected events says that all of them are recorded from time 0 on" do
      {_state, actions} = State.apply(new([], {:manual, 1_000}), :start)
      assert [%Row{kind: :recorder_started}, %Row{kind: :target_added, time: 1_000, term: [%{target: "manual"}]}] = rows(actions)
    end
  end

  describe "a target" do
    test "is monitored and planned before it is recorded as added, and the reply comes last" do
      {state, actions} = trace(started(), server(pid(1)))
      monitor = Enum.find_index(actions, &(&1 == {:monitor, pid(1)}))
      flags = Enum.find_index(actions, &match?({:flags_on, _, [:call, :receive, :send]}, &1))
      added = Enum.find_index(actions, &match?({:put, [%Row{kind: :target_added}]}, &1))
      assert monitor < flags and flags < added
      assert {:reply, {:ok, %{target: %{group: nil}, skipped: [], level: :full}}} = reply(actions)
      assert [%{target: "GenServer " <> _, classes: [:message, :state], expires_at: nil}] = State.status(state).targets
    end

    test "with a time gets a timer, and goes when that timer fires, not when an older one does" do
      {state, actions} = trace(started(), server(pid(1)), 50)
      assert {:start_timer, {:expire, key, 1}, 50} = Enum.find(actions, &match?({:start_timer, _, _}, &1))
      assert [%{expires_at: expires_at}] = State.status(state).targets
      assert DateTime.diff(expires_at, @now, :millisecond) == 50

      {state, actions} = trace(state, server(pid(1)), 80)
      assert {:cancel_timer, {:expire, key, 1}} in actions and {:start_timer, {:expire, key, 2}, 80} in actions
      assert State.apply(state, {:expire, key, 1}) == {state, []}

      {state, actions} = State.apply(state, {:expire, key, 2})
      assert state.targets == %{}
      assert [%Row{kind: :target_removed, term: [%{why: "for"}]}] = rows(actions)
    end

    test "with a maximum has a budget, which ends with it" do
      target = %{module(@functions) | max: 5}
      {state, actions} = trace(started(), target)
      assert {:budget, {bit, 5, [:call], nil, [{Shop, :f, 1}, {Shop, :g, 2}]}} = Enum.find(actions, &match?({:budget, _}, &1))

      {state, actions} = State.apply(state, {:spent, bit})
      assert state.targets == %{} and {:budget, {bit, 0, [], [], []}} in actions
      assert %Row{kind: :target_removed, term: [%{why: "max"}]} = hd(rows(actions))
      assert State.apply(state, {:spent, bit}) |> elem(1) |> rows() == []
    end

    test "of what another tracer holds is refused, or is traced without it" do
      findings = %{free(server(pid(1))) | processes: [], held: [%{target: pid(1), reason: "held"}]}
      {state, actions} = State.apply(started(), {:trace, server(pid(1)), findings, nil, @now})
      assert [{:reply, {:error, %Error{code: :held_by_other_tracer, message: "held"}}}] = actions
      assert state == started()

      findings = %{free(module(@functions)) | functions: tl(@functions), taken: [%{target: {Shop, :f, 1}, reason: "taken"}]}
      {_state, actions} = State.apply(started(), {:trace, module(@functions), findings, nil, @now})
      assert {:reply, {:ok, %{target: %{functions: [{{Shop, :g, 2}, false}]}, skipped: [%{reason: "taken"}]}}} = reply(actions)
    end

    test "that dies leaves the targets that name it" do
      state = started() |> traced(server(pid(1))) |> traced(%{server(pid(2)) | processes: [pid(1), pid(2)]})
      {state, actions} = State.apply(state, {:process_down, pid(1)})
      assert [%{processes: processes}] = Map.values(state.targets)
      assert processes == [pid(2)]
      assert for(row <- rows(actions), do: {row.kind, row.process}) == [target_removed: pid(1), target_removed: pid(1)]
    end

    test "that is followed is kept for a moment after its death, so that its children are known" do
      state = traced(started(), server(pid(1), follow: :spawned))
      {state, actions} = State.apply(state, {:process_down, pid(1)})
      assert actions == [{:start_timer, {:grace_over, pid(1)}, 100}]
      {state, actions} = State.apply(state, {:followed, [{pid(2), pid(1)}]})
      assert {:monitor, pid(2)} in actions
      {state, _actions} = State.apply(state, {:grace_over, pid(1)})
      assert [%{processes: processes}] = Map.values(state.targets)
      assert processes == [pid(2)]
    end

    test "that is not there cannot be untraced" do
      {_state, actions} = State.apply(started(), {:untrace, {:module, Shop}})
      assert [{:reply, {:error, %Error{code: :not_traced, message: "module Shop: not being traced"}}}] = actions
    end
  end

  test "a child of a process that is followed no more loses what it inherited" do
    {_state, actions} = State.apply(started(), {:followed, [{pid(2), pid(1)}]})
    assert [{:flags_off, child, [:send, :receive, :call, :server, :follow]}, {:watch_loads, false}] = actions
    assert child == pid(2)
  end

  test "a module that was loaded anew gets its patterns again, with its new functions" do
    state = traced(started(), module(@functions))
    changes = [{{:module, Shop}, [{{Shop, :f, 1}, true}, {{Shop, :h, 0}, false}], %{Shop => "2"}}]
    {state, actions} = State.apply(state, {:modules_loaded, [Shop], changes})
    assert [%Row{kind: :pattern_added, subject: {Shop, :h, 0}}] = rows(actions)
    assert {:patterns, :calls, Shop, had, wanted} = Enum.find(actions, &match?({:patterns, _, _, _, _}, &1))
    assert {had, wanted} == {%{}, %{{:f, 1} => true, {:h, 0} => false}}
    assert %{versions: %{Shop => "2"}} = state.targets[{:module, Shop}]
    assert State.apply(state, {:modules_loaded, [], []}) == {state, []}
  end

  test "a deep stack pauses the calls of a process, until it is deep no more" do
    state = traced(started(), module(@functions))
    # Every process that is named is paused at once, the second too; no pattern is waited for.
    {state, actions} = State.apply(state, {:returns_off, [{{Shop, :f, 1}, pid(1), 1_001}]})
    assert kinds(actions) == [:returns_off, :governor_step]
    assert {:flags_off, pid(1), [:call]} in actions and {:start_timer, {:check_pause, pid(1)}, 100} in actions
    {state, more} = State.apply(state, {:returns_off, [{{Shop, :f, 1}, pid(2), 5_000}, {{Shop, :f, 1}, pid(1), 5_000}]})
    assert kinds(more) == [:governor_step] and {:flags_off, pid(2), [:call]} in more
    refute Enum.any?(actions ++ more, &match?({:patterns, _, _, _, _}, &1))
    {state, [again]} = State.apply(state, {:check_pause, pid(1), 50})
    assert again == {:start_timer, {:check_pause, pid(1)}, 100}

    assert {:start_timer, :switch_returns_off, _ms} = Enum.find(more, &match?({_, :switch_returns_off, _}, &1))
    {state, actions} = State.apply(state, :switch_returns_off)
    assert {:patterns, :calls, Shop, _had, %{{:f, 1} => false}} = Enum.find(actions, &match?({:patterns, _, _, _, _}, &1))

    # The sealer names no process whose events were dropped: it is found by its stack.
    {state, actions} = State.apply(state, {:deep, [pid(3)], []})
    assert {:flags_off, pid(3), [:call]} in actions
    {state, _actions} = State.apply(state, {:check_pause, pid(2), nil})
    {state, _actions} = State.apply(state, {:check_pause, pid(3), nil})

    {state, actions} = State.apply(state, {:check_pause, pid(1), 15_000})
    assert actions == [{:start_timer, {:check_pause, pid(1)}, 100}]

    {state, actions} = State.apply(state, {:check_pause, pid(1), 50})
    assert {:flags_on, pid(1), [:call]} in actions and MapSet.size(state.paused) == 0
    assert [%Row{kind: :governor_step, term: [%{calls: :on}]}] = rows(actions)
  end

  test "a level that changes ends what it does not record and begins what it does" do
    state = traced(started(), server(pid(1)))
    {state, actions} = State.apply(state, {:set_level, :off})
    assert kinds(actions) == [:target_removed, :target_removed, :level_changed, :target_added]
    assert %Row{term: [%{classes: []}]} = List.last(rows(actions))
    assert state.plan == %Plan{} and map_size(state.targets) == 1
    assert {:flags_off, :all, [:procs]} in actions

    {state, actions} = State.apply(state, {:set_level, :states_only})
    assert kinds(actions) == [:target_removed, :level_changed, :target_added]
    assert %Row{term: [%{classes: [:state]}]} = List.last(rows(actions))
    assert :sweep in actions
    assert State.apply(state, {:set_level, :states_only}) == {state, [{:reply, :ok}]}
  end

  test "rate and retention are passed on, and a rate is recorded" do
    {state, actions} = State.apply(started(), {:set_sample_rate, 0.25})
    assert [{:sample_rate, 250_000}, {:put, [%Row{kind: :rate_changed, term: [term]}]}, {:reply, :ok}] = actions
    assert term == %{from: 1_000_000, to: 250_000, unit: :ppm}
    {state, actions} = State.apply(state, {:set_retention, %{call: [max_events: 2]}})
    assert [{:limits, %{retention: %{call: {2, nil, nil}}}}, {:reply, :ok}] = actions
    assert {state.options.sample_rate, state.options.retention} == {0.25, %{call: [max_events: 2]}}
  end

  test "what does not trace refuses to, and says why" do
    for {mode, code} <- [{:waiting, :not_running}, {{:manual, nil}, :not_supported}],
        operation <- [{:set_level, :full}, {:set_sample_rate, 1}, {:trace, server(pid(1)), free(server(pid(1))), nil, @now}] do
      {_state, actions} = State.apply(new([], mode), operation)
      assert [{:reply, {:error, %Error{code: ^code}}}] = actions
    end
  end

  test "a store that waits begins to trace with a setup, once" do
    {state, actions} = State.apply(new([], :waiting), {:setup, [tracing_level: :states_only]})
    assert [:level_changed] = kinds(actions)
    assert :sweep in actions and reply(actions) == {:reply, :ok}
    assert {state.mode, state.level} == {:tracing, :states_only}
    assert State.apply(state, {:setup, [tracing_level: :states_only]}) == {state, [{:reply, :ok}]}
    assert {^state, [{:reply, {:error, %Error{code: :already_started}}}]} = State.apply(state, {:setup, [tracing_level: :full]})
  end

  test "a store that is emptied records anew what goes on" do
    {_state, actions} = started() |> traced(server(pid(1))) |> State.apply(:clear)

    assert [:clear_store, {:put, [%Row{kind: :recorder_started}]}, :sweep, {:put, [%Row{kind: :target_added}]}, {:reply, :ok}] =
             actions
  end

  describe "supervisors" do
    test "are asked together, a moment after they spawned, and not all of the time" do
      {state, actions} = State.apply(started(), {:spawned, [pid(1)], 0})
      assert actions == [{:start_timer, :read_supervisors, 100}]
      {state, []} = State.apply(state, {:spawned, [pid(2), pid(1)], 20})
      {state, [{:read_supervisors, asked, known}]} = State.apply(state, :read_supervisors)
      assert {asked, known} == {[pid(1), pid(2)], %{}}

      reading = %{rows: [], known: %{pid(3) => %{child: %{}}}, later: [], took_ms: 8}
      {state, []} = State.apply(state, {:supervisors_read, reading, 1_000})
      # 8 ms of asking are a hundredth of 800 ms.
      assert {_state, [{:start_timer, :read_supervisors, 500}]} = State.apply(state, {:spawned, [pid(1)], 1_300})
      assert {_state, [{:start_timer, :read_supervisors, 100}]} = State.apply(state, {:spawned, [pid(1)], 9_000})
    end

    test "that are too many are asked later, and the dead are forgotten" do
      {state, _actions} = State.apply(started(), {:spawned, [pid(1)], 0})
      known = for n <- 1..101, into: %{}, do: {pid(n), %{child: %{}}}
      reading = %{rows: [%Row{kind: :alive}], known: known, later: [pid(9)], took_ms: 0}
      {state, actions} = State.apply(state, {:supervisors_read, reading, 50})
      assert [{:put, [_]}, {:start_timer, :read_supervisors, 100}, {:find_living, pids}] = actions
      assert length(pids) == 101
      {state, []} = State.apply(state, {:living, [pid(1), pid(2)]})
      assert %Supervision.Watch{n_living: 2, parents: parents} = state.supervisors
      assert {Map.keys(state.supervisors.known), Enum.to_list(parents)} == {[pid(1), pid(2)], [pid(9)]}
    end

    test "are left alone at :off" do
      state = started(tracing_level: :off)
      assert State.apply(state, {:spawned, [pid(1)], 0}) == {state, []}
    end
  end

  describe "a census of the processes" do
    @well %{began: 1, now: ~U[2030-01-01 00:00:00.000000Z], everyone: :ours, functions: [], taken_loops: %{}, messages?: true}
    @found Map.merge(@well, %{modules: {[], []}, processes: [], rest: []})

    defp lost_by(state, censuses) do
      state = %{state | gap: %{state.gap | verified: 0}}
      censuses |> Enum.reduce(state, &Gap.checked(&2, Map.put(@found, :census, &1))) |> Map.fetch!(:gap) |> Map.fetch!(:shown)
    end

    test "that finds the same difference twice is a loss" do
      assert lost_by(started(), [{[pid(1)], [], 0}]) == []
      assert [%{what: what, classes: [:process]}] = lost_by(started(), [{[pid(1)], [], 0}, {[pid(1)], [], 0}])
      assert what =~ "a process began or ended"
    end

    test "is none of somebody else's where our own buffers dropped events of processes" do
      assert lost_by(started(), [{[], [], 0}, {[pid(1)], [pid(2)], 3}, {[pid(1)], [pid(2)], 3}]) == []
      # The event of one that was spawned while they were listed was dropped before.
      assert lost_by(started(), [{[], [], 0}, {[], [], 3}, {[], [pid(2)], 3}, {[], [pid(2)], 3}]) == []
      clean = [{[], [], 3}, {[], [], 3}]
      assert [_loss] = lost_by(started(), clean ++ [{[pid(1)], [], 3}, {[pid(1)], [], 3}])
    end
  end

  test "the pure modules import nothing that reads or changes the world" do
    modules = ~w(State Target.Set Call.Pause Gap Supervision.Watch Target.Check Setup.Merge Plan Target Row Action)a
    impure = [Process, System, GenServer, Port, File, ElixirScope.Native, :ets, :persistent_term, :rand, :os, :trace]

    inner =
      for name <- ~w(Performer Tracing Janitor Current Tracing.Inspection Tracing.Integrity Tracing.ModuleLoad Sweep)a,
          do: Module.concat(ElixirScope.Recorder, name)

    # Of :erlang, what computes and nothing else.
    doubtful =
      ~w(send send_after monitor demonitor spawn self now monotonic_time system_time process_info trace trace_pattern trace_info
      get put erase make_ref unique_integer whereis start_timer cancel_timer processes load_nif apply)a

    for name <- modules do
      {:ok, {_, [imports: imports]}} = :beam_lib.chunks(:code.which(Module.concat(ElixirScope.Recorder, name)), [:imports])
      found = for {module, function, arity} <- imports, module in (impure ++ inner), do: {module, function, arity}
      assert found == [], "#{name}"
      assert for({:erlang, function, _} <- imports, function in doubtful, do: function) == [], "#{name}"
    end
  end
end
