defmodule ElixirScope.Recorder do
  @moduledoc false
  # The owner of the native recorder: it turns calls and messages into operations on `ElixirScope.Recorder.State`, and performs what follows
  # through `ElixirScope.Recorder.Performer`.
  #
  # Invariant: when it ends, nothing is traced any more: by its own terminate/2, or, if it was killed, by the native library
  # (which sees the owner die) and the janitor.

  # Clearing patterns takes its time on a busy node; to be killed meanwhile would leave them.
  use GenServer, restart: :temporary, shutdown: :infinity

  alias ElixirScope.{Error, Native}

  alias ElixirScope.Recorder.{Current, Janitor, Performer, ServerLoop, Setup, State, Target, Tracing}

  @not_loaded "the native library could not be loaded: `mix compile` builds it, and the log says what is wrong with the one there is"

  @typedoc "The options, the mode, and the base of a later setup's options."
  @type start_options :: {Setup.Options.t(), Setup.Config.mode(), Setup.Merge.base()}

  @spec start_link(start_options()) :: GenServer.on_start()
  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: __MODULE__)

  @doc "Starts it under the application's supervisor, linked to no caller."
  @spec start(start_options()) :: {:ok, pid()} | {:error, Error.t() | {:already_started, pid()}}
  def start(options) do
    with {:application, {:ok, _started}} <- {:application, Application.ensure_all_started(:elixir_scope)},
         {:ok, pid} <- DynamicSupervisor.start_child(ElixirScope.RecorderSupervisor, {__MODULE__, options}) do
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
  catch
    # Its supervisor was killed, or the application ends.
    :exit, {reason, {GenServer, :call, _}} ->
      Error.new(:not_supported, "the recorder could not start: its supervisor is gone (#{Exception.format_exit(reason)})")
  end

  @doc "Starts to trace with these options, or joins them to a recording that runs already; see `ElixirScope.setup/1`."
  @spec setup(keyword()) :: :ok | {:error, Error.t()}
  def setup(options) do
    with {:ok, checked} <- Setup.Options.new(options) do
      case start({checked, :tracing, {%Setup.Options{}, []}}) do
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

  @doc "Has the running recorder compare what the VM traces with what it should trace, and repair it; `:busy` when that is not done in time."
  @spec check_tracing(timeout_ms :: pos_integer()) :: :ok | :busy
  def check_tracing(timeout_ms) do
    GenServer.call(__MODULE__, :check_tracing, timeout_ms)
  catch
    :exit, _busy_or_gone -> :busy
  end

  @impl true
  def init({options, mode, base}) do
    Process.flag(:trap_exit, true)

    # Each pattern waits several times until all schedulers have seen it; on a busy node the recorder would queue behind the load each time.
    Process.flag(:priority, :high)

    # To load a module waits for all schedulers; what protects them must not.
    {:ok, modules} = :application.get_key(:elixir_scope, :modules)

    _ =
      :code.ensure_modules_loaded(for module <- modules, String.starts_with?(Atom.to_string(module), "#{__MODULE__}"), do: module)

    with {:module, Native} <- Code.ensure_loaded(Native),
         {:ok, native, tracer_state} <- Native.start(self(), Setup.Config.new(options, mode)) do
      janitor = Janitor.start()
      tracer = Tracing.open(tracer_state, own_processes())
      :ok = Janitor.adopt(tracer)
      clear_leftovers(tracer, Native.expected())
      Process.monitor(janitor)
      :ok = Current.open()
      {epoch, _wall} = Native.epoch(native)
      state = State.new(options, mode, base, epoch, tracer.sessions != %{})
      performer = %Performer{native: native, tracer: tracer}
      # What is recorded by hand needs no probe of this VM.
      server_loop = if is_tuple(mode), do: %{}, else: ServerLoop.functions()
      server = run(:start, %{state: state, performer: performer, server_loop: server_loop, janitor: janitor, from: nil})
      :ok = Current.publish(native)
      {:ok, server}
    else
      {:error, reason} when is_atom(reason) -> {:stop, %Error{code: :not_loaded, message: @not_loaded}}
      {:error, error} -> {:stop, Error.from_native(error)}
    end
  end

  # The janitor of a recorder that was killed has cleared them, unless it was killed too.
  defp clear_leftovers(tracer, patterns) do
    if patterns != [], do: Tracing.ModuleLoad.ignore(self())
    Tracing.clear_leftovers(tracer, patterns)
    Native.expect([])
  end

  @impl true
  def handle_call(:level, _from, server), do: {:reply, server.state.level, server}

  def handle_call(:check_tracing, _from, server), do: {:reply, :ok, verified(server)}

  def handle_call(:status, _from, server) do
    server = verified(server)
    status = server.performer.native |> Native.status() |> Map.merge(State.status(server.state))
    {:reply, {:ok, Map.put(status, :release, release(server.state.mode))}, server}
  end

  def handle_call({:trace, target, for_ms}, from, server) do
    findings = Tracing.Inspection.findings(target, server.state.plan, server.performer.tracer)
    answer({:trace, target, findings, for_ms, DateTime.utc_now()}, from, server)
  end

  def handle_call(:clear, from, server), do: answer(:clear, from, server)

  def handle_call({request, _what} = operation, from, server)
      when request in [:setup, :set_level, :set_sample_rate, :set_retention, :untrace],
      do: answer(operation, from, server)

  def handle_call(other, _from, server), do: {:reply, Error.new(:bad_argument, "no request: #{inspect(other)}"), server}

  defp answer(operation, from, server), do: {:noreply, run(operation, %{server | from: from})}

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
  def handle_cast(_other, server), do: {:noreply, server}

  @impl true
  def handle_info({:DOWN, _monitor, :process, janitor, _reason}, %{janitor: janitor} = server) do
    {janitor, performer} = Performer.adopt(server.performer)
    Process.monitor(janitor)
    {:noreply, %{server | janitor: janitor, performer: performer}}
  end

  def handle_info(message, server) do
    server = %{server | performer: Performer.received(message, server.performer)}

    case operation(message, server) do
      nil -> {:noreply, server}
      operation -> {:noreply, run(operation, server)}
    end
  end

  defp operation({:expire, _key, _token} = operation, _server), do: operation
  defp operation({:grace_over, _pid} = operation, _server), do: operation
  defp operation(:read_supervisors, _server), do: :read_supervisors
  defp operation(:check_tracing, server), do: checked(server)
  defp operation({:check_pause, pid}, _server), do: {:check_pause, pid, Tracing.Inspection.stack_words(pid)}

  defp operation(:search_deep, _server), do: :search_deep
  defp operation(:switch_returns_off, _server), do: :switch_returns_off
  defp operation({:elixir_scope_deep, deep, rest}, _server), do: {:deep, deep, rest}
  defp operation({:DOWN, _monitor, :process, pid, _reason}, _server), do: {:process_down, pid}
  defp operation({:elixir_scope_followed, pairs}, _server), do: {:followed, all_followed([pairs])}
  defp operation({:elixir_scope_spent, bit}, _server), do: {:spent, bit}
  defp operation({:elixir_scope_spawned, parents}, _server), do: {:spawned, parents, Performer.now_ms()}

  defp operation({:elixir_scope_returns_off, mfa, pid, n_open}, _server), do: {:returns_off, all_named([{mfa, pid, n_open}])}

  defp operation(other, %{state: state, performer: performer} = server) do
    if Tracing.ModuleLoad.loaded?(other) do
      {lost, changes} = modules = Tracing.Inspection.loaded_modules(Target.Set.sorted(state), state.plan, performer.tracer)

      case lost -- Tracing.Inspection.reloaded(state.targets, changes) do
        [] -> {:modules_loaded, lost, changes}
        _taken -> {:checked, Tracing.Integrity.check(state, performer, server.server_loop, modules)}
      end
    end
  end

  defp checked(%{state: %{level: :off}}), do: nil
  defp checked(server), do: {:checked, Tracing.Integrity.check(server.state, server.performer, server.server_loop)}

  defp verified(server) do
    case checked(server) do
      nil -> server
      operation -> run(operation, server)
    end
  end

  # And so are many processes with deep stacks: the first must not keep the others waiting.
  defp all_named(named) do
    receive do
      {:elixir_scope_returns_off, mfa, pid, n_open} -> all_named([{mfa, pid, n_open} | named])
    after
      0 -> Enum.reverse(named)
    end
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
  def terminate(_reason, server) do
    Current.close()
    run(:stop, server)
  end

  defp run(operation, server) do
    loop = Tracing.Inspection.server_loop(server.server_loop, server.state.plan)
    {state, []} = State.apply(server.state, {:server_loop, loop})
    apply_operation(operation, %{server | state: state})
  end

  # What an action reads is applied before the next action, so that the trace has it in that order.
  defp apply_operation(operation, server) do
    {state, actions} = State.apply(server.state, operation)
    Enum.reduce(actions, %{server | state: state}, &perform/2)
  end

  defp perform({:reply, reply}, server) do
    GenServer.reply(server.from, reply)
    %{server | from: nil}
  end

  defp perform(action, server) do
    {performer, operations} = Performer.perform(action, server.performer)
    Enum.reduce(operations, %{server | performer: performer}, &apply_operation/2)
  end
end
