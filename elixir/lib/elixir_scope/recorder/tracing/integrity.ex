defmodule ElixirScope.Recorder.Tracing.Integrity do
  @moduledoc false
  # What the VM says of what the recorder set in it. Trace flags, patterns and sessions belong to the node: anybody's `:dbg.stop/0` takes
  # them, and the VM tells no process. `ElixirScope.Recorder.Gap` decides what follows.
  #
  # Invariant: it reads only. A check looks at what concerns every process, at each pattern, and at so many processes; the others are read
  # by the next checks, in turn.

  alias ElixirScope.Native
  alias ElixirScope.Recorder.{Current, Plan, Target, Tracing}

  # Each costs 3 us, as two questions to the VM; one that runs is waited for until it is preempted.
  @max_processes 1_000
  @type findings :: %{
          began: integer(),
          now: DateTime.t(),
          everyone: :ours | :lost | {:other, term()},
          functions: [{mfa(), :lost | :taken | :free}],
          taken_loops: map(),
          messages?: boolean(),
          modules: {[module()], list()},
          processes: [{pid(), {:missing, [atom()]} | {:other, term()}}],
          rest: [pid()] | nil,
          census: {gone :: [pid()], unknown :: [pid()], n_dropped :: non_neg_integer()} | nil
        }

  @doc """
  Compares what is set with what a recorder's state says. `server_loop` are the functions inside OTP's behaviours, `loaded` what was found out about loaded
  modules, if it was.
  """
  @spec check(map(), map(), map(), tuple() | nil) :: findings()
  def check(%{plan: plan, gap: gap} = state, %{tracer: tracer} = performer, server_loop, loaded \\ nil) do
    began = now()
    # The census is of one moment: the list first, so that whoever was spawned since is no difference.
    list = if gap.rest == [], do: Process.list()
    {batch, rest} = Enum.split(list || gap.rest, @max_processes)
    first = Enum.take(Map.keys(plan.flags) ++ Map.keys(gap.held), @max_processes)

    %{
      began: began,
      now: DateTime.utc_now(),
      everyone: everyone(plan.all_flags, tracer),
      functions: functions(plan, tracer) ++ for(mfa <- gap.taken, not Tracing.pattern?(mfa), do: {mfa, :free}),
      taken_loops: Map.drop(server_loop, Map.keys(Tracing.Inspection.server_loop(server_loop, plan))),
      messages?: messages?(tracer),
      modules: loaded || modules(state, performer),
      processes: processes(Enum.uniq(first ++ batch) -- tracer.own, plan, tracer),
      rest: rest,
      census: if(list, do: census(list, performer))
    }
  end

  # Our own processes are not traced.
  defp census(list, %{native: native, tracer: tracer}) do
    {gone, unknown, n_dropped} = Native.census(native, list)
    {gone -- tracer.own, unknown -- tracer.own, n_dropped}
  end

  @doc "The time that checks go by."
  @spec now() :: integer()
  def now, do: System.monotonic_time(:nanosecond)

  @doc "Whether what a recorder expects is so, as far as that costs little; and that these processes are traced."
  @spec intact?(map(), [pid()]) :: boolean()
  def intact?(%{tracer: tracer} = expected, pids) do
    (expected.everyone == nil or everyone(expected.everyone, tracer) == :ours) and
      (not expected.messages? or messages?(tracer)) and
      Enum.all?(expected.patterns, fn pattern -> pattern(pattern, tracer) == :ours end) and
      Enum.all?(pids -- tracer.own, fn pid -> process(pid, Current.flags(pid, expected.all_flags), tracer) == :ours end)
  end

  # The flags that new processes get. Whoever changes those of all processes changes them too.
  defp everyone(flags, tracer) do
    flags
    |> Tracing.vm_flags(tracer)
    |> Enum.find_value(:ours, fn {session, vm_flags} ->
      case {Tracing.info_in(session, :new, :flags), Tracing.holder(:new, tracer)} do
        {_flags, {:other, holder}} -> {:other, holder}
        {{:flags, has}, _ours_or_none} -> if(vm_flags -- has != [], do: :lost)
        {:no_session, _} -> :lost
      end
    end)
  end

  defp functions(plan, tracer) do
    for {_concern, mfa, _returns?} = pattern <- Plan.set_patterns(plan),
        found = pattern(pattern, tracer),
        found != :ours,
        do: {mfa, found}
  end

  defp pattern({concern, mfa, returns?}, tracer) do
    case Tracing.info(tracer, concern, mfa, :match_spec) do
      {:match_spec, none} when none in [false, :undefined] -> :lost
      {:match_spec, spec} -> if(spec == Tracing.match_spec(returns?), do: :ours, else: :taken)
      # The session is a finding of its own, and a function that is not there is not called.
      _none -> :ours
    end
  end

  # A pattern on sending or receiving hides messages from every tracer of the node, or of the session.
  defp messages?(tracer) do
    Enum.all?([:send, :receive], &(Tracing.info(tracer, :messages, &1, :match_spec) in [{:match_spec, true}, :no_session]))
  end

  # While this process is notified of modules that are loaded, it need not look.
  defp modules(state, performer) do
    if not Target.Set.watches_loads?(state) or Tracing.ModuleLoad.watched_by?(self()),
      do: {[], []},
      else: Tracing.Inspection.loaded_modules(Target.Set.sorted(state), state.plan, performer.tracer)
  end

  defp processes(pids, plan, tracer) do
    all = Tracing.vm_flags(plan.all_flags, tracer)

    # Most have the flags of all, which are found by one comparison.
    for pid <- pids,
        is_map_key(plan.flags, pid) or match?({:other, _}, Tracing.holder(pid, tracer)) or pid in plan.paused or
          not has?(all, pid),
        found = process(pid, Plan.flags_of(plan, pid), tracer),
        found != :ours,
        do: {pid, found}
  end

  defp process(pid, flags, tracer) do
    case Tracing.holder(pid, tracer) do
      {:other, holder} -> {:other, holder}
      _ours_or_none -> if(has?(Tracing.vm_flags(flags, tracer), pid), do: :ours, else: missing(flags, pid, tracer))
    end
  end

  defp missing(flags, pid, tracer) do
    case Enum.reject(flags, &has?(Tracing.vm_flags([&1], tracer), pid)) do
      # It died meanwhile, or was given them.
      [] -> :ours
      missing -> {:missing, missing}
    end
  end

  # A dead process misses nothing.
  defp has?(by_session, pid) do
    Enum.all?(by_session, fn {session, vm_flags} ->
      case vm_flags != [] && Tracing.info_in(session, pid, :flags) do
        {:flags, has} -> vm_flags -- has == []
        nothing -> nothing in [false, :undefined]
      end
    end)
  end
end
