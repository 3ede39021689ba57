defmodule ElixirScope.Recorder.Performer do
  @moduledoc false
  # Performs the actions of `ElixirScope.Recorder.State` in the recorder's process: the one place where the recorder changes the VM, the
  # native library and its timers.
  #
  # Invariant: it decides nothing. What it reads while it performs comes back as operations on the state.

  require Logger
  alias ElixirScope.Native

  alias ElixirScope.Recorder.{Action, Current, Janitor, Setup, State, Supervision, Sweep, Tracing}

  @enforce_keys [:native, :tracer]
  defstruct [:native, :tracer, timers: %{}]

  @type t :: %__MODULE__{native: reference(), tracer: Tracing.t(), timers: %{term() => reference()}}

  @doc "Performs one action. Returns the operations that follow from what was read."
  @spec perform(Action.t(), t()) :: {t(), [State.operation()]}
  def perform({:put, rows}, performer), do: done(Native.put(performer.native, rows), performer)

  def perform({:filter, plan}, performer) do
    functions = for {{m, f, a}, entry} <- plan.functions, do: {m, f, a, entry.role, entry.args?, entry.mask}
    done(Native.set_filter(performer.native, functions, Map.to_list(plan.masks), plan.default_mask), performer)
  end

  def perform({step, _, _} = action, performer) when step in [:flags_off, :flags_on], do: trace(action, performer)
  def perform({:patterns, _, _, _, _} = action, performer), do: trace(action, performer)

  def perform({:strip_flags, known, flags}, performer), do: done(Tracing.strip(known, flags, performer.tracer), performer)
  def perform({:clear_tracing, patterns}, performer), do: done(Tracing.clear(performer.tracer, patterns), performer)
  def perform({:expect_patterns, patterns}, performer), do: done(Native.expect(patterns), performer)
  def perform({:unpublish_states, scope}, performer), do: done(Current.unpublish_states(scope), performer)
  def perform({:publish_states, scope}, performer), do: done(Current.publish_states(scope), performer)
  def perform(:unpublish_tracing, performer), do: done(Current.unpublish_tracing(), performer)

  def perform({:publish_tracing, expected, flags}, performer),
    do: done(Current.publish_tracing(Map.put(expected, :tracer, performer.tracer), flags), performer)

  def perform(:renew_sessions, performer) do
    tracer = Tracing.renew(performer.tracer)
    :ok = Janitor.adopt(tracer)
    {%{performer | tracer: tracer}, []}
  end

  def perform({:lose, classes, from}, performer), do: done(Native.lose(performer.native, classes, from), performer)
  def perform({:visit, pids}, performer), do: done(Native.put(performer.native, Enum.flat_map(pids, &Sweep.rows/1)), performer)
  # Each measured process is waited for until it is preempted; the recorder is not to wait.
  def perform({:search_deep, rest, plan, words}, performer) do
    recorder = self()

    spawn(fn ->
      Process.flag(:priority, :high)
      {deep, rest} = Tracing.Inspection.deep_stacks(rest, plan, performer.tracer, words)
      send(recorder, {:elixir_scope_deep, deep, rest})
    end)

    {performer, []}
  end

  def perform({:warn, text}, performer), do: done(Logger.warning("ElixirScope: " <> text), performer)
  def perform({:budget, row}, performer), do: done(Native.set_budget(performer.native, row), performer)
  def perform({:sample_rate, ppm}, performer), do: done(Native.set_rate(performer.native, ppm), performer)
  def perform({:limits, limits}, performer), do: done(Native.set_limits(performer.native, limits), performer)
  def perform(:clear_store, performer), do: done(Native.clear(performer.native, Setup.Config.instance()), performer)
  def perform(:stop_native, performer), do: done(Native.stop(performer.native), performer)

  # Another tracer may watch the loads; then the next plan tries again.
  def perform({:watch_loads, watch?}, performer), do: done(Tracing.ModuleLoad.watch(watch?), performer)

  def perform({:monitor, pid}, performer) do
    Process.monitor(pid)
    {performer, []}
  end

  def perform({:start_timer, message, ms}, performer) do
    {performer, []} = perform({:cancel_timer, message}, performer)
    {%{performer | timers: Map.put(performer.timers, message, Process.send_after(self(), message, ms))}, []}
  end

  def perform({:cancel_timer, message}, performer) do
    with {:ok, timer} <- Map.fetch(performer.timers, message), do: Process.cancel_timer(timer)
    {received(message, performer), []}
  end

  def perform(:sweep, performer) do
    began = System.monotonic_time(:nanosecond)
    sweep = Sweep.run(performer.tracer, &(:ok = Native.put(performer.native, &1)))
    {performer, [{:swept, Map.put(sweep, :began, began)}]}
  end

  def perform({:read_supervisors, parents, known}, performer) do
    began = now_ms()
    {now, later} = parents |> Enum.filter(&Supervision.supervisor?/1) |> Enum.split(Supervision.Watch.max_at_once())
    {rows, known} = Sweep.families(now, known)
    ended = now_ms()
    {performer, [{:supervisors_read, %{rows: rows, known: known, later: later, took_ms: ended - began}, ended}]}
  end

  def perform({:find_living, pids}, performer), do: {performer, [{:living, Enum.filter(pids, &Process.alive?/1)}]}

  @doc "Has another janitor in the place of one that was killed."
  @spec adopt(t()) :: {janitor :: pid(), t()}
  def adopt(performer) do
    janitor = Janitor.start()
    tracer = Tracing.spare(janitor, performer.tracer)
    :ok = Janitor.adopt(tracer)
    {janitor, %{performer | tracer: tracer}}
  end

  @doc "A message was received: its timer, if it had one, is no more."
  @spec received(term(), t()) :: t()
  def received(message, performer), do: %{performer | timers: Map.delete(performer.timers, message)}

  @doc "The time that operations are given."
  @spec now_ms() :: integer()
  def now_ms, do: System.monotonic_time(:millisecond)

  defp trace(step, performer) do
    Tracing.perform(step, performer.tracer)
    {performer, []}
  end

  defp done(:ok, performer), do: {performer, []}
end
