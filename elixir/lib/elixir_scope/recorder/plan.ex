defmodule ElixirScope.Recorder.Plan do
  @moduledoc false
  # From the targets and the level: which trace flags each process has, which function patterns are set, and what the native call filter
  # lets through; and the steps from one such plan to the next.
  #
  # Flags and patterns multiply in the VM: a pattern fires in every process with the call flag. The filter joins them again: a call is
  # recorded when the mask of its function and the mask of its process share a bit.
  #
  # Invariant: pure. The recorder performs the steps, through ElixirScope.Recorder.Tracing.

  import Bitwise
  alias ElixirScope.Recorder.ServerLoop.Row
  alias ElixirScope.Recorder.Target

  # As in crates/scope-nif/src/capture/filter.rs.
  @state_bit 1
  @handled_bit 2
  @everyone_bit 4
  @major_bit 8
  @follow_bit 16
  @first_group 5
  # Of the patterns of a large plan, these are read when somebody asks a question, each in 0.3 us.
  @max_sample 64
  # Masks stay below 2^62.
  @groups Enum.to_list(@first_group..61)

  defstruct all_flags: [], flags: %{}, functions: %{}, masks: %{}, default_mask: 0, paused: MapSet.new(), sessions?: false

  @typedoc "How a call is recorded: as one, with or without its return, or as what a row says of it."
  @type role :: :call | :call_only | Row.native()
  @typedoc "`args?`: whether arguments are recorded. `sessions?`: whether servers and calls each have a trace session."
  @type t :: %__MODULE__{
          all_flags: [atom()],
          flags: %{pid() => [atom()]},
          functions: %{mfa() => %{role: role(), args?: boolean(), mask: non_neg_integer()}},
          masks: %{pid() => non_neg_integer()},
          default_mask: non_neg_integer(),
          paused: MapSet.t(pid()),
          sessions?: boolean()
        }
  @typedoc "Functions of a module, each with whether its returns are traced."
  @type patterns :: %{{atom(), arity()} => boolean()}
  @typedoc "The processes whose states are traced: all but some, or only some."
  @type state_scope :: {:all_but | :only, [pid()]}
  @type step ::
          {:filter, t()}
          | {:patterns, ElixirScope.Recorder.Tracing.concern(), module(), had :: patterns(), wanted :: patterns()}
          | {:flags_off, :all | pid(), [atom()]}
          | {:flags_on, :all | pid(), [atom()]}

  @doc "A filter group no target has, or nil when all are taken."
  @spec free_group([Target.t()]) :: non_neg_integer() | nil
  def free_group(targets), do: List.first(@groups -- Enum.map(targets, & &1.group))

  @doc """
  The plan of a level and its targets. `loop_functions` are those of `ElixirScope.Recorder.ServerLoop.functions/0`. Of `options`, `:call_only` are functions whose
  returns were switched off since, `:paused` processes that no call is traced in for now, `:taken` functions that another tracer has a pattern on, `:sessions?`
  as in the type.
  """
  @spec build(atom(), [Target.t()], map(), keyword()) :: t()
  def build(level, targets, loop_functions, options \\ [])
  def build(:off, _targets, _loop_functions, options), do: %__MODULE__{sessions?: Keyword.get(options, :sessions?, false)}

  def build(level, targets, loop_functions, options) do
    sessions? = Keyword.get(options, :sessions?, false)
    targets = Enum.map(targets, fn target -> {target, Target.classes_within(target, level)} end)
    everywhere = for {%{processes: :all}, _} = entry <- targets, do: entry
    somewhere = for {%{processes: pids} = target, classes} <- targets, is_list(pids), pid <- pids, do: {pid, {target, classes}}
    by_pid = Enum.group_by(somewhere, &elem(&1, 0), &elem(&1, 1))
    default_mask = masks(everywhere)

    %__MODULE__{
      all_flags: Enum.uniq([:procs | flags(everywhere, sessions?)]),
      flags: Map.new(by_pid, fn {pid, entries} -> {pid, flags(entries, sessions?)} end),
      functions:
        Map.drop(functions(targets, loop_functions, Keyword.get(options, :call_only, MapSet.new())), options[:taken] || []),
      masks: Map.new(by_pid, fn {pid, entries} -> {pid, default_mask ||| masks(entries)} end),
      default_mask: default_mask,
      paused: Keyword.get(options, :paused, MapSet.new()),
      sessions?: sessions?
    }
  end

  defp flags(entries, sessions?) do
    classes = Enum.flat_map(entries, fn {_target, classes} -> classes end)
    server? = Enum.any?([:message, :state, :major], &(&1 in classes))
    follow? = Enum.any?(entries, fn {target, classes} -> target.follow == :spawned and classes != [] end)

    Enum.sort(
      if(:message in classes, do: [:send, :receive], else: []) ++
        if(:call in classes or (server? and not sessions?), do: [:call], else: []) ++
        if(server? and sessions?, do: [:server], else: []) ++
        if(follow?, do: [:follow], else: [])
    )
  end

  defp masks(entries) do
    for {target, classes} <- entries, class <- classes, reduce: 0 do
      mask -> mask ||| bit(class, target) ||| if(target.follow == :spawned, do: @follow_bit, else: 0)
    end
  end

  defp bit(:state, _target), do: @state_bit
  defp bit(:major, _target), do: @major_bit
  defp bit(:message, _target), do: @handled_bit
  defp bit(:call, %{group: nil}), do: @everyone_bit
  defp bit(:call, target), do: Target.bit(target)

  defp functions(targets, loop_functions, call_only) do
    classes = targets |> Enum.flat_map(fn {_target, classes} -> classes end) |> Enum.uniq()

    called =
      for {target, classes} <- targets, :call in classes, {mfa, returns?} <- target.functions, reduce: %{} do
        table ->
          role = if returns? and mfa not in call_only, do: :call, else: :call_only
          entry = %{role: role, args?: target.args == :full, mask: bit(:call, target)}
          Map.update(table, mfa, entry, &join(&1, entry))
      end

    # A server's own functions come last: as such they say more than as plain calls.
    for {mfa, loop} <- loop_functions, needed = Enum.filter(loop.classes, &(&1 in classes)), needed != [], into: called do
      {mfa, %{role: Row.native(loop.row), args?: true, mask: needed |> Enum.map(&bit(&1, nil)) |> Enum.reduce(&bor/2)}}
    end
  end

  defp join(one, other) do
    role = if one.role == other.role, do: one.role, else: :call
    %{role: role, args?: one.args? or other.args?, mask: one.mask ||| other.mask}
  end

  @doc """
  The steps from one plan to the next, in order. The filter is first, so that from then on exactly the new targets are recorded; then come the steps that end
  tracing, then those that begin it.
  """
  @spec steps(t(), t()) :: [step()]
  def steps(plan, plan), do: []

  def steps(old, new) do
    [{:filter, new}] ++ patterns(old, new, :fewer) ++ flags_off(old, new) ++ patterns(old, new, :more) ++ flags_on(old, new)
  end

  @doc "The processes whose states it traces."
  @spec states(t()) :: state_scope()
  def states(plan) do
    traced? = Enum.any?(plan.functions, &state?/1)
    everywhere? = traced? and (plan.default_mask &&& @state_bit) != 0
    somewhere = for {pid, mask} <- plan.masks, traced?, (mask &&& @state_bit) != 0, pid not in plan.paused, do: pid
    if everywhere?, do: {:all_but, Enum.to_list(plan.paused)}, else: {:only, somewhere}
  end

  # What shows each state of a GenServer.
  defp state?({{:gen_server, _f, _a}, %{role: {:state, _, _, _}, mask: mask}}), do: (mask &&& @state_bit) != 0
  defp state?(_function), do: false

  @doc "The functions that a plan needs a pattern on."
  @spec patterns(t()) :: [mfa()]
  def patterns(plan), do: Map.keys(plan.functions)

  # Per module, as the VM can set all patterns of a module in one call.
  defp patterns(old, new, which) do
    {old, new} = {by_module(old), by_module(new)}

    for {concern, module} = key <- Enum.uniq(Map.keys(old) ++ Map.keys(new)),
        had = Map.get(old, key, %{}),
        wanted = Map.get(new, key, %{}),
        had != wanted and which == if(map_size(wanted) < map_size(had), do: :fewer, else: :more),
        do: {:patterns, concern, module, had, wanted}
  end

  defp by_module(plan) do
    for {{module, f, a}, %{role: role}} <- plan.functions, reduce: %{} do
      modules ->
        key = {concern(plan, role), module}
        Map.update(modules, key, %{{f, a} => returns?(role)}, &Map.put(&1, {f, a}, returns?(role)))
    end
  end

  defp concern(plan, role), do: if(plan.sessions? and role not in [:call, :call_only], do: :servers, else: :calls)

  @doc "The functions with the concern each is traced for."
  @spec concerns(t()) :: [{ElixirScope.Recorder.Tracing.concern(), mfa()}]
  def concerns(plan), do: for({mfa, %{role: role}} <- plan.functions, do: {concern(plan, role), mfa})

  @doc "The patterns it needs: the concern, the function, and whether its returns are traced."
  @spec set_patterns(t()) :: [{ElixirScope.Recorder.Tracing.concern(), mfa(), boolean()}]
  def set_patterns(plan), do: for({mfa, %{role: role}} <- plan.functions, do: {concern(plan, role), mfa, returns?(role)})

  @doc "Of its patterns, some of each module, that show whether all are there: those inside OTP's behaviours first."
  @spec sample(t()) :: [{ElixirScope.Recorder.Tracing.concern(), mfa(), boolean()}]
  def sample(plan) do
    {called, servers} =
      plan |> set_patterns() |> Enum.split_with(fn {_, mfa, _} -> plan.functions[mfa].role in [:call, :call_only] end)

    by_module = Enum.group_by(called, fn {_concern, {module, _, _}, _returns?} -> module end)
    in_turn = for {_module, patterns} <- by_module, {pattern, turn} <- Enum.with_index(patterns), do: {turn, pattern}
    Enum.take(servers ++ for({_turn, pattern} <- Enum.sort(in_turn), do: pattern), @max_sample)
  end

  # The first state of a gen_server is what a function returns.
  defp returns?(role), do: role == :call or match?({:first, _, _, _}, role)

  @doc "The plan after the VM has lost the patterns of modules, because they were loaded again."
  @spec without_patterns(t(), [module()]) :: t()
  def without_patterns(plan, modules) do
    %{plan | functions: Map.reject(plan.functions, fn {{module, _f, _a}, _entry} -> module in modules end)}
  end

  @doc "The plan after the VM has lost the patterns of functions."
  @spec without_functions(t(), [mfa()]) :: t()
  def without_functions(plan, functions), do: %{plan | functions: Map.drop(plan.functions, functions)}

  @doc "Whether what some process spawns is traced too."
  @spec follows?(t()) :: boolean()
  def follows?(plan), do: Enum.any?(plan.flags, fn {_pid, flags} -> :follow in flags end)

  @doc "The processes that the plan names."
  @spec named(t()) :: [pid()]
  def named(plan), do: Map.keys(plan.flags)

  defp flags_off(old, new) do
    for_all(:flags_off, old.all_flags -- new.all_flags) ++
      for pid <- named(old, new), flags = had(old, new, pid) -- flags_of(new, pid), flags != [], do: {:flags_off, pid, flags}
  end

  # Paused processes lose the flags that all processes get; processes with flags of their own get those back that all processes lose.
  defp flags_on(old, new) do
    given = new.all_flags -- old.all_flags

    corrections =
      for pid <- named(old, new) do
        {has, wanted} = {Enum.uniq((had(old, new, pid) -- had(old, new, pid) -- flags_of(new, pid)) ++ given), flags_of(new, pid)}
        [{:flags_off, pid, has -- wanted}, {:flags_on, pid, wanted -- has}]
      end

    for_all(:flags_on, given) ++ for {_, _, [_ | _]} = step <- List.flatten(corrections), do: step
  end

  defp for_all(_step, []), do: []
  defp for_all(step, flags), do: [{step, :all, flags}]

  defp named(old, new) do
    Enum.uniq(Map.keys(old.flags) ++ Map.keys(new.flags) ++ Enum.to_list(MapSet.union(old.paused, new.paused)))
  end

  # The flags of a process when those that all processes lose are gone.
  defp had(old, new, pid), do: flags_of(old, pid) -- old.all_flags -- new.all_flags

  @doc "All flags of a process."
  @spec flags_of(t(), pid()) :: [atom()]
  def flags_of(plan, pid) do
    flags = Enum.uniq(plan.all_flags ++ Map.get(plan.flags, pid, []))
    if pid in plan.paused, do: flags -- [:call, :server], else: flags
  end
end
