defmodule ElixirScope.Recorder.StateRandomTest do
  # Random operations on the state of a recorder, whose actions change a model of the VM. What the model then has on must be what the
  # targets come to, by a reading of the targets that knows nothing of plans and steps.
  use ExUnit.Case, async: true
  import Bitwise
  alias ElixirScope.Recorder.{Row, Setup, State, Target}

  @n_runs 60
  @n_operations 60
  @loop ElixirScope.LoopFunctions.known()
  @now ~U[2030-01-01 00:00:00.000000Z]
  @levels [:full, :messages_only, :states_only, :minimal, :off]
  @modules [Shop, Cart]

  @all_well %{
    began: 1,
    now: @now,
    everyone: :ours,
    functions: [],
    taken_loops: %{},
    messages?: true,
    modules: {[], []},
    processes: [],
    rest: [],
    census: nil
  }

  @nothing %{
    all: MapSet.new(),
    on: %{},
    patterns: %{},
    expected: [],
    budgets: %{},
    monitors: [],
    timers: %{},
    rows: [],
    states: nil,
    loads?: false
  }

  for seed <- 1..@n_runs do
    test "what is on is what the targets come to, seed #{seed}" do
      :rand.seed(:exsss, {unquote(seed), 14, 8})
      {:ok, options} = Setup.Options.new(trace_all: unquote(rem(seed, 5) == 0))
      state = State.new(options, :tracing, {%Setup.Options{}, []}, 0, false)
      {state, []} = State.apply(state, {:server_loop, @loop})
      {state, vm} = step({state, @nothing}, :start)

      {state, vm} =
        Enum.reduce(1..@n_operations, {state, vm}, fn _, {state, vm} ->
          {vm, operation} = if :rand.uniform(8) == 1, do: fault(state, vm), else: {vm, random(state, vm)}
          {state, vm} = step({state, vm}, operation)
          check(state, vm)
          {state, vm}
        end)

      {_state, vm} = step({state, vm}, :stop)
      assert {vm.patterns, vm.expected, vm.loads?, vm.stopped?} == {%{}, [], false, true}
      assert List.last(vm.rows).kind == :recorder_stopped
    end
  end

  # Operations, as the recorder's process would make them of what it reads.

  defp random(state, vm) do
    case :rand.uniform(15) do
      n when n in 1..4 -> trace(random_target())
      5 -> {:untrace, pick([{:genserver, pid()}, {:module, Shop}, :all_processes] ++ Map.keys(state.targets))}
      6 -> {:set_level, pick(@levels)}
      7 -> {:process_down, pick([pid() | vm.monitors])}
      8 -> fire(vm, :expire) || {:set_sample_rate, :rand.uniform()}
      9 -> fire(vm, :grace_over) || {:set_retention, %{call: [max_events: :rand.uniform(9)]}}
      10 -> {:followed, [{pid(), pid()}, {pid(), pid()}]}
      11 -> {:spent, pick([1 <<< 5 | Map.keys(vm.budgets)])}
      12 -> loaded(state)
      13 -> {:returns_off, [{{pick(@modules), :f, 1}, pid(), pick([1_001, 5_000])}, {{Shop, :g, 1}, pid(), pick([1_001, 5_000])}]}
      15 -> pick([:switch_returns_off, {:deep, [pid()], []}, :search_deep])
      14 -> {:check_pause, pick([pid() | Enum.to_list(state.paused)]), pick([nil, 5, 20_000])}
    end
  end

  defp fire(vm, kind) do
    case for({message, _ms} <- vm.timers, is_tuple(message) and elem(message, 0) == kind, do: message) do
      [] -> nil
      messages -> pick(messages)
    end
  end

  defp trace(target) do
    free = %{processes: target.processes, held: [], functions: target.functions, taken: [], taken_loop: []}
    {:trace, target, free, pick([nil, nil, 100]), @now}
  end

  defp random_target do
    case :rand.uniform(5) do
      1 -> Target.all_processes()
      2 -> Target.all_genservers()
      3 -> server(pid())
      4 -> module(pick(@modules))
      5 -> process(pid())
    end
  end

  defp server(pid) do
    target = %Target{key: {:genserver, pid}, processes: [pid], classes: [:message, :state]}
    %{target | follow: pick([:none, :spawned]), max: pick([nil, 9])}
  end

  defp module(module) do
    target = %Target{key: {:module, module}, processes: pick([:all, Enum.uniq([pid(), pid()])]), classes: [:call]}
    %{target | functions: functions(module), selections: [{:module, module, :exported, true}], max: pick([nil, 9])}
  end

  defp process(pid) do
    target = %Target{key: {:process, pid}, processes: [pid], classes: [:message, :state, :call], follow: pick([:none, :spawned])}
    %{target | functions: functions(pick(@modules)), selections: [{:module, Shop, :exported, true}]}
  end

  defp functions(module), do: for(name <- [:f, :g, :h], :rand.uniform(2) == 1, do: {{module, name, 1}, pick([true, false])})

  # The VM lost the patterns of a module; its targets have other functions now.
  defp loaded(state) do
    module = pick(@modules)
    lost = for {{^module, _, _}, _} <- state.plan.functions, uniq: true, do: module

    changes =
      for {key, target} <- state.targets,
          Enum.any?(target.selections, &(elem(&1, 1) == module)),
          do: {key, functions(module), %{}}

    {:modules_loaded, lost, changes}
  end

  # Somebody took flags or patterns, which a check finds.
  defp fault(%{level: :off}, vm), do: {vm, {:check_pause, pid(), nil}}

  defp fault(state, vm) do
    pid = pid()

    {vm, found} =
      case :rand.uniform(3) do
        1 ->
          {%{vm | all: MapSet.new(), on: %{}}, %{everyone: :lost}}

        2 ->
          had = MapSet.to_list(on(vm, pid))
          {put_in(vm.on[pid], MapSet.new()), %{processes: if(had == [], do: [], else: [{pid, {:missing, had}}])}}

        3 ->
          lost = for {mfa, _} <- state.plan.functions, :rand.uniform(2) == 1, do: mfa
          {%{vm | patterns: Map.drop(vm.patterns, lost)}, %{functions: for(mfa <- lost, do: {mfa, :lost})}}
      end

    {vm, {:checked, Map.merge(@all_well, found)}}
  end

  defp pid, do: :erlang.list_to_pid(~c"<0.#{6_000 + :rand.uniform(6)}.0>")
  defp pick(list), do: Enum.at(list, :rand.uniform(length(list)) - 1)

  # The model.

  defp step({state, vm}, operation) do
    vm = if match?({:modules_loaded, _, _}, operation), do: lose(vm, elem(operation, 1)), else: vm

    vm =
      if is_tuple(operation) and is_map_key(vm.timers, operation), do: %{vm | timers: Map.delete(vm.timers, operation)}, else: vm

    vm = if match?({:process_down, _}, operation), do: %{vm | monitors: vm.monitors -- [elem(operation, 1)]}, else: vm
    {state, actions} = State.apply(state, operation)
    assert state.actions == []
    vm = Enum.reduce(actions, vm, &perform/2)
    swept = {:swept, %{processes: 0, held: [], family: %{}, began: 1}}
    if :sweep in actions, do: step({state, vm}, swept), else: {state, vm}
  end

  defp lose(vm, modules), do: %{vm | patterns: Map.reject(vm.patterns, fn {{module, _, _}, _} -> module in modules end)}

  defp perform({:put, rows}, vm), do: %{vm | rows: vm.rows ++ rows}
  defp perform({:filter, plan}, vm), do: Map.put(vm, :filter, plan)

  defp perform({:flags_on, :all, flags}, vm) do
    on = Map.new(vm.on, fn {pid, had} -> {pid, MapSet.union(had, MapSet.new(flags))} end)
    %{vm | all: MapSet.union(vm.all, MapSet.new(flags)), on: on}
  end

  defp perform({:flags_off, :all, flags}, vm) do
    on = Map.new(vm.on, fn {pid, had} -> {pid, MapSet.difference(had, MapSet.new(flags))} end)
    %{vm | all: MapSet.difference(vm.all, MapSet.new(flags)), on: on}
  end

  defp perform({:flags_on, pid, flags}, vm), do: put_in(vm.on[pid], MapSet.union(on(vm, pid), MapSet.new(flags)))
  defp perform({:flags_off, pid, flags}, vm), do: put_in(vm.on[pid], MapSet.difference(on(vm, pid), MapSet.new(flags)))

  defp perform({:patterns, _concern, module, had, wanted}, vm) do
    now = for {{^module, name, arity}, returns?} <- vm.patterns, into: %{}, do: {{name, arity}, returns?}
    assert now == had, "a step must know what is set"
    others = Map.reject(vm.patterns, fn {{m, _, _}, _} -> m == module end)
    patterns = for {{name, arity}, returns?} <- wanted, into: others, do: {{module, name, arity}, returns?}
    assert Map.keys(patterns) -- vm.expected == [], "a pattern must be expected before it is set"
    %{vm | patterns: patterns}
  end

  defp perform({:expect_patterns, patterns}, vm), do: %{vm | expected: patterns}
  defp perform({:unpublish_states, {_kind, _pids}}, vm), do: vm
  defp perform({:publish_states, states}, vm), do: %{vm | states: states}

  defp perform({:strip_flags, known, keep}, vm) do
    on = Map.new(vm.on, fn {pid, had} -> {pid, if(pid in known, do: had, else: MapSet.intersection(had, MapSet.new(keep)))} end)
    %{vm | on: on}
  end

  defp perform({:clear_tracing, patterns}, vm) do
    %{vm | on: %{}, all: MapSet.new(), patterns: Map.drop(vm.patterns, patterns)}
  end

  defp perform({:budget, {bit, 0, _, _, _}}, vm), do: %{vm | budgets: Map.delete(vm.budgets, bit)}
  defp perform({:budget, {bit, n, _, _, _}}, vm), do: %{vm | budgets: Map.put(vm.budgets, bit, n)}
  defp perform({:watch_loads, loads?}, vm), do: %{vm | loads?: loads?}

  defp perform({:monitor, pid}, vm) do
    refute pid in vm.monitors
    %{vm | monitors: [pid | vm.monitors]}
  end

  defp perform({:start_timer, message, ms}, vm) when ms >= 0, do: %{vm | timers: Map.put(vm.timers, message, ms)}
  defp perform({:cancel_timer, message}, vm), do: %{vm | timers: Map.delete(vm.timers, message)}
  defp perform(:stop_native, vm), do: Map.put(vm, :stopped?, true)
  defp perform(pure, vm) when pure in [:sweep, :unpublish_tracing], do: vm

  defp perform(pure, vm)
       when elem(pure, 0) in [:reply, :sample_rate, :limits, :publish_tracing, :lose, :warn, :visit, :search_deep],
       do: vm

  defp on(vm, pid), do: Map.get(vm.on, pid, vm.all)

  # What must hold.

  defp check(state, vm) do
    targets = for {_key, target} <- state.targets, do: {target, Target.classes_within(target, state.level)}

    for pid <- Enum.map(1..7, &:erlang.list_to_pid(~c"<0.#{6_000 + &1}.0>")) do
      assert Enum.sort(on(vm, pid)) == flags(targets, pid, state), inspect(pid)
      if pid in elem(vm.states || {:only, []}, 1), do: assert(Enum.any?(targets, &names?(&1, pid)) or pid in state.paused)
    end

    assert vm.patterns == wanted_patterns(targets, state)
    assert Map.keys(vm.budgets) |> Enum.sort() == Enum.sort(for {%{max: max} = target, _} <- targets, max, do: Target.bit(target))
    assert vm.loads? == Enum.any?(targets, fn {target, classes} -> target.selections != [] and :call in classes end)

    for {%{processes: [_ | _] = pids}, _} <- targets,
        pid <- pids,
        do: assert(pid in vm.monitors or is_map_key(vm.timers, {:grace_over, pid}))

    expiring = for {target, _} <- targets, target.expiry, do: {:expire, target.key, target.expiry}
    assert Enum.sort(expiring) == Enum.sort(for {{:expire, _, _} = message, _} <- vm.timers, do: message)
    for pid <- state.paused, do: assert(is_map_key(vm.timers, {:check_pause, pid}))

    assert recorded(vm.rows) ==
             Enum.sort(
               for {target, _} <- targets,
                   pid <- List.wrap(if(target.processes != :all, do: target.processes, else: [nil])),
                   do: {Target.describe(target.key), pid}
             )
  end

  defp names?({%{processes: :all}, _classes}, _pid), do: true
  defp names?({%{processes: pids}, _classes}, pid), do: pid in pids

  # The flags of a process, target by target.
  defp flags(_targets, _pid, %{level: :off}), do: []

  defp flags(targets, pid, state) do
    own =
      for {target, classes} = entry <- targets, names?(entry, pid), class <- classes do
        follow = if target.follow == :spawned, do: [:follow], else: []
        follow ++ Map.fetch!(%{message: [:send, :receive, :call], state: [:call], major: [:call], call: [:call]}, class)
      end

    flags = Enum.uniq([:procs | List.flatten(own)])
    Enum.sort(if pid in state.paused, do: flags -- [:call], else: flags)
  end

  defp wanted_patterns(_targets, %{level: :off}), do: %{}

  defp wanted_patterns(targets, state) do
    called =
      for {target, classes} <- targets, :call in classes, {mfa, returns?} <- target.functions, reduce: %{} do
        table ->
          Map.update(table, mfa, returns? and mfa not in state.call_only, &(&1 or (returns? and mfa not in state.call_only)))
      end

    classes = for {_target, classes} <- targets, class <- classes, uniq: true, do: class
    needed = %{loop: [:state], terminate: [:state, :major], decode_msg: [:message], init_it: [:major]}

    # The first state is in what `init_it` returns.
    for {{_module, function, _arity} = mfa, _loop} <- @loop,
        Enum.any?(needed[function], &(&1 in classes)),
        into: called,
        do: {mfa, function == :init_it}
  end

  # By the trace alone: who is a target now. A change of level removes and adds all of them.
  defp recorded(rows) do
    rows
    |> Enum.reduce(MapSet.new(), fn
      %Row{kind: :target_added, process: pid, term: [%{target: target}]}, now when target != "lifecycle" ->
        MapSet.put(now, {target, pid})

      %Row{kind: :target_removed, process: pid, term: [%{target: target}]}, now ->
        MapSet.delete(now, {target, pid})

      _other, now ->
        now
    end)
    |> Enum.sort()
  end
end
