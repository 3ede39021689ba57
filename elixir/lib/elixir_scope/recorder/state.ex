defmodule ElixirScope.Recorder.State do
  @moduledoc false
  # What a recorder does to its targets: each function takes the state of the recorder and returns the next, having performed what follows
  # in the VM and written it into the trace.
  #
  # Invariant: every change of what is traced is an event of the trace.

  alias ElixirScope.Native

  alias ElixirScope.Recorder.{
    Config,
    Current,
    FunctionSelection,
    Janitor,
    ModuleLoad,
    Plan,
    SetupOptions,
    Supervision,
    Sweep,
    Target,
    TargetCheck,
    Tracing
  }

  # Stack words from which on a process with returns behind it is spared: the VM looks through all of them at every traced call, which
  # at this depth costs as much again as tracing the call.
  @deep_stack 10_000
  # How often a spared process is looked at.
  @spare_ms 100

  # How long after a supervisor started a child it is asked about its children, and how many are asked at once.
  @families_ms 100
  @max_families 32
  # Of its time, the recorder spends one part in so many on asking: one supervisor of 4,000 children takes it 8 ms each time. But it does ask
  # within so long: what takes its time on a busy node may be the node.
  @families_share 100
  @families_latest_ms 2_000

  @enforce_keys [:native, :tracer, :options, :mode, :level]
  defstruct [
    :native,
    :tracer,
    :options,
    :mode,
    :level,
    :sweep,
    plan: %Plan{},
    targets: %{},
    call_only: MapSet.new(),
    spared: MapSet.new(),
    monitors: %{},
    budgets: MapSet.new(),
    loads?: false,
    parents: MapSet.new(),
    family: %{},
    families_due: nil,
    n_living: 0
  ]

  @doc "Begins to record at the level of the options, if the mode is to trace."
  def start(native, tracer, options, mode) do
    state = %__MODULE__{native: native, tracer: tracer, options: options, mode: mode, level: level(options, mode)}
    put(state, [{:recorder_started, nil, nil, nil, %{level: state.level, options: Config.given(options)}}])
    by_hand(state)
    begin_targets(state)
  end

  defp level(options, :tracing), do: options.tracing_level
  defp level(_options, _waiting_or_by_hand), do: :off

  @doc "A store that was started by hand begins to trace."
  def adopt(state, options, mode) do
    state = %{state | options: options, mode: mode, level: level(options, mode)}
    put(state, [{:level_changed, nil, nil, nil, %{level: state.level, options: Config.given(options)}}])
    begin_targets(state)
  end

  defp begin_targets(state) do
    state = if state.level == :off, do: state, else: begin(state)
    if state.options.trace_all and state.mode == :tracing, do: add(state, Target.all_processes()), else: state
  end

  @doc "The store has been emptied: what goes on is written down anew."
  def cleared(state) do
    put(state, [{:recorder_started, nil, nil, nil, %{level: state.level, options: Config.given(state.options)}}])
    by_hand(state)
    state = if state.level == :off, do: state, else: sweep(state)
    for {_key, target} <- state.targets, do: put(state, target_rows(:target_added, target, state.level))
    state
  end

  # What is told is all there is: no process counts as not watched.
  defp by_hand(%{mode: {:by_hand, _epoch}} = state) do
    {epoch, _wall} = Native.anchor(state.native)
    details = %{target: "by hand", classes: [:process, :message, :call, :state]}
    Native.put_at(state.native, [{:target_added, nil, nil, nil, [details], epoch}])
  end

  defp by_hand(_state), do: :ok

  # The flags first, so that every process is either found or seen to be spawned.
  defp begin(state), do: state |> replan() |> sweep()

  defp sweep(state) do
    sweep = Sweep.run(state.tracer, &put(state, &1))
    details = %{processes: sweep.processes, held_by_other_tracers: Enum.map(sweep.held, &elem(&1, 0))}
    put(state, [{:target_added, nil, nil, nil, lifecycle()}, {:sweep_done, nil, nil, nil, details}])
    {family, sweep} = Map.pop(sweep, :family)
    %{state | sweep: sweep, family: family}
  end

  defp lifecycle, do: %{target: "lifecycle", classes: [:process]}

  @doc "Ends all tracing."
  def stop(state) do
    ModuleLoad.ignore(state.loads?)
    Tracing.clear(state.tracer, Plan.patterns(state.plan))
    Janitor.expect([])
    put(state, [{:recorder_stopped, nil, nil, nil, nil}])
    Native.stop(state.native)
  end

  @doc "Changes the level: what the targets were recorded for ends, and what they are now recorded for begins."
  def set_level(%{level: level} = state, level), do: state

  def set_level(%{level: old} = state, level) do
    targets = Map.values(state.targets)
    put(state, Enum.flat_map(targets, &target_rows(:target_removed, &1, old)))
    if level == :off, do: put(state, [{:target_removed, nil, nil, nil, lifecycle()}])
    put(state, [{:level_changed, nil, nil, nil, %{from: old, to: level}}])
    state = %{state | level: level}
    # Whoever was spawned meanwhile was seen by nobody.
    state = if old == :off, do: begin(state), else: replan(state)
    put(state, Enum.flat_map(targets, &target_rows(:target_added, &1, level)))
    state
  end

  @doc "Changes the sample rate."
  def set_sample_rate(state, rate) do
    old = state.options.sample_rate
    :ok = Native.set_rate(state.native, SetupOptions.ppm(rate))
    put(state, [{:rate_changed, nil, nil, nil, %{from: SetupOptions.ppm(old), to: SetupOptions.ppm(rate), unit: :ppm}}])
    %{state | options: %{state.options | sample_rate: rate}}
  end

  @doc "Changes what may be held."
  def set_retention(state, retention) do
    options = %{state.options | retention: retention}
    :ok = Native.set_limits(state.native, Config.limits(options))
    %{state | options: options}
  end

  @doc "Adds a target, or puts it in the place of the one with its key."
  def add(state, target) do
    monitors = monitor(target.processes, state.monitors)
    state = %{state | targets: Map.put(state.targets, target.key, target), monitors: monitors}
    if target.max, do: :ok = Native.set_budget(state.native, budget(target))
    state = replan(state)
    put(state, target_rows(:target_added, target, state.level))
    state
  end

  defp budget(target) do
    pids = if target.processes == :all, do: nil, else: target.processes
    {Target.bit(target), target.max, target.classes, pids, for({mfa, _returns?} <- target.functions, do: mfa)}
  end

  defp monitor(:all, monitors), do: monitors

  defp monitor(pids, monitors) do
    known = Map.values(monitors)
    for pid <- pids, pid not in known, into: monitors, do: {Process.monitor(pid), pid}
  end

  @doc "Removes a target, without a new plan: who removes decides when. `why` is written down, if there is more to say than that it was asked for."
  def remove(state, key, why \\ nil) do
    case Map.pop(state.targets, key) do
      {nil, _targets} ->
        state

      {target, targets} ->
        with {timer, _token} <- target.timer, do: Process.cancel_timer(timer)
        put(state, target_rows(:target_removed, target, state.level, why))
        %{state | targets: targets}
    end
  end

  @doc "A target has had the events it was to have."
  def spent(state, bit) do
    case Enum.find(Map.values(state.targets), &(Target.bit(&1) == bit)) do
      nil -> state
      target -> state |> remove(target.key, "max") |> replan()
    end
  end

  @doc "Whether what a process spawns is traced for some target."
  def follows?(state, pid), do: Enum.any?(Map.values(state.targets), &(&1.follow == :spawned and pid in &1.processes))

  @doc "Processes were spawned by followed ones: they are traced already, and now it is known why."
  def followed(state, pairs) do
    state = Enum.reduce(pairs, state, &follow/2)
    # Who was spawned while its parent's target ended is in no plan that could end it.
    for {pid, _parent} <- pairs, not follows?(state, pid) do
      Tracing.perform(
        {:flags_off, pid, [:send, :receive, :call, :server, :follow] -- Plan.flags_of(state.plan, pid)},
        state.tracer
      )
    end

    replan(state)
  end

  defp follow({child, parent}, state) do
    for target <- Map.values(state.targets), target.follow == :spawned, parent in target.processes, reduce: state do
      state ->
        put(state, target_rows(:target_added, %{target | processes: [child]}, state.level))
        target = %{target | processes: [child | target.processes]}
        %{state | targets: Map.put(state.targets, target.key, target), monitors: monitor([child], state.monitors)}
    end
  end

  @doc "A dead process leaves the targets that named it; one without any process left goes."
  def forget(state, pid), do: state.targets |> Map.values() |> Enum.reduce(state, &forget_in(&1, pid, &2)) |> replan()

  defp forget_in(%{processes: :all}, _pid, state), do: state

  defp forget_in(%{processes: pids} = target, pid, state) do
    case List.delete(pids, pid) do
      ^pids -> state
      [] -> remove(state, target.key)
      rest -> %{state | targets: Map.put(state.targets, target.key, %{target | processes: rest})}
    end
  end

  @doc "A function's returns must be switched off, as a process is about to drown in them."
  def returns_off(state, mfa, pid, depth) do
    put(state, [{:returns_off, pid, nil, mfa, %{open_calls: depth}}])
    # The process first: it is the one that suffers, and a flag is set much faster than a pattern.
    state = spare(state, pid)
    replan(%{state | call_only: MapSet.put(state.call_only, mfa)})
  end

  @doc "Stops tracing calls in a process while its stack is deep, and begins again when it no longer is."
  def spare(state, pid) do
    {deep?, spared?} =
      {match?({:stack_size, words} when words > @deep_stack, Process.info(pid, :stack_size)), pid in state.spared}

    if deep?, do: Process.send_after(self(), {:spared, pid}, @spare_ms)

    case {deep?, spared?} do
      {true, false} ->
        put(state, [{:governor_step, pid, nil, nil, %{calls: :off, why: "a deep stack of traced returns"}}])
        replan(%{state | spared: MapSet.put(state.spared, pid)})

      {false, true} ->
        state = replan(%{state | spared: MapSet.delete(state.spared, pid)})
        put(state, [{:governor_step, pid, nil, nil, %{calls: :on}}])
        state

      _as_before ->
        state
    end
  end

  @doc "Modules were loaded. Those that are traced lost their patterns, and may have other functions now."
  def modules_loaded(state) do
    lost = Tracing.lost(Plan.concerns(state.plan), state.tracer)
    changed = Enum.filter(Map.values(state.targets), &changed?(&1, lost))

    if lost == [] and changed == [] do
      state
    else
      state = %{state | plan: Plan.without_patterns(state.plan, lost)}
      replan(Enum.reduce(changed, state, &reselect/2))
    end
  end

  defp changed?(target, lost) do
    FunctionSelection.versions(target.selections) != target.versions or Enum.any?(Map.keys(target.versions), &(&1 in lost))
  end

  defp reselect(target, state) do
    {functions, _warnings} = FunctionSelection.select(target.selections)
    {functions, _taken} = TargetCheck.free_functions(functions, state.plan)
    changed = %{target | functions: functions, versions: FunctionSelection.versions(target.selections)}
    rows = for {mfa, _returns?} <- functions -- target.functions, do: {:pattern_added, nil, nil, mfa, nil}
    put(state, if(:call in Target.classes_within(target, state.level), do: rows, else: []))
    if target.max, do: :ok = Native.set_budget(state.native, budget(changed))
    %{state | targets: Map.put(state.targets, target.key, changed)}
  end

  defp target_rows(kind, target, level, why \\ nil) do
    classes = Target.watched(target, level)
    details = %{target: Target.describe(target.key), classes: classes}
    details = if :major in Target.classes_within(target, level), do: Map.put(details, :states, :major), else: details
    details = if why, do: Map.put(details, :why, why), else: details
    pids = if target.processes == :all, do: [nil], else: target.processes
    patterns = if :call in classes, do: for({mfa, _returns?} <- target.functions, do: mfa), else: []
    kinds = %{target_added: :pattern_added, target_removed: :pattern_removed}
    for(pid <- pids, do: {kind, pid, nil, nil, details}) ++ for(mfa <- patterns, do: {kinds[kind], nil, nil, mfa, nil})
  end

  @doc """
  Processes spawned others. A supervisor that started children knows them by id: it is looked at a little later, when it has started all of
  them, and those of a storm at once.
  """
  def spawned(%{level: :off} = state, _parents), do: state

  def spawned(state, parents) do
    if MapSet.size(state.parents) == 0, do: read_families_in(max(@families_ms, (state.families_due || now_ms()) - now_ms()))
    %{state | parents: Enum.into(Enum.take(parents, @max_families), state.parents)}
  end

  @doc "Asks the supervisors among those that spawned."
  def read_families(state) do
    began = now_ms()
    {now, later} = state.parents |> Enum.filter(&Supervision.supervisor?/1) |> Enum.split(@max_families)
    {rows, family} = Sweep.families(now, state.family)
    if rows != [], do: put(state, rows)
    state = remember(%{state | parents: MapSet.new(later)}, family)
    pause = ((now_ms() - began) * @families_share) |> max(@families_ms) |> min(@families_latest_ms)
    if later != [], do: read_families_in(pause)
    %{state | families_due: now_ms() + pause}
  end

  defp read_families_in(ms), do: Process.send_after(self(), :read_families, ms)

  defp now_ms, do: System.monotonic_time(:millisecond)

  # The dead are forgotten each time that they may have become as many as the living were.
  defp remember(state, family) do
    if map_size(family) > 2 * state.n_living + 100 do
      living = Map.filter(family, fn {pid, _said} -> Process.alive?(pid) end)
      %{state | family: living, n_living: map_size(living)}
    else
      %{state | family: family}
    end
  end

  @doc "Makes the VM trace what the targets and the level come to."
  def replan(state) do
    options = [call_only: state.call_only, spared: state.spared, apart?: state.tracer.sessions != %{}]
    plan = Plan.build(state.level, Map.values(state.targets), TargetCheck.server_loop(state.plan), options)
    Janitor.expect(Enum.uniq(Plan.patterns(state.plan) ++ Plan.patterns(plan)))
    Current.untrace_states(plan)
    Enum.each(Plan.steps(state.plan, plan), &perform(&1, state))
    Current.trace_states(plan)
    if Plan.follows?(state.plan) and not Plan.follows?(plan), do: Tracing.strip(Plan.named(plan), plan.all_flags, state.tracer)
    # A budget that is spent holds until its functions are no longer traced.
    budgets = for target <- Map.values(state.targets), target.max, into: MapSet.new(), do: Target.bit(target)
    for bit <- state.budgets, bit not in budgets, do: :ok = Native.set_budget(state.native, {bit, 0, [], [], []})
    loads? = ModuleLoad.watch(state.loads?, Enum.any?(Map.values(state.targets), &calls?(&1, state.level)))
    %{state | plan: plan, loads?: loads?, budgets: budgets}
  end

  defp calls?(target, level), do: target.selections != [] and :call in Target.classes_within(target, level)

  defp perform({:filter, plan}, state) do
    functions = for {{m, f, a}, entry} <- plan.functions, do: {m, f, a, entry.role, entry.args?, entry.mask}
    :ok = Native.set_filter(state.native, functions, Map.to_list(plan.masks), plan.default_mask)
  end

  defp perform(step, state), do: Tracing.perform(step, state.tracer)

  @doc "Writes rows into the trace."
  def put(state, rows), do: Native.put(state.native, rows)
end
