defmodule ElixirScope.Recorder.Gap do
  @moduledoc false
  # What follows when the VM does not trace what it should, as somebody else took the flags, the patterns or a session. What was
  # not recorded is a loss in the trace, from the last time that all was well. What is free is set again. What another tracer holds is given
  # up until it is free.
  #
  # Invariant: pure. Times are in ns of Erlang's monotonic clock.
  # Invariant: a loss is written after what repairs it, so that it lasts until then; what cannot be repaired is lost anew at each check.

  import ElixirScope.Recorder.Action, only: [emit: 2, emit_all: 2, put: 2]
  alias ElixirScope.Recorder.{Plan, Row, Target, Tracing}

  # How often it is checked. More often costs more, less often makes gaps longer than what made them.
  @check_ms 1_000
  # More processes than this without their flags are no single ones: all are given them again.
  @many 64
  # Losses that a status shows.
  @max_shown 10

  defstruct swept?: false,
            verified: nil,
            cycle: nil,
            cycle_before: nil,
            rest: [],
            gone: [],
            unknown: [],
            dropped: {0, 0},
            taken: MapSet.new(),
            loops: %{},
            held: %{},
            lasting: [],
            shown: []

  @typedoc """
  `verified` is when the last check began, `cycle` when it last began to look through all processes, `cycle_before` the time before that, `rest` the processes
  it has not come to. `gone` and `unknown` are differences of the last census, `dropped` the numbers of process events
  that our own buffers had no room for, at the last two without differences. `taken` are the functions, `loops` those inside OTP's behaviours and `held` the processes of other tracers, `lasting` the
  classes of events that cannot be traced now.
  """
  @type t :: %__MODULE__{
          swept?: boolean(),
          verified: integer() | nil,
          cycle: integer() | nil,
          cycle_before: integer() | nil,
          rest: [pid()],
          gone: [pid()],
          unknown: [pid()],
          dropped: {non_neg_integer(), non_neg_integer()},
          taken: MapSet.t(mfa()),
          loops: map(),
          held: %{pid() => holder :: term()},
          lasting: [atom()],
          shown: [shown()]
        }
  @type shown :: %{what: String.t(), classes: [atom()], found_at: DateTime.t(), lasting: boolean()}

  @typedoc "What anybody can check who asks a question. `everyone` is nil when another tracer has the flags of new processes."
  @type expected :: %{
          everyone: [atom()] | nil,
          all_flags: [atom()],
          messages?: boolean(),
          patterns: [{atom(), mfa(), boolean()}],
          classes: [atom()],
          lasting: [atom()],
          verified: integer()
        }

  @doc "All processes were visited, from that time on."
  def swept(%{gap: gap} = state, began, held) do
    held = Map.new(held)

    rows = for({pid, holder} <- held, do: off(pid, holder)) ++ for({pid, _} <- gap.held, not is_map_key(held, pid), do: on(pid))

    gap = %{gap | swept?: true, verified: began, cycle: began, cycle_before: began, rest: [], gone: [], unknown: [], held: held}
    %{state | gap: gap} |> put(rows) |> publish() |> check_later()
  end

  defp check_later(state), do: emit(state, {:start_timer, :check_tracing, @check_ms})

  # Events of a process are not traced from then on; the engine says so of any class.
  defp off(pid, holder), do: Row.note(:governor_step, %{tracing: :off, why: "held by #{inspect(holder)}"}, pid)
  defp on(pid), do: Row.note(:governor_step, %{tracing: :on}, pid)

  @doc "What a check found."
  @spec checked(state, Tracing.Integrity.findings()) :: state when state: %{:gap => t(), optional(atom()) => term()}
  # Before all processes are visited, nothing is claimed.
  def checked(%{gap: %{verified: nil}} = state, _found), do: state

  def checked(state, found) do
    found = judged(state, found)

    {state, losses} =
      Enum.reduce([&everyone/2, &functions/2, &processes/2, &census/2, &messages/2], {state, []}, fn step, {state, losses} ->
        {state, more} = step.(state, found)
        {state, losses ++ for(%{classes: [_ | _]} = loss <- more, do: loss)}
      end)

    {lost, changes} = found.modules
    state = Target.Set.modules_loaded(state, lost, changes)
    state = Enum.reduce(losses, state, &lose/2)
    lasting = for %{kind: :lasting, classes: classes} <- losses, class <- classes, uniq: true, do: class

    %{state | gap: %{turn(state.gap, found) | lasting: lasting, shown: shown(state.gap, losses, found.now)}}
    |> publish()
    |> check_later()
  end

  # A list of all processes begins a cycle.
  defp turn(gap, %{census: nil} = found), do: %{gap | verified: found.began, rest: found.rest}
  defp turn(gap, found), do: %{gap | verified: found.began, rest: found.rest, cycle_before: gap.cycle, cycle: found.began}

  # Since when a process may not have been read.
  defp since(%{rest: []} = gap), do: gap.cycle
  defp since(gap), do: gap.cycle_before

  # When the flags of all are lost, and given again, those of single processes are.
  defp judged(%{gap: gap}, found) do
    {missing, other} = Enum.split_with(found.processes, &match?({_pid, {:missing, _flags}}, &1))

    cond do
      found.everyone == :lost -> %{found | everyone: {:lost, gap.verified}, processes: other}
      found.everyone == :ours and length(missing) > @many -> %{found | everyone: {:lost, since(gap)}, processes: other}
      true -> found
    end
  end

  defp everyone(state, %{everyone: :ours}), do: {state, []}
  defp everyone(state, %{everyone: {:lost, from}}), do: all_again(state, from)

  defp everyone(state, %{everyone: {:other, _holder}}),
    do: {state, [loss(:lasting, "the trace flags of new processes", classes(state), state.gap.verified)]}

  # As at the begin: the flags first, so that every process is either found or seen to be spawned.
  defp all_again(state, from) do
    state = if state.sessions?, do: emit(state, :renew_sessions), else: state
    # A session that is gone has taken its patterns along.
    functions = if state.sessions?, do: %{}, else: state.plan.functions
    state = Target.Set.replan(%{state | plan: %{state.plan | all_flags: [], flags: %{}, functions: functions}})
    {emit(state, :sweep), [loss(:repaired, "the trace flags of all processes", classes(state), from)]}
  end

  defp functions(%{gap: gap} = state, found) do
    [lost, taken, free] = for kind <- [:lost, :taken, :free], do: for({mfa, ^kind} <- found.functions, do: mfa)
    loops = Map.merge(found.taken_loops, Map.take(state.server_loop, taken))
    called = called(state)
    all_taken = gap.taken |> MapSet.union(MapSet.new(taken)) |> MapSet.difference(MapSet.new(free))
    # What another tracer gave up was not recorded until now.
    given_back = Map.drop(gap.loops, Map.keys(loops))
    calls = for mfa <- free, mfa in called, do: :call

    losses = [
      loss(:repaired, count(lost, "trace pattern"), function_classes(state, lost), gap.verified),
      loss(:repaired, count(free, "trace pattern"), loop_classes(state, given_back) ++ calls, gap.verified),
      loss(
        :lasting,
        "trace patterns",
        function_classes(state, taken) ++ if(Enum.any?(all_taken, &(&1 in called)), do: [:call], else: []),
        gap.verified
      ),
      loss(:lasting, "trace patterns inside OTP's behaviours", loop_classes(state, loops), gap.verified)
    ]

    if found.functions == [] and loops == gap.loops do
      {state, losses}
    else
      state =
        %{state | gap: %{gap | taken: all_taken, loops: loops}, server_loop: Map.drop(state.server_loop, taken)}
        |> Map.update!(:plan, &Plan.without_functions(&1, lost ++ taken))
        |> put(for mfa <- taken, mfa in called, do: %Row{kind: :pattern_removed, subject: mfa})
        |> Target.Set.replan()
        |> put(for mfa <- free, mfa in called, do: %Row{kind: :pattern_added, subject: mfa})

      {state, losses}
    end
  end

  # The functions whose calls are recorded.
  defp called(state) do
    for {_key, target} <- state.targets,
        :call in Target.classes_within(target, state.level),
        {mfa, _returns?} <- target.functions,
        into: MapSet.new(),
        do: mfa
  end

  defp function_classes(state, functions) do
    for mfa <- functions,
        entry = state.plan.functions[mfa],
        entry != nil,
        class <- role_classes(entry.role, mfa, state),
        do: class
  end

  defp role_classes(role, _mfa, _state) when role in [:call, :call_only], do: [:call]
  defp role_classes(_server, mfa, state), do: event_classes(state.server_loop[mfa].classes)

  defp event_classes(classes), do: Enum.uniq(Enum.map(classes, &if(&1 == :major, do: :state, else: &1)))

  # The events that functions inside OTP's behaviours would show.
  defp loop_classes(state, loops) do
    for {_mfa, loop} <- loops, class <- event_classes(loop.classes), class in classes(state), do: class
  end

  defp processes(%{gap: gap} = state, found) do
    missing = for {pid, {:missing, flags}} <- found.processes, do: {pid, flags}
    other = for {pid, {:other, holder}} <- found.processes, not is_map_key(gap.held, pid), do: {pid, holder}
    {freed, lost} = Enum.split_with(missing, fn {pid, _flags} -> is_map_key(gap.held, pid) end)
    {from, classes} = {since(gap), classes(state)}
    gone = if found.census, do: elem(found.census, 0), else: []
    held = gap.held |> Map.drop(gone ++ Enum.map(freed, &elem(&1, 0))) |> Map.merge(Map.new(other))

    losses = [
      loss(:repaired, "the trace flags of #{count(lost, "process")}", if(lost == [], do: [], else: classes), from),
      loss(:given_up, "the trace flags of #{count(other, "process")}", if(other == [], do: [], else: classes), from),
      # Their ends are not seen.
      loss(:lasting, "the trace flags of processes", if(held == %{}, do: [], else: [:process]), gap.verified)
    ]

    state =
      %{state | gap: %{gap | held: held}}
      |> emit_all(for {pid, flags} <- missing, do: {:flags_on, pid, flags})
      |> visit(for {pid, _flags} <- missing, do: pid)
      |> put(for({pid, holder} <- other, do: off(pid, holder)) ++ for({pid, _flags} <- freed, do: on(pid)))

    {state, losses}
  end

  defp visit(state, []), do: state
  defp visit(state, pids), do: emit(state, {:visit, pids})

  # A process that was spawned or ended while it was listed is a difference too: not one that is still there the next time. Of which process
  # an event was dropped is not known, and in the trace that is a loss already.
  defp census(state, %{census: nil}), do: {state, []}

  defp census(%{gap: gap} = state, %{census: {gone, unknown, n_dropped}} = found) do
    {clean, clean_before} = gap.dropped
    dropped = if gone ++ unknown == [], do: {n_dropped, clean}, else: gap.dropped
    {ended, gone} = Enum.split_with(gone, &(&1 in gap.gone))
    {begun, unknown} = Enum.split_with(unknown, &(&1 in gap.unknown))
    classes = if ended ++ begun == [] or n_dropped > clean_before, do: [], else: [:process]
    rows = for pid <- ended, do: %Row{kind: :exit, process: pid, time: found.began}
    state = %{state | gap: %{gap | gone: gone, unknown: unknown, dropped: dropped}} |> put(rows) |> visit(begun)
    {state, [loss(:repaired, "what shows that a process began or ended", classes, gap.cycle_before)]}
  end

  defp messages(state, found) do
    classes = if found.messages? or :message not in classes(state), do: [], else: [:message]
    {state, [loss(:lasting, "trace patterns of messages", classes, state.gap.verified)]}
  end

  # The classes of events that the recording has.
  defp classes(state) do
    [
      :process
      | event_classes(for {_key, target} <- state.targets, class <- Target.classes_within(target, state.level), do: class)
    ]
  end

  defp loss(kind, what, classes, from), do: %{kind: kind, what: what, classes: Enum.uniq(classes), from: from}

  defp count([_one], what), do: "1 #{what}"
  defp count(list, what), do: "#{length(list)} #{what}#{if what == "process", do: "es", else: "s"}"

  defp lose(loss, state) do
    state = emit(state, {:lose, loss.classes, loss.from})
    # One that lasts is news once.
    if goes_on?(loss, state.gap.shown), do: state, else: emit(state, {:warn, warning(loss)})
  end

  defp warning(loss) do
    then =
      case loss.kind do
        :repaired -> "They are recorded again, and answers about the time between say what may be missing"
        _held -> "Another tracer has them: answers say what may be missing, until it gives them up"
      end

    "somebody else took #{loss.what}: #{Enum.map_join(loss.classes, ", ", &Atom.to_string/1)} events were not recorded. #{then}"
  end

  defp goes_on?(loss, shown), do: loss.kind == :lasting and Enum.any?(shown, &(&1.what == loss.what and &1.lasting))

  defp shown(gap, losses, now) do
    new =
      for loss <- losses,
          not goes_on?(loss, gap.shown),
          do: %{what: loss.what, classes: loss.classes, found_at: now, lasting: loss.kind == :lasting}

    before = for shown <- gap.shown, do: %{shown | lasting: shown.lasting and Enum.any?(losses, &goes_on?(&1, [shown]))}
    Enum.take(Enum.reverse(new) ++ before, @max_shown)
  end

  @doc "Makes it known what anybody can check who asks a question."
  def publish(%{gap: %{verified: nil}} = state), do: state
  def publish(state), do: emit(state, {:publish_tracing, expected(state), pids(state)})

  defp expected(%{gap: gap, plan: plan} = state) do
    %{
      everyone:
        if("the trace flags of new processes" in for(%{lasting: true, what: what} <- gap.shown, do: what),
          do: nil,
          else: plan.all_flags
        ),
      all_flags: plan.all_flags,
      messages?: :message in classes(state) and :message not in gap.lasting,
      patterns: Plan.sample(plan),
      classes: classes(state),
      lasting: gap.lasting,
      verified: gap.verified
    }
  end

  # Of others all have the flags of everyone.
  defp pids(%{gap: gap, plan: plan}) do
    Map.merge(Map.new(Plan.named(plan), &{&1, Plan.flags_of(plan, &1)}), Map.new(gap.held, fn {pid, _holder} -> {pid, []} end))
  end
end
