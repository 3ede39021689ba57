defmodule ElixirScope.Recorder.Target.Set do
  @moduledoc false
  # The targets of a recording, and what follows when one comes, changes or goes.
  #
  # Invariant: pure. Every change of what is traced is an event of the trace.
  # Invariant: the process of a target is monitored before it is traced.

  alias ElixirScope.Recorder.{Plan, Row, Target}
  import ElixirScope.Recorder.Action, only: [emit: 2, emit_all: 2, put: 2]

  # A followed process may be dead before it is known what it spawned.
  @grace_ms 100
  # All that a followed process hands on.
  @inherited [:send, :receive, :call, :server, :follow]

  @doc "Adds a target, or puts it in the place of the one with its key."
  def add(state, target) do
    state = monitor(%{state | targets: Map.put(state.targets, target.key, target)}, target.processes)
    state = if target.max, do: emit(state, {:budget, Target.budget(target)}), else: state
    state |> replan() |> put(Target.rows(target, :target_added, state.level))
  end

  defp monitor(state, :all), do: state

  defp monitor(state, pids) do
    new = Enum.uniq(pids) -- MapSet.to_list(state.monitored)
    state = emit_all(state, for(pid <- new, do: {:monitor, pid}))
    %{state | monitored: Enum.into(new, state.monitored)}
  end

  @doc "Removes a target, without a new plan: the caller makes it. `why` is recorded as the reason if no user did it."
  def remove(state, key, why \\ nil) do
    case Map.pop(state.targets, key) do
      {nil, _targets} ->
        state

      {target, targets} ->
        state = if target.expiry, do: emit(state, {:cancel_timer, {:expire, key, target.expiry}}), else: state
        put(%{state | targets: targets}, Target.rows(target, :target_removed, state.level, why))
    end
  end

  @doc "The target whose bit this is has had the events it was to have."
  def spent(state, bit) do
    case Enum.find(sorted(state), &(Target.bit(&1) == bit)) do
      nil -> state
      target -> state |> remove(target.key, "max") |> replan()
    end
  end

  @doc "The time of a target is over, if the token is still that of its timer."
  def expire(state, key, token) do
    case state.targets do
      %{^key => %{expiry: ^token}} -> state |> remove(key, "for") |> replan()
      _gone_or_renewed -> state
    end
  end

  @doc "A monitored process ended. Where its children are followed, they may be reported a little later."
  def process_down(state, pid) do
    state = %{state | monitored: MapSet.delete(state.monitored, pid)}
    if follows?(state, pid), do: emit(state, {:start_timer, {:grace_over, pid}, @grace_ms}), else: forget(state, pid)
  end

  @doc "A dead process leaves the targets that named it; a target without any process left goes."
  def forget(state, pid), do: state |> sorted() |> Enum.reduce(state, &forget_in(&1, pid, &2)) |> replan()

  defp forget_in(%{processes: :all}, _pid, state), do: state

  defp forget_in(%{processes: pids} = target, pid, state) do
    case List.delete(pids, pid) do
      ^pids -> state
      [] -> remove(state, target.key)
      rest -> leave(state, target, pid, rest)
    end
  end

  # Its functions go on being traced in the others.
  defp leave(state, target, pid, rest) do
    %{state | targets: Map.put(state.targets, target.key, %{target | processes: rest})}
    |> put(Target.rows(%{target | processes: [pid], functions: []}, :target_removed, state.level))
  end

  @doc "Followed processes spawned others, which are traced already, by what they inherited."
  def followed(state, pairs) do
    state = Enum.reduce(pairs, state, &follow/2)
    # A process that was spawned while its parent's target ended is in no plan that could end its tracing.
    strays = for {pid, _parent} <- pairs, not follows?(state, pid), uniq: true, do: pid
    state = emit_all(state, for(pid <- strays, do: {:flags_off, pid, @inherited -- Plan.flags_of(state.plan, pid)}))
    replan(state)
  end

  defp follow({child, parent}, state) do
    for %{processes: [_ | _] = pids} = target <- sorted(state),
        target.follow == :spawned and parent in pids and child not in pids,
        reduce: state do
      state ->
        state = put(state, Target.rows(%{target | processes: [child]}, :target_added, state.level))
        monitor(%{state | targets: Map.put(state.targets, target.key, %{target | processes: [child | pids]})}, [child])
    end
  end

  defp follows?(state, pid), do: Enum.any?(Map.values(state.targets), &(&1.follow == :spawned and pid in &1.processes))

  @doc """
  Modules were loaded: those in `lost` have no pattern any more, and the targets in `changes` have other functions now, each with the
  versions of its modules.
  """
  def modules_loaded(state, [], []), do: state

  def modules_loaded(state, lost, changes) do
    state = %{state | plan: Plan.without_patterns(state.plan, lost)}
    changes |> Enum.reduce(state, &reselect/2) |> replan()
  end

  defp reselect({key, functions, versions}, state) do
    case state.targets do
      %{^key => target} ->
        changed = %{target | functions: functions, versions: versions}
        rows = for {mfa, _returns?} <- functions -- target.functions, do: %Row{kind: :pattern_added, subject: mfa}
        state = if :call in Target.classes_within(target, state.level), do: put(state, rows), else: state
        state = if target.max, do: emit(state, {:budget, Target.budget(changed)}), else: state
        %{state | targets: Map.put(state.targets, key, changed)}

      _gone ->
        state
    end
  end

  @doc "What makes the VM trace what the targets and the level come to."
  def replan(state) do
    options = [
      call_only: state.call_only,
      paused: state.paused,
      taken: MapSet.to_list(state.gap.taken),
      sessions?: state.sessions?
    ]

    plan = Plan.build(state.level, sorted(state), state.server_loop, options)
    %{state | plan: plan} |> steps(state.plan, plan) |> end_budgets() |> emit({:watch_loads, watches_loads?(state)})
  end

  @doc "Whether it must be known when modules are loaded."
  @spec watches_loads?(%{:targets => map(), :level => atom(), optional(atom()) => term()}) :: boolean()
  def watches_loads?(state), do: Enum.any?(Map.values(state.targets), &calls?(&1, state.level))

  defp steps(state, plan, plan), do: state

  defp steps(state, old, new) do
    state
    |> expect(Plan.patterns(old), Plan.patterns(new))
    |> emit({:unpublish_states, Plan.states(new)})
    |> emit(:unpublish_tracing)
    |> emit_all(Plan.steps(old, new))
    |> emit({:publish_states, Plan.states(new)})
    |> strip(Plan.follows?(old) and not Plan.follows?(new), new)
  end

  # The janitor need not be asked about what it knows.
  defp expect(state, same, same), do: state
  defp expect(state, old, new), do: emit(state, {:expect_patterns, Enum.uniq(old ++ new)})

  # Children of followed processes that were not reported yet are in no plan.
  defp strip(state, false, _plan), do: state
  defp strip(state, true, plan), do: emit(state, {:strip_flags, Plan.named(plan), plan.all_flags})

  # A budget that is spent holds until its functions are no longer traced.
  defp end_budgets(state) do
    budgets = for {_key, %{max: max} = target} <- state.targets, max != nil, into: MapSet.new(), do: Target.bit(target)
    ended = Enum.sort(MapSet.difference(state.budgets, budgets))
    emit_all(%{state | budgets: budgets}, for(bit <- ended, do: {:budget, {bit, 0, [], [], []}}))
  end

  defp calls?(target, level), do: target.selections != [] and :call in Target.classes_within(target, level)

  @doc "The targets, in an order that depends on their keys alone."
  @spec sorted(%{:targets => %{Target.key() => Target.t()}, optional(atom()) => term()}) :: [Target.t()]
  def sorted(state), do: state.targets |> Enum.sort_by(&elem(&1, 0)) |> Enum.map(&elem(&1, 1))
end
