defmodule ElixirScope.Recorder.Target.Request do
  @moduledoc false
  # Converts the arguments of a trace_* function to a target, and the recorder's reply to the result of the function. All arguments are
  # checked here, in the caller.

  alias ElixirScope.{Error, Native, ProcessArgument, Recorder}
  alias ElixirScope.Recorder.{Call, ServerLoop, Target}

  @type result :: {:ok, map()} | {:error, Error.t()}

  @calls [:for, :max, :args, :in, :returns, :await]

  @spec trace_module(module(), keyword()) :: result()
  def trace_module(module, options) do
    options = Target.Options.new(options, [:scope | @calls], "trace_module/2")

    with :ok <- module_name(module),
         do: trace_functions({:module, module}, {:module, module, options.scope, options.returns}, options)
  end

  @spec trace_function(mfa(), keyword()) :: result()
  def trace_function(function, options) do
    options = Target.Options.new(options, @calls, "trace_function/2")

    with :ok <- function_name(function),
         do: trace_functions({:function, function}, {:function, function, options.returns}, options)
  end

  @spec trace_genserver(term(), keyword()) :: result()
  def trace_genserver(process, options) do
    options = Target.Options.new(options, [:for, :max, :follow], "trace_genserver/2")

    with {:ok, pid} <- ProcessArgument.to_pid(process),
         :ok <- server(pid) do
      request(%Target{key: {:genserver, pid}, processes: [pid], classes: [:message, :state]}, [], options)
    end
  end

  @spec trace_messages(term(), keyword()) :: result()
  def trace_messages(process, options) do
    options = Target.Options.new(options, [:for, :max], "intercept/2")

    with {:ok, pid} <- ProcessArgument.to_pid(process) do
      request(%Target{key: {:messages, pid}, processes: [pid], classes: [:message]}, [], options)
    end
  end

  @spec trace_process(term(), keyword()) :: result()
  def trace_process(process, options) do
    options = Target.Options.new(options, [:for, :max, :args, :scope, :follow, :returns, :modules], "trace_process/2")

    with {:ok, pid} <- ProcessArgument.to_pid(process),
         {:ok, selections, warnings} <- selections_of(options.modules || own_modules(pid), options) do
      {functions, found} = Call.FunctionSelection.select(selections)
      target = %Target{key: {:process, pid}, processes: [pid], classes: [:message, :state, :call]}
      request(%{target | functions: functions, selections: selections}, warnings ++ found, options)
    end
  end

  @spec trace_all_processes(keyword()) :: result()
  def trace_all_processes(options) do
    request(Target.all_processes(), [], Target.Options.new(options, [:for, :max], "trace_all_processes/1"))
  end

  @spec trace_all_genservers(keyword()) :: result()
  def trace_all_genservers(options) do
    request(Target.all_genservers(), [], Target.Options.new(options, [:for, :max], "trace_all_genservers/1"))
  end

  @spec untrace_module(module()) :: :ok | {:error, Error.t()}
  def untrace_module(module), do: with(:ok <- module_name(module), do: untrace({:module, module}))

  @spec untrace_function(mfa()) :: :ok | {:error, Error.t()}
  def untrace_function(function), do: with(:ok <- function_name(function), do: untrace({:function, function}))

  @spec untrace_everywhere(:all_processes | :all_genservers) :: :ok | {:error, Error.t()}
  def untrace_everywhere(key), do: untrace(key)

  @doc "For a target that is keyed by a process; a process that died is no longer a target."
  @spec untrace_process(:process | :genserver | :messages, term()) :: :ok | {:error, Error.t()}
  def untrace_process(kind, process) do
    with {:ok, pid} <- ProcessArgument.to_pid(process), do: untrace({kind, pid})
  end

  defp untrace(key), do: Recorder.call({:untrace, key})

  defp trace_functions(key, selection, options) do
    with {:ok, processes} <- processes(options.in),
         {:ok, found} <- found(selection, options) do
      hot = if options.in, do: [], else: hot(found.functions)
      target = %Target{key: key, processes: processes, classes: [:call], functions: found.functions, selections: [selection]}
      request(target, found.warnings ++ hot, options)
    end
  end

  defp found(selection, options) do
    with {:error, %{code: :not_found} = error} <- Call.FunctionSelection.find(selection) do
      if options.await,
        do: {:ok, %{functions: [], warnings: [error.message <> "; it is traced when it is loaded"]}},
        else: {:error, error}
    end
  end

  # Counting takes time, so it is done only if there is a recorder and it records calls.
  defp hot(functions) do
    case Recorder.call(:level) do
      :full -> Call.HotFunction.warnings(for {mfa, _returns?} <- functions, do: mfa)
      _other -> []
    end
  end

  defp request(target, warnings, options) do
    target = %{
      target
      | max: options.max,
        args: options.args,
        follow: options.follow,
        versions: Call.FunctionSelection.versions(target.selections)
    }

    with {:ok, reply} <- Recorder.call({:trace, target, options.for}) do
      {:ok,
       %{
         matched: matched(reply.target, reply.skipped),
         skipped: reply.skipped,
         call_only: for({mfa, false} <- reply.target.functions, do: mfa),
         expires_at: reply.target.expires_at,
         warnings: warnings ++ level_warning(reply) ++ off_warnings(reply)
       }}
    end
  end

  defp matched(%{key: {kind, _}, functions: functions}, _skipped) when kind in [:module, :function], do: length(functions)
  defp matched(%{key: :all_genservers}, skipped), do: Enum.count(Process.list(), &ServerLoop.server?/1) - length(skipped)
  defp matched(%{processes: :all}, skipped), do: length(Process.list()) - length(skipped)
  defp matched(%{processes: pids}, _skipped), do: length(pids)

  defp level_warning(%{target: target, level: level}) do
    case target.classes -- Target.watched(target, level) do
      [] ->
        []

      classes ->
        [
          "tracing_level #{inspect(level)} does not record#{some(target, level)} #{Enum.map_join(classes, ", ", &inspect/1)} of #{Target.describe(target.key)}"
        ]
    end
  end

  # What this OTP does not show.
  defp off_warnings(%{target: target, level: level}) do
    for {role, why} <- ServerLoop.off(Target.classes_within(target, level)) do
      "#{ServerLoop.text(role)} is not recorded on this OTP (#{:erlang.system_info(:otp_release)}): #{why}"
    end
  end

  defp some(target, level), do: if(:major in Target.classes_within(target, level), do: " all", else: "")

  # The tracer module's functions are called by the VM itself, for every event.
  defp module_name(Native), do: Error.new(:bad_argument, "#{inspect(Native)} is the tracer itself")
  defp module_name(module) when is_atom(module) and module not in [nil, true, false], do: :ok
  defp module_name(other), do: Error.new(:bad_argument, "#{inspect(other)} is not a module")

  defp function_name({module, function, arity}) when is_atom(function) and (arity in 0..255 or arity == :_),
    do: module_name(module)

  defp function_name(other) do
    Error.new(:bad_argument, "#{inspect(other)} is not a function: give {module, function, arity}, with :_ for any arity")
  end

  defp server(pid) do
    if ServerLoop.server?(pid) do
      :ok
    else
      Error.new(
        :bad_argument,
        "#{inspect(pid)} is not a GenServer, a :gen_statem or a :gen_event; trace_process/2 traces any process"
      )
    end
  end

  defp processes(nil), do: {:ok, :all}

  defp processes(processes) do
    processes
    |> List.wrap()
    |> Enum.reduce_while({:ok, []}, fn process, {:ok, pids} ->
      case ProcessArgument.to_pid(process) do
        {:ok, pid} -> {:cont, {:ok, Enum.uniq(pids ++ [pid])}}
        {:error, _} = error -> {:halt, error}
      end
    end)
  end

  defp own_modules(pid) do
    case Process.info(pid, :dictionary) do
      {:dictionary, dictionary} -> List.wrap(ServerLoop.callback_module(dictionary))
      nil -> []
    end
  end

  defp selections_of(modules, options) do
    Enum.reduce_while(modules, {:ok, [], []}, fn module, {:ok, selections, warnings} ->
      selection = {:module, module, options.scope, options.returns}

      case Call.FunctionSelection.find(selection) do
        {:ok, _found} -> {:cont, {:ok, selections ++ [selection], warnings}}
        # A module that the user did not name may be unloaded, or belong to the shell.
        {:error, error} when options.modules == nil -> {:cont, {:ok, selections, [error.message | warnings]}}
        {:error, _} = error -> {:halt, error}
      end
    end)
  end
end
