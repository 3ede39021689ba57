defmodule ElixirScope.Recorder do
  @moduledoc false
  # The owner of the native recorder. It holds the targets, and performs what ElixirScope.Plan says.
  #
  # Invariant: when it ends, nothing is traced any more: by its own terminate/2, or, if it was killed, by the native library
  # (which sees the owner die) and the janitor.

  # Clearing patterns takes its time on a busy node; to be killed meanwhile would leave them.
  use GenServer, restart: :temporary, shutdown: :infinity

  alias ElixirScope.{
    Admission,
    Adoption,
    Error,
    Janitor,
    Native,
    Options,
    Plan,
    RecorderConfig,
    Recording,
    Supervision,
    Sweep,
    Target,
    Tracing
  }

  @not_loaded "the native library could not be loaded: `mix compile` builds it, and the log says what is wrong with the one there is"

  # Stack words from which on a process with returns behind it is spared: the VM looks through all of them at every traced call, which
  # at this depth costs as much again as tracing the call.
  @deep_stack 10_000
  # How often a spared process is looked at.
  @spare_ms 100

  # How long after a supervisor started a child it is asked about its children, and how many are asked at once.
  @families_ms 100
  @max_families 32

  defstruct [
    :native,
    :tracer,
    :options,
    :mode,
    :base,
    :plan,
    :sweep,
    targets: %{},
    call_only: MapSet.new(),
    spared: MapSet.new(),
    parents: MapSet.new(),
    family: %{},
    n_living: 0,
    monitors: %{}
  ]

  @typedoc "Options, a mode, and what later options are laid over."
  @type given :: {Options.t(), RecorderConfig.mode(), Adoption.base()}

  @spec start_link(given()) :: GenServer.on_start()
  def start_link(given), do: GenServer.start_link(__MODULE__, given, name: __MODULE__)

  @doc "Starts it under the application's supervisor, linked to no caller."
  @spec start(given()) :: {:ok, pid()} | {:error, Error.t() | {:already_started, pid()}}
  def start(given) do
    with {:application, {:ok, _started}} <- {:application, Application.ensure_all_started(:elixir_scope)},
         {:ok, pid} <- DynamicSupervisor.start_child(ElixirScope.RecorderSupervisor, {__MODULE__, given}) do
      {:ok, pid}
    else
      {:application, {:error, reason}} ->
        Error.new(:not_supported, "the application :elixir_scope could not start: #{inspect(reason)}")

      {:error, %Error{} = error} ->
        {:error, error}

      {:error, {:already_started, pid}} ->
        {:error, {:already_started, pid}}

      {:error, reason} ->
        Error.new(:not_supported, "the recorder could not start: #{Exception.format_exit(reason)}")
    end
  end

  @doc "Calls the running recorder."
  @spec call(term()) :: term() | {:error, Error.t()}
  def call(request) do
    GenServer.call(__MODULE__, request, :infinity)
  catch
    :exit, {reason, {GenServer, :call, _}} when reason in [:noproc, :normal, :shutdown, :killed] ->
      Error.new(:not_running, "ElixirScope is not running: ElixirScope.setup/1 starts it")
  end

  @impl true
  def init({options, mode, base}) do
    Process.flag(:trap_exit, true)

    # Each pattern waits several times until all schedulers have seen it; on a busy node the recorder would queue behind the load each time.
    Process.flag(:priority, :high)

    with {:module, Native} <- Code.ensure_loaded(Native),
         {:ok, native, tracer} <- Native.start(self(), RecorderConfig.new(options, mode)) do
      :ok = Janitor.adopt(tracer)
      Recording.open(native)
      {:ok, open(%__MODULE__{native: native, tracer: tracer, options: options, mode: mode, base: base, plan: %Plan{}})}
    else
      {:error, reason} when is_atom(reason) -> {:stop, %Error{code: :not_loaded, message: @not_loaded}}
      {:error, error} -> {:stop, Error.from_native(error)}
    end
  end

  defp open(state) do
    put(state, [{:recorder_started, nil, nil, nil, %{level: level(state), options: RecorderConfig.given(state.options)}}])
    by_hand(state)
    begin(state)
  end

  defp begin(state) do
    cond do
      level(state) == :off -> state
      state.options.trace_all -> state |> replan() |> sweep() |> add(Target.all_processes())
      true -> state |> replan() |> sweep()
    end
  end

  # What is told is all there is: no process counts as not watched.
  defp by_hand(%{mode: {:by_hand, _epoch}} = state) do
    {epoch, _wall} = Native.anchor(state.native)
    details = %{target: "by hand", classes: [:process, :message, :call, :state]}
    Native.put_at(state.native, [{:target_added, nil, nil, nil, [details], epoch}])
  end

  defp by_hand(_state), do: :ok

  # After the flags are on, so that every process is either found or seen to be spawned.
  defp sweep(state) do
    sweep = Sweep.run(state.tracer, &put(state, &1))
    details = %{processes: sweep.processes, held_by_other_tracers: Enum.map(sweep.held, &elem(&1, 0))}

    put(state, [
      {:target_added, nil, nil, nil, %{target: "lifecycle", classes: [:process]}},
      {:sweep_done, nil, nil, nil, details}
    ])

    {family, sweep} = Map.pop(sweep, :family)
    %{state | sweep: sweep, family: family}
  end

  @impl true
  def handle_call({:setup, given}, _from, state) do
    case Adoption.decide(state.mode, state.base, state.options, given) do
      :same -> {:reply, :ok, state}
      {:error, _} = error -> {:reply, error, state}
      {:adopt, options, mode} -> {:reply, :ok, adopt(%{state | options: options, mode: mode})}
    end
  end

  def handle_call(:clear, _from, state) do
    :ok = Native.clear(state.native, RecorderConfig.instance())
    put(state, [{:recorder_started, nil, nil, nil, %{level: level(state), options: RecorderConfig.given(state.options)}}])
    by_hand(state)
    state = if level(state) == :off, do: state, else: sweep(state)
    for {_key, target} <- state.targets, do: put(state, target_rows(:target_added, target, level(state)))
    {:reply, :ok, state}
  end

  def handle_call(:source, _from, state), do: {:reply, {:ok, state.native}, state}

  def handle_call({:mark, pid, label, meta}, _from, state) do
    put(state, [{:mark, pid, nil, nil, %{label: label, meta: meta}}])
    {:reply, :ok, state}
  end

  def handle_call({:trace, _target, _for_ms}, _from, %{mode: {:by_hand, _epoch}} = state) do
    {:reply, Error.new(:not_supported, "ElixirScope.TraceDB runs in test_mode, which traces nothing"), state}
  end

  def handle_call({:trace, _target, _for_ms}, _from, %{mode: :waiting} = state) do
    {:reply, Error.new(:not_running, "only ElixirScope.TraceDB is running: ElixirScope.setup/1 begins to trace"), state}
  end

  def handle_call({:trace, target, for_ms}, _from, state) do
    others = Map.values(Map.delete(state.targets, target.key))

    case Admission.admit(target, others, state.plan, state.tracer) do
      {:ok, target, skipped} ->
        target = expiring(target, for_ms)
        state = state |> remove(target.key) |> add(target)
        {:reply, {:ok, %{target: target, skipped: skipped, level: level(state)}}, state}

      {:error, _} = error ->
        {:reply, error, state}
    end
  end

  def handle_call({:untrace, key}, _from, state) do
    if is_map_key(state.targets, key) do
      {:reply, :ok, state |> remove(key) |> replan()}
    else
      {:reply, Error.new(:not_traced, "#{Target.describe(key)}: not being traced"), state}
    end
  end

  def handle_call(:status, _from, state) do
    targets =
      for {key, target} <- state.targets,
          do: %{target: Target.describe(key), classes: target.classes, expires_at: target.expires_at}

    {:reply,
     {:ok,
      Map.merge(Native.status(state.native), %{
        level: level(state),
        targets: Enum.sort_by(targets, & &1.target),
        held_by_other_tracers: if(state.sweep, do: state.sweep.held, else: [])
      })}, state}
  end

  @impl true
  def handle_info({:expire, key, token}, state) do
    case state.targets do
      %{^key => %{timer: {_timer, ^token}}} -> {:noreply, state |> remove(key) |> replan()}
      _gone -> {:noreply, state}
    end
  end

  def handle_info({:DOWN, monitor, :process, pid, _reason}, state) do
    {^pid, monitors} = Map.pop(state.monitors, monitor)
    state = %{state | monitors: monitors}
    {:noreply, state.targets |> Map.values() |> Enum.reduce(state, &forget(&1, pid, &2)) |> replan()}
  end

  def handle_info({:elixir_scope_returns_off, mfa, pid, depth}, state) do
    put(state, [{:returns_off, pid, nil, mfa, %{open_calls: depth}}])
    # The process first: it is the one that suffers, and a flag is set much faster than a pattern.
    state = spare(state, pid)
    {:noreply, replan(%{state | call_only: MapSet.put(state.call_only, mfa)})}
  end

  # A supervisor that started children knows them by id. It is looked at a little later, when it has started all of them, and those of a
  # storm at once.
  def handle_info({:elixir_scope_spawned, parents}, %{options: %{tracing_level: level}} = state) when level != :off do
    if MapSet.size(state.parents) == 0, do: Process.send_after(self(), :read_families, @families_ms)
    {:noreply, %{state | parents: Enum.into(Enum.take(parents, @max_families), state.parents)}}
  end

  def handle_info(:read_families, state) do
    {now, later} = state.parents |> Enum.filter(&Supervision.supervisor?/1) |> Enum.split(@max_families)
    {rows, family} = Sweep.families(now, state.family)
    if rows != [], do: put(state, rows)
    if later != [], do: Process.send_after(self(), :read_families, @families_ms)
    {:noreply, remember(%{state | parents: MapSet.new(later)}, family)}
  end

  def handle_info({:spared, pid}, state), do: {:noreply, spare(state, pid)}

  def handle_info(_other, state), do: {:noreply, state}

  @impl true
  def terminate(_reason, state) do
    Tracing.clear(state.tracer, Plan.patterns(state.plan))
    Janitor.expect([])
    put(state, [{:recorder_stopped, nil, nil, nil, nil}])
    Native.stop(state.native)
  end

  # The dead are forgotten each time that they may have become as many as the living were.
  defp remember(state, family) do
    if map_size(family) > 2 * state.n_living + 100 do
      living = Map.filter(family, fn {pid, _said} -> Process.alive?(pid) end)
      %{state | family: living, n_living: map_size(living)}
    else
      %{state | family: family}
    end
  end

  defp adopt(state) do
    put(state, [{:level_changed, nil, nil, nil, %{level: level(state), options: RecorderConfig.given(state.options)}}])
    begin(state)
  end

  defp expiring(target, nil), do: target

  defp expiring(target, ms) do
    token = make_ref()
    timer = Process.send_after(self(), {:expire, target.key, token}, ms)
    %{target | timer: {timer, token}, expires_at: DateTime.add(DateTime.utc_now(), ms, :millisecond)}
  end

  defp add(state, target) do
    state = replan(%{state | targets: Map.put(state.targets, target.key, target), monitors: monitor(target, state.monitors)})
    put(state, target_rows(:target_added, target, level(state)))
    state
  end

  defp monitor(%{processes: :all}, monitors), do: monitors

  defp monitor(%{processes: pids}, monitors) do
    known = Map.values(monitors)
    for pid <- pids, pid not in known, into: monitors, do: {Process.monitor(pid), pid}
  end

  # Stops tracing calls in a process while its stack is deep, and begins again when it no longer is.
  defp spare(state, pid) do
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

  # Without a new plan: who removes decides when.
  defp remove(state, key) do
    case Map.pop(state.targets, key) do
      {nil, _targets} ->
        state

      {target, targets} ->
        with {timer, _token} <- target.timer, do: Process.cancel_timer(timer)
        put(state, target_rows(:target_removed, target, level(state)))
        %{state | targets: targets}
    end
  end

  # A dead process leaves the targets that named it; one without any process left goes.
  defp forget(%{processes: :all}, _pid, state), do: state

  defp forget(%{processes: pids} = target, pid, state) do
    case List.delete(pids, pid) do
      ^pids -> state
      [] -> remove(state, target.key)
      rest -> %{state | targets: Map.put(state.targets, target.key, %{target | processes: rest})}
    end
  end

  defp target_rows(kind, target, level) do
    classes = Target.classes_within(target, level)
    details = %{target: Target.describe(target.key), classes: classes}
    pids = if target.processes == :all, do: [nil], else: target.processes
    patterns = if :call in classes, do: for({mfa, _returns?} <- target.functions, do: mfa), else: []
    kinds = %{target_added: :pattern_added, target_removed: :pattern_removed}
    for(pid <- pids, do: {kind, pid, nil, nil, details}) ++ for(mfa <- patterns, do: {kinds[kind], nil, nil, mfa, nil})
  end

  defp replan(state) do
    plan = Plan.build(level(state), Map.values(state.targets), Admission.server_loop(state.plan), state.call_only, state.spared)
    Janitor.expect(Enum.uniq(Plan.patterns(state.plan) ++ Plan.patterns(plan)))
    Recording.untrace_states(plan)
    Enum.each(Plan.steps(state.plan, plan), &perform(&1, state))
    Recording.trace_states(plan)
    %{state | plan: plan}
  end

  defp perform({:filter, plan}, state) do
    functions = for {{m, f, a}, {role, mask}} <- plan.functions, do: {m, f, a, role, mask}
    :ok = Native.set_filter(state.native, functions, Map.to_list(plan.masks), plan.default_mask)
  end

  defp perform(step, state), do: Tracing.perform(step, state.tracer)

  defp put(state, rows), do: Native.put(state.native, rows)

  defp level(%{mode: :tracing} = state), do: state.options.tracing_level
  defp level(_waiting_or_by_hand), do: :off
end
