defmodule ElixirScope.Recorder.State do
  @moduledoc false
  # The state of a recorder, and what follows from each operation on it.
  #
  # Invariant: pure. `apply/2` reads no clock, no process and no VM state, and changes none: what it needs to know is in the operation, and
  # what must be done is in the actions.
  # Invariant: no operation raises.

  import Kernel, except: [apply: 2]
  import ElixirScope.Recorder.Action, only: [emit: 2, put: 2]
  alias ElixirScope.Error

  alias ElixirScope.Recorder.{Action, Call, Gap, Plan, Row, ServerLoop, Setup, Supervision, Target, Tracing}

  @enforce_keys [:options, :base, :mode, :level, :epoch, :sessions?]
  defstruct [
    :options,
    :base,
    :mode,
    :level,
    :epoch,
    :sessions?,
    plan: %Plan{},
    targets: %{},
    n_expiries: 0,
    server_loop: %{},
    call_only: MapSet.new(),
    paused: MapSet.new(),
    search: %Call.Pause{},
    monitored: MapSet.new(),
    budgets: MapSet.new(),
    supervisors: %Supervision.Watch{},
    gap: %Gap{},
    actions: []
  ]

  @typedoc """
  `base` is what a later setup's options are laid over, `epoch` the monotonic time of the recording's time 0, `sessions?` whether the VM has trace
  sessions, `server_loop` the functions of OTP's behaviours that can be traced, `gap` what others took of what it traces.
  """
  @type t :: %__MODULE__{
          options: Setup.Options.t(),
          base: Setup.Merge.base(),
          mode: Setup.Config.mode(),
          level: atom(),
          epoch: integer(),
          sessions?: boolean(),
          plan: Plan.t(),
          targets: %{Target.key() => Target.t()},
          n_expiries: non_neg_integer(),
          server_loop: ServerLoop.functions(),
          call_only: MapSet.t(mfa()),
          paused: MapSet.t(pid()),
          search: Call.Pause.t(),
          monitored: MapSet.t(pid()),
          budgets: MapSet.t(non_neg_integer()),
          supervisors: Supervision.Watch.t(),
          gap: Gap.t(),
          actions: [Action.t()]
        }

  @type operation ::
          :start
          | {:setup, keyword()}
          | {:set_level, atom()}
          | {:set_sample_rate, number()}
          | {:set_retention, map()}
          | {:trace, Target.t(), Target.Check.findings(), for_ms :: pos_integer() | nil, now :: DateTime.t()}
          | {:untrace, Target.key()}
          | :clear
          | :stop
          | {:server_loop, ServerLoop.functions()}
          | {:swept, %{processes: non_neg_integer(), held: [{pid(), term()}], family: map(), began: integer()}}
          | {:checked, Tracing.Integrity.findings()}
          | {:expire, Target.key(), token :: pos_integer()}
          | {:process_down, pid()}
          | {:grace_over, pid()}
          | {:followed, [{child :: pid(), parent :: pid()}]}
          | {:spent, bit :: non_neg_integer()}
          | {:modules_loaded, lost :: [module()], [{Target.key(), [{mfa(), boolean()}], map()}]}
          | {:returns_off, [{mfa(), pid(), n_open :: non_neg_integer()}]}
          | {:check_pause, pid(), stack_words :: non_neg_integer() | nil}
          | :switch_returns_off
          | :search_deep
          | {:deep, [pid()], rest :: [pid()]}
          | {:spawned, parents :: [pid()], now_ms :: integer()}
          | :read_supervisors
          | {:supervisors_read, Supervision.Watch.reading(), now_ms :: integer()}
          | {:living, [pid()]}

  @doc "The state before anything happened."
  @spec new(Setup.Options.t(), Setup.Config.mode(), Setup.Merge.base(), integer(), boolean()) :: t()
  def new(options, mode, base, epoch, sessions?) do
    level = level(options, mode)
    %__MODULE__{options: options, mode: mode, base: base, level: level, epoch: epoch, sessions?: sessions?}
  end

  defp level(options, :tracing), do: options.tracing_level
  defp level(_options, _waiting_or_manual), do: :off

  @doc "The state after an operation, and what is to be done, in order."
  @spec apply(t(), operation()) :: {t(), [Action.t()]}
  def apply(state, operation) do
    before = state.plan
    state = handle(operation, state)
    # While a plan changes, nothing is known to be so.
    state = if state.plan == before, do: state, else: Gap.publish(state)
    {%{state | actions: []}, Enum.reverse(state.actions)}
  end

  @doc "What a status shows of the state."
  @spec status(t()) :: map()
  def status(state) do
    targets =
      for target <- Target.Set.sorted(state),
          do: %{target: Target.describe(target.key), classes: target.classes, expires_at: target.expires_at}

    %{
      level: state.level,
      targets: Enum.sort_by(targets, & &1.target),
      held_by_other_tracers: Enum.sort(state.gap.held),
      lost_tracing: state.gap.shown
    }
  end

  defp handle(:start, state), do: state |> put([started(state)]) |> manual() |> begin_targets()

  defp handle({:setup, given}, state) do
    case Setup.Merge.decide(state.mode, state.base, state.options, given) do
      :same -> emit(state, {:reply, :ok})
      {:error, _} = error -> emit(state, {:reply, error})
      {:adopt, options, mode} -> state |> adopt(options, mode) |> emit({:reply, :ok})
    end
  end

  defp handle({operation, _}, %{mode: mode} = state)
       when operation in [:set_level, :set_sample_rate, :set_retention] and mode != :tracing,
       do: emit(state, {:reply, not_tracing(mode)})

  defp handle({:set_level, level}, state), do: state |> set_level(level) |> emit({:reply, :ok})

  defp handle({:set_sample_rate, rate}, state) do
    {old, new} = {Setup.Options.ppm(state.options.sample_rate), Setup.Options.ppm(rate)}

    %{state | options: %{state.options | sample_rate: rate}}
    |> emit({:sample_rate, new})
    |> put([Row.note(:rate_changed, %{from: old, to: new, unit: :ppm})])
    |> emit({:reply, :ok})
  end

  defp handle({:set_retention, retention}, state) do
    options = %{state.options | retention: retention}
    %{state | options: options} |> emit({:limits, Setup.Options.limits(options)}) |> emit({:reply, :ok})
  end

  defp handle({:trace, _target, _findings, _for_ms, _now}, %{mode: mode} = state) when mode != :tracing,
    do: emit(state, {:reply, not_tracing(mode)})

  defp handle({:trace, target, findings, for_ms, now}, state) do
    case Target.Check.decide(target, Map.values(Map.delete(state.targets, target.key)), findings) do
      {:ok, target, skipped} ->
        {target, state} = expiring(target, for_ms, now, state)
        state = state |> Target.Set.remove(target.key) |> Target.Set.add(target)
        emit(state, {:reply, {:ok, %{target: target, skipped: skipped, level: state.level}}})

      {:error, _} = error ->
        emit(state, {:reply, error})
    end
  end

  defp handle({:untrace, key}, state) do
    if is_map_key(state.targets, key),
      do: state |> Target.Set.remove(key) |> Target.Set.replan() |> emit({:reply, :ok}),
      else: emit(state, {:reply, Error.new(:not_traced, "#{Target.describe(key)}: not being traced")})
  end

  # The store is empty: what goes on is recorded anew.
  defp handle(:clear, state) do
    state = %{state | gap: %Gap{}} |> emit(:clear_store) |> put([started(state)]) |> manual()
    state = if state.level == :off, do: state, else: emit(state, :sweep)
    state |> put(target_rows(state, :target_added, state.level)) |> emit({:reply, :ok})
  end

  defp handle(:stop, state) do
    %{state | plan: %Plan{}, gap: %Gap{}, targets: %{}, budgets: MapSet.new()}
    |> emit({:watch_loads, false})
    |> emit({:clear_tracing, Plan.patterns(state.plan)})
    |> emit({:expect_patterns, []})
    |> put([%Row{kind: :recorder_stopped}])
    |> emit(:stop_native)
  end

  defp handle({:server_loop, functions}, state), do: %{state | server_loop: functions}

  defp handle({:swept, sweep}, state) do
    details = %{processes: sweep.processes, held_by_other_tracers: Enum.map(sweep.held, &elem(&1, 0))}

    # A sweep after a gap begins no target.
    added = if state.gap.swept?, do: [], else: [Row.note(:target_added, lifecycle())]

    %{state | supervisors: %{state.supervisors | known: sweep.family}}
    |> put(added ++ [Row.note(:sweep_done, details)])
    |> Gap.swept(sweep.began, sweep.held)
  end

  defp handle({:checked, _found}, %{level: :off} = state), do: state
  defp handle({:checked, found}, state), do: Gap.checked(state, found)

  defp handle({:expire, key, token}, state), do: Target.Set.expire(state, key, token)
  defp handle({:process_down, pid}, state), do: Target.Set.process_down(state, pid)
  defp handle({:grace_over, pid}, state), do: Target.Set.forget(state, pid)
  defp handle({:followed, pairs}, state), do: Target.Set.followed(state, pairs)
  defp handle({:spent, bit}, state), do: Target.Set.spent(state, bit)
  defp handle({:modules_loaded, lost, changes}, state), do: Target.Set.modules_loaded(state, lost, changes)
  defp handle({:returns_off, named}, state), do: Call.Pause.returns_off(state, named)
  defp handle(:switch_returns_off, state), do: Call.Pause.switch_off(state)
  defp handle(:search_deep, state), do: Call.Pause.search(state)
  defp handle({:check_pause, pid, words}, state), do: Call.Pause.check(state, pid, words)
  defp handle({:deep, pids, rest}, state), do: Call.Pause.found(state, pids, rest)
  defp handle({:spawned, _parents, _now_ms}, %{level: :off} = state), do: state
  defp handle({:spawned, parents, now_ms}, state), do: Supervision.Watch.spawned(state, parents, now_ms)
  defp handle(:read_supervisors, state), do: Supervision.Watch.read(state)
  defp handle({:supervisors_read, reading, now_ms}, state), do: Supervision.Watch.answered(state, reading, now_ms)
  defp handle({:living, pids}, state), do: Supervision.Watch.living(state, pids)

  defp not_tracing({:manual, _epoch}),
    do: Error.new(:not_supported, "ElixirScope.TraceDB runs in test_mode, which traces nothing")

  defp not_tracing(:waiting),
    do: Error.new(:not_running, "only ElixirScope.TraceDB is running: ElixirScope.setup/1 begins to trace")

  defp adopt(state, options, mode) do
    state = %{state | options: options, mode: mode, level: level(options, mode)}
    state |> put([Row.note(:level_changed, level_and_options(state))]) |> begin_targets()
  end

  defp begin_targets(state) do
    state = if state.level == :off, do: state, else: begin(state)
    if state.options.trace_all and state.mode == :tracing, do: Target.Set.add(state, Target.all_processes()), else: state
  end

  # The flags first, so that every process is either found or seen to be spawned.
  defp begin(state), do: %{state | gap: %Gap{}} |> Target.Set.replan() |> emit(:sweep)

  defp started(state), do: Row.note(:recorder_started, level_and_options(state))
  defp level_and_options(state), do: %{level: state.level, options: Setup.Options.texts(state.options)}

  # Injected events are all there are: no process counts as not traced.
  defp manual(%{mode: {:manual, _epoch}} = state) do
    details = %{target: "manual", classes: [:process, :message, :call, :state]}
    put(state, [%{Row.note(:target_added, details) | time: state.epoch}])
  end

  defp manual(state), do: state

  defp lifecycle, do: %{target: "lifecycle", classes: [:process]}

  defp set_level(%{level: level} = state, level), do: state

  # What the targets were recorded for ends, and what they are now recorded for begins.
  defp set_level(%{level: old} = state, level) do
    state = put(state, target_rows(state, :target_removed, old))
    state = if level == :off, do: put(%{state | gap: %Gap{}}, [Row.note(:target_removed, lifecycle())]), else: state
    state = put(%{state | level: level}, [Row.note(:level_changed, %{from: old, to: level})])
    # Processes that were spawned at :off are unknown.
    state = if old == :off, do: begin(state), else: Target.Set.replan(state)
    put(state, target_rows(state, :target_added, level))
  end

  defp target_rows(state, kind, level), do: state |> Target.Set.sorted() |> Enum.flat_map(&Target.rows(&1, kind, level))

  defp expiring(target, nil, _now, state), do: {target, state}

  defp expiring(target, ms, now, state) do
    token = state.n_expiries + 1
    state = emit(%{state | n_expiries: token}, {:start_timer, {:expire, target.key, token}, ms})
    {%{target | expiry: token, expires_at: DateTime.add(now, ms, :millisecond)}, state}
  end
end
