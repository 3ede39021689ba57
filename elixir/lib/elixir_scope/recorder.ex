defmodule ElixirScope.Recorder do
  @moduledoc false
  # The owner of the native recorder. It holds the targets; ElixirScope.Recorder.State says what becomes of them.
  #
  # Invariant: when it ends, nothing is traced any more: by its own terminate/2, or, if it was killed, by the native library
  # (which sees the owner die) and the janitor.

  # Clearing patterns takes its time on a busy node; to be killed meanwhile would leave them.
  use GenServer, restart: :temporary, shutdown: :infinity

  alias ElixirScope.{Error, Native}

  alias ElixirScope.Recorder.{
    Config,
    Current,
    Janitor,
    ModuleLoad,
    ServerLoop,
    SetupMerge,
    SetupOptions,
    State,
    Target,
    TargetCheck,
    Tracing
  }

  @not_loaded "the native library could not be loaded: `mix compile` builds it, and the log says what is wrong with the one there is"

  # A followed process may be dead before it is known what it spawned.
  @mourning_ms 100

  @typedoc "Options, a mode, and what later options are laid over."
  @type given :: {SetupOptions.t(), Config.mode(), SetupMerge.base()}

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

  @doc "Starts to trace with these options, or joins them to a recording that runs already; see `ElixirScope.setup/1`."
  @spec setup(keyword()) :: :ok | {:error, Error.t()}
  def setup(options) do
    with {:ok, checked} <- SetupOptions.new(options) do
      case start({checked, :tracing, {%SetupOptions{}, []}}) do
        {:ok, _pid} -> :ok
        {:error, {:already_started, _pid}} -> call({:setup, options})
        {:error, %Error{} = error} -> {:error, error}
      end
    end
  end

  @doc "Ends the running recorder, if there is one."
  @spec stop() :: :ok
  def stop do
    with pid when is_pid(pid) <- Process.whereis(__MODULE__) do
      DynamicSupervisor.terminate_child(ElixirScope.RecorderSupervisor, pid)
    end

    :ok
  end

  @doc "The processes of ElixirScope itself, which are never traced."
  @spec own_processes() :: [pid()]
  def own_processes do
    for name <- [ElixirScope.Supervisor, ElixirScope.RecorderSupervisor, Janitor, __MODULE__],
        pid = Process.whereis(name),
        do: pid
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
         {:ok, native, state} <- Native.start(self(), Config.new(options, mode)) do
      tracer = Tracing.open(state, own_processes())
      :ok = Janitor.adopt(tracer)
      Current.open(native)
      {:ok, %{options: options, base: base, recording: State.start(native, tracer, options, mode)}}
    else
      {:error, reason} when is_atom(reason) -> {:stop, %Error{code: :not_loaded, message: @not_loaded}}
      {:error, error} -> {:stop, Error.from_native(error)}
    end
  end

  @impl true
  def handle_call({:setup, given}, _from, %{recording: recording} = state) do
    case SetupMerge.decide(recording.mode, state.base, state.options, given) do
      :same ->
        {:reply, :ok, state}

      {:error, _} = error ->
        {:reply, error, state}

      {:adopt, options, mode} ->
        {:reply, :ok, %{state | options: options, recording: State.adopt(recording, options, mode)}}
    end
  end

  def handle_call(:level, _from, state), do: {:reply, state.recording.level, state}
  def handle_call(:source, _from, state), do: {:reply, {:ok, state.recording.native}, state}
  def handle_call(:status, _from, state), do: {:reply, {:ok, status(state.recording)}, state}

  def handle_call({:mark, pid, label, meta}, _from, state) do
    State.put(state.recording, [{:mark, pid, nil, nil, %{label: label, meta: meta}}])
    {:reply, :ok, state}
  end

  def handle_call(:clear, _from, state) do
    :ok = Native.clear(state.recording.native, Config.instance())
    {:reply, :ok, %{state | recording: State.cleared(state.recording)}}
  end

  def handle_call({request, _what, _how}, _from, %{recording: %{mode: {:by_hand, _epoch}}} = state)
      when request in [:trace, :set] do
    {:reply, Error.new(:not_supported, "ElixirScope.TraceDB runs in test_mode, which traces nothing"), state}
  end

  def handle_call({request, _what, _how}, _from, %{recording: %{mode: :waiting}} = state) when request in [:trace, :set] do
    {:reply, Error.new(:not_running, "only ElixirScope.TraceDB is running: ElixirScope.setup/1 begins to trace"), state}
  end

  def handle_call({:set, change, value}, _from, state) do
    {:reply, :ok, %{state | recording: apply(State, change, [state.recording, value])}}
  end

  def handle_call({:trace, target, for_ms}, _from, %{recording: recording} = state) do
    others = Map.values(Map.delete(recording.targets, target.key))

    case TargetCheck.admit(target, others, recording.plan, recording.tracer) do
      {:ok, target, skipped} ->
        target = expiring(target, for_ms)
        recording = recording |> State.remove(target.key) |> State.add(target)
        {:reply, {:ok, %{target: target, skipped: skipped, level: recording.level}}, %{state | recording: recording}}

      {:error, _} = error ->
        {:reply, error, state}
    end
  end

  def handle_call({:untrace, key}, _from, state) do
    if is_map_key(state.recording.targets, key) do
      {:reply, :ok, %{state | recording: state.recording |> State.remove(key) |> State.replan()}}
    else
      {:reply, Error.new(:not_traced, "#{Target.describe(key)}: not being traced"), state}
    end
  end

  defp status(recording) do
    targets =
      for {key, target} <- recording.targets,
          do: %{target: Target.describe(key), classes: target.classes, expires_at: target.expires_at}

    Map.merge(Native.status(recording.native), %{
      level: recording.level,
      targets: Enum.sort_by(targets, & &1.target),
      release: release(recording.mode),
      held_by_other_tracers: if(recording.sweep, do: recording.sweep.held, else: [])
    })
  end

  # The same as in the header of the recording.
  defp release(mode) do
    %{
      erts: List.to_string(:erlang.system_info(:version)),
      otp: System.otp_release(),
      elixir: System.version(),
      server_loop: if(is_tuple(mode), do: nil, else: ServerLoop.description())
    }
  end

  @impl true
  def handle_info(message, state), do: {:noreply, %{state | recording: told(message, state.recording)}}

  defp told({:expire, key, token}, recording) do
    case recording.targets do
      %{^key => %{timer: {_timer, ^token}}} -> recording |> State.remove(key, "for") |> State.replan()
      _gone -> recording
    end
  end

  defp told({:DOWN, monitor, :process, pid, _reason}, recording) do
    {^pid, monitors} = Map.pop(recording.monitors, monitor)
    recording = %{recording | monitors: monitors}

    if State.follows?(recording, pid) do
      Process.send_after(self(), {:mourned, pid}, @mourning_ms)
      recording
    else
      State.forget(recording, pid)
    end
  end

  defp told({:mourned, pid}, recording), do: State.forget(recording, pid)
  defp told({:elixir_scope_returns_off, mfa, pid, depth}, recording), do: State.returns_off(recording, mfa, pid, depth)
  defp told({:elixir_scope_followed, pairs}, recording), do: State.followed(recording, all_followed([pairs]))
  defp told({:elixir_scope_spent, bit}, recording), do: State.spent(recording, bit)
  defp told({:elixir_scope_spawned, parents}, recording), do: State.spawned(recording, parents)
  defp told(:read_families, recording), do: State.read_families(recording)
  defp told({:spared, pid}, recording), do: State.spare(recording, pid)

  defp told(other, recording) do
    if ModuleLoad.loaded?(other), do: State.modules_loaded(recording), else: recording
  end

  # Many processes spawned at once are one change.
  defp all_followed(pairs) do
    receive do
      {:elixir_scope_followed, more} -> all_followed([more | pairs])
    after
      0 -> pairs |> Enum.reverse() |> Enum.concat()
    end
  end

  @impl true
  def terminate(_reason, state), do: State.stop(state.recording)

  defp expiring(target, nil), do: target

  defp expiring(target, ms) do
    token = make_ref()
    timer = Process.send_after(self(), {:expire, target.key, token}, ms)
    %{target | timer: {timer, token}, expires_at: DateTime.add(DateTime.utc_now(), ms, :millisecond)}
  end
end
