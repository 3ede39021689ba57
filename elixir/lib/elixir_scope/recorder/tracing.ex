defmodule ElixirScope.Recorder.Tracing do
  @moduledoc false
  # The one module that calls the VM's trace functions.
  #
  # From OTP 27 on each concern has a trace session, which neither affects other tracers nor is affected by them. Before, the whole node has one
  # tracer per process and one pattern per function, and the concerns share ours.
  #
  # Invariant: every call names our tracer or our session. Without it, turning flags off would remove other people's tracers.
  # Invariant: only patterns that are ours are cleared, one function at a time.
  # Invariant: garbage collections are never traced: two sessions that trace them on one process end the VM (erlang/otp issue 11624), and another
  # tracer's flags in its own session cannot be seen.
  # Invariant: the sessions are held by the recorder and by the janitor: one that no process holds is collected, and traces no more.

  alias ElixirScope.Native

  # The flags of a plan, by concern, as the VM calls them. A server is traced by calls inside OTP's behaviours.
  @concerns [
    lifecycle: %{procs: [:procs]},
    messages: %{send: [:send], receive: [:receive]},
    servers: %{server: [:call]},
    calls: %{call: [:call]}
  ]
  # What the processes that a followed process spawns inherit.
  @inherited [:messages, :servers, :calls]
  @flags [:procs, :send, :receive, :call, :server, :follow]

  # Returns and exceptions too; see ElixirScope.Recorder.Call.TailCall for where it may be used.
  @with_returns [{:_, [], [{:exception_trace}]}]

  # A search for the module instead would make the code server search the whole code path each time if it is missing.
  @sessions_since 27

  @enforce_keys [:state]
  defstruct [:state, own: [], sessions: %{}]

  @typedoc "`own` are the processes of ElixirScope itself, which are never traced."
  @type t :: %__MODULE__{state: non_neg_integer(), own: [pid()], sessions: %{atom() => term()}}
  @type concern :: :lifecycle | :messages | :servers | :calls

  @doc "Whether this VM has trace sessions."
  @spec sessions?() :: boolean()
  def sessions?, do: List.to_integer(:erlang.system_info(:otp_release)) >= @sessions_since

  @doc "The tracer of a recorder, with its sessions if the VM has any."
  @spec open(non_neg_integer(), [pid()]) :: t()
  def open(state, own), do: %__MODULE__{state: state, own: own, sessions: if(sessions?(), do: sessions(state), else: %{})}

  defp sessions(state) do
    for {concern, _flags} <- @concerns, into: %{}, do: {concern, session(concern, state)}
  end

  defp session(concern, state), do: apply(:trace, :session_create, [session_name(concern), {Native, state}, []])
  defp session_name(concern), do: :"elixir_scope_#{concern}"

  @doc "Performs a step of a plan that concerns the VM."
  def perform({:patterns, concern, module, had, wanted}, tracer), do: set_patterns(tracer, concern, module, had, wanted)
  def perform({:flags_off, processes, flags}, tracer), do: set(processes, false, flags, tracer)

  def perform({:flags_on, :all, flags}, tracer) do
    set(:all, true, flags, tracer)
    # The recorder would trace its own work, and the work of tracing that.
    Enum.each(tracer.own, &set(&1, false, flags, tracer))
  end

  def perform({:flags_on, pid, flags}, tracer), do: set(pid, true, flags, tracer)

  @doc "The tracer with one more process that is never traced."
  @spec spare(pid(), t()) :: t()
  def spare(pid, tracer) do
    set(pid, false, @flags, tracer)
    %{tracer | own: Enum.uniq([pid | tracer.own])}
  end

  @doc "Turns off what recorders before this tracer's left, if they and the janitor were killed together."
  @spec clear_leftovers(t(), [mfa()]) :: :ok
  # A session lives as long as anybody holds it, and whoever asked a question may, as garbage that is not collected yet.
  def clear_leftovers(%{sessions: sessions}, _patterns) when sessions != %{} do
    ours = for {_concern, {_held, weak}} <- sessions, do: weak
    names = for {concern, _flags} <- @concerns, do: session_name(concern)

    for {name, _id} = session <- apply(:trace, :session_info, [:all]), name in names, session not in ours do
      apply(:trace, :session_destroy, [session])
    end

    :ok
  end

  def clear_leftovers(_tracer, []), do: :ok
  # The states of tracers are consecutive numbers, and each cleared what was before it.
  def clear_leftovers(tracer, patterns), do: clear(%{tracer | state: tracer.state - 1}, patterns)

  @doc "Turns off all flags of this tracer, and these patterns. The tracer cannot be used after that."
  @spec clear(t(), [mfa()]) :: :ok
  def clear(%{sessions: sessions} = tracer, patterns) when sessions == %{} do
    set(:all, false, @flags, tracer)

    for {module, functions} <- Enum.group_by(patterns, &elem(&1, 0), fn {_, f, a} -> {{f, a}, false} end) do
      set_patterns(tracer, :calls, module, Map.new(functions), %{})
    end

    :ok
  end

  def clear(tracer, _patterns), do: Enum.each(tracer.sessions, fn {_, session} -> apply(:trace, :session_destroy, [session]) end)

  @doc "Takes all our flags but `flags` from every process that is not in `known`: children of followed processes that are in no plan."
  @spec strip([pid()], [atom()], t()) :: :ok
  def strip(known, flags, tracer) do
    beyond = @flags -- flags
    known = MapSet.new(known)
    # A session affects its own flags only. Without sessions, the call affects the processes of our tracer only.
    for pid <- Process.list(), pid not in known, do: set(pid, false, beyond, tracer)
    :ok
  end

  @doc "The tracer of a process. With sessions other tracers do not matter."
  @spec holder(pid(), t()) :: :none | :ours | {:other, term()}
  def holder(_pid, %{sessions: sessions}) when sessions != %{}, do: :none

  def holder(pid, %{state: state}) do
    case :erlang.trace_info(pid, :tracer) do
      {:tracer, []} -> :none
      {:tracer, {Native, ^state}} -> :ours
      {:tracer, other} -> {:other, other}
      :undefined -> :none
    end
  end

  @doc """
  Whether a function has a trace pattern that ours would replace: before sessions the VM has one pattern per function.
  """
  @spec pattern?(mfa()) :: boolean()
  def pattern?(mfa), do: not sessions?() and traced?(:erlang.trace_info(mfa, :traced))

  @doc "The modules of a plan's functions whose patterns are gone, because the module was loaded again."
  @spec lost([{concern(), mfa()}], t()) :: [module()]
  def lost(functions, tracer) do
    for {concern, {module, _f, _a} = mfa} <- Enum.uniq_by(functions, fn {concern, {module, _, _}} -> {concern, module} end),
        not traced?(info(tracer, concern, mfa, :traced)),
        uniq: true,
        do: module
  end

  defp traced?(info), do: match?({:traced, kind} when kind in [:local, :global], info)

  # Each call waits until every scheduler has seen the change, 10 ms on a busy node, for one function as for a whole module. So a module
  # is set as a whole and then corrected if that takes fewer calls and no other tracer has a pattern in it.
  defp set_patterns(tracer, concern, module, had, wanted) do
    one_by_one = for({name, _} <- had, not is_map_key(wanted, name), do: {name, :off}) ++ Enum.reject(wanted, &(&1 in had))
    {rest, corrections} = bulk(module, wanted)

    if length(corrections) + 1 < length(one_by_one) and not others?(tracer, module, had) do
      pattern(tracer, concern, {module, :_, :_}, rest)
      Enum.each(corrections, fn {{f, a}, value} -> pattern(tracer, concern, {module, f, a}, value) end)
    else
      Enum.each(one_by_one, fn {{f, a}, value} -> pattern(tracer, concern, {module, f, a}, value) end)
    end
  end

  # The value for all functions, and the functions that need another one.
  defp bulk(_module, wanted) when wanted == %{}, do: {:off, []}

  defp bulk(module, wanted) do
    returns? = Enum.count(wanted, fn {_, returns?} -> returns? end) * 2 > map_size(wanted)

    corrections = for name <- functions(module), do: {name, Map.get(wanted, name, :off)}
    {returns?, Enum.reject(corrections, fn {_name, value} -> value == returns? end)}
  end

  # A session has no other tracer.
  defp others?(%{sessions: sessions}, _module, _had) when sessions != %{}, do: false

  defp others?(_tracer, module, had) do
    Enum.any?(functions(module), fn {f, a} = name ->
      not is_map_key(had, name) and traced?(:erlang.trace_info({module, f, a}, :traced))
    end)
  end

  # A module may have been unloaded; its patterns are gone with it.
  defp functions(module), do: if(:erlang.module_loaded(module), do: module.module_info(:functions), else: [])

  defp pattern(tracer, concern, mfa, :off), do: pattern_of(tracer, concern, mfa, false)
  defp pattern(tracer, concern, mfa, true), do: pattern_of(tracer, concern, mfa, @with_returns)
  defp pattern(tracer, concern, mfa, false), do: pattern_of(tracer, concern, mfa, true)

  defp pattern_of(%{sessions: %{} = sessions}, concern, mfa, spec) when is_map_key(sessions, concern),
    do: apply(:trace, :function, [sessions[concern], mfa, spec, [:local]])

  defp pattern_of(_tracer, _concern, mfa, spec), do: :erlang.trace_pattern(mfa, spec, [:local])

  defp set(processes, on?, flags, tracer) do
    for {session, [_ | _] = vm_flags} <- vm_flags(flags, tracer),
        do: quietly(fn -> set_in(session, processes, on?, vm_flags, tracer) end)
  end

  defp set_in(nil, processes, on?, vm_flags, tracer),
    do: :erlang.trace(processes, on?, [{:tracer, Native, tracer.state} | vm_flags])

  defp set_in(session, processes, on?, vm_flags, _tracer), do: apply(:trace, :process, [session, processes, on?, vm_flags])

  @doc "The VM's flags for those of a plan, by session; the session is `nil` on a VM without."
  @spec vm_flags([atom()], t()) :: [{session :: term() | nil, [atom()]}]
  def vm_flags(flags, %{sessions: sessions}) when sessions == %{} do
    vm_flags = for {_concern, table} <- @concerns, flag <- flags, vm_flag <- Map.get(table, flag, []), uniq: true, do: vm_flag
    [{nil, if(:follow in flags, do: [:set_on_spawn | vm_flags], else: vm_flags)}]
  end

  def vm_flags(flags, %{sessions: sessions}) do
    for {concern, table} <- @concerns do
      vm_flags = Enum.flat_map(flags, &Map.get(table, &1, []))
      inherit? = :follow in flags and concern in @inherited
      {sessions[concern], if(inherit?, do: [:set_on_spawn | vm_flags], else: vm_flags)}
    end
  end

  @doc "The match specification that a function has when its pattern is ours."
  @spec match_spec(returns? :: boolean()) :: list()
  def match_spec(true), do: @with_returns
  def match_spec(false), do: []

  @doc "What the VM says of a process, a function or an event, in the session of a concern; `:no_session` when somebody destroyed that."
  @spec info(t(), concern(), pid() | :new | mfa() | :send | :receive, atom()) :: {atom(), term()} | :undefined | :no_session
  def info(%{sessions: %{} = sessions}, concern, what, item) when is_map_key(sessions, concern),
    do: info_in(sessions[concern], what, item)

  def info(_tracer, _concern, what, item), do: :erlang.trace_info(what, item)

  @doc "The same in a session; `nil` is that of the whole node."
  def info_in(nil, what, item), do: :erlang.trace_info(what, item)

  def info_in(session, what, item) do
    apply(:trace, :info, [session, what, item])
  rescue
    ArgumentError -> :no_session
  end

  @doc "The tracer with new sessions in the place of those that somebody destroyed."
  @spec renew(t()) :: t()
  def renew(tracer) do
    sessions =
      for {concern, session} <- tracer.sessions, into: %{} do
        {concern, if(info_in(session, :new, :flags) == :no_session, do: session(concern, tracer.state), else: session)}
      end

    %{tracer | sessions: sessions}
  end

  # A process that died, or that another tracer took, counts as no process.
  defp quietly(trace) do
    trace.()
  rescue
    ArgumentError -> 0
  end
end
