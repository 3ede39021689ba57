defmodule ElixirScope.Recorder.ServerLoop.Probe do
  @moduledoc false
  # Finds out which candidates of ElixirScope.Recorder.ServerLoop.Table are true on this VM.
  #
  # Throw-away servers of each behaviour do what is known (see ElixirScope.Recorder.ServerLoop.Probe.Scenario), traced by all functions of all
  # candidates. A candidate is true if what the native library reads in the calls of its functions is, in order, exactly what the servers did.
  #
  # Invariant: no process but the throw-away ones is traced, and no pattern of another tracer is touched: from OTP 27 on this is a trace session of its own;
  # before, a function that has a pattern is left alone.
  # Invariant: nothing is decided by the version of OTP.

  alias ElixirScope.Native
  alias ElixirScope.Recorder.ServerLoop.{Row, Table}
  alias ElixirScope.Recorder.ServerLoop.Probe.Scenario

  # What takes some milliseconds may take a hundred times as long on a busy node.
  @timeout_ms 3_000
  # A node that is busy now, or has yet to load the modules, may have time a moment later.
  @tries 3

  @typedoc """
  Chosen rows by role, the roles without and why, the functions in which an idle or hibernating gen_server waits, and whether the state of a
  supervisor could be read. `settled?`: whether another probe would find the same.
  """
  @type result :: %{
          roles: %{Table.role() => [Row.t()]},
          off: [{Table.role(), String.t()}],
          waits: [mfa()],
          supervisors?: boolean(),
          settled?: boolean()
        }

  @doc "Runs the probe."
  @spec run([{Table.role(), [[Row.t()]]}]) :: result()
  def run(candidates \\ Table.candidates()) do
    functions = candidates |> Enum.flat_map(&rows/1) |> Map.new(&{&1.function, Row.returned?(&1)}) |> existing()
    {held, free} = Enum.split_with(functions, fn {mfa, _returned?} -> held?(mfa) end)

    case observe(Map.new(free), @tries) do
      {:ok, found, calls} -> decide(candidates, found, calls, functions, Enum.map(held, &elem(&1, 0)))
      {:error, why} -> nothing(candidates, why)
    end
  end

  defp rows({_role, candidates}), do: List.flatten(candidates)

  defp existing(functions) do
    modules = functions |> Map.keys() |> Enum.map(&elem(&1, 0)) |> Enum.uniq()

    all =
      for module <- modules,
          Code.ensure_loaded?(module),
          {f, a} <- module.module_info(:functions),
          into: MapSet.new(),
          do: {module, f, a}

    Map.filter(functions, fn {mfa, _returned?} -> mfa in all end)
  end

  defp held?(mfa), do: not sessions?() and :erlang.trace_info(mfa, :traced) != {:traced, false}

  defp sessions?, do: ElixirScope.Recorder.Tracing.sessions?()

  defp nothing(candidates, why) do
    off = for {role, _candidates} <- candidates, do: {role, why}
    %{roles: %{}, off: off, waits: [], supervisors?: true, settled?: false}
  end

  # What the servers did, and the calls of each, in order.
  defp observe(functions, tries) do
    case observe(functions) do
      {:error, _why} when tries > 1 -> observe(functions, tries - 1)
      observed -> observed
    end
  end

  defp observe(functions) do
    me = self()
    collector = spawn(fn -> collect(Process.monitor(me), []) end)
    host = spawn(fn -> host(me, Process.monitor(me)) end)
    tracer = begin(collector, host, functions)

    try do
      # Another tracer holds every new process.
      if tracer == :held, do: throw("another tracer holds the processes that the probe starts")
      send(host, {:go, me})

      found =
        receive do
          {^host, {:ok, found}} -> found
          {^host, {:error, why}} -> throw(why)
        after
          @timeout_ms -> throw("the node was too busy for the probe")
        end

      delivered(tracer)
      send(collector, {:calls, me})

      receive do
        {^collector, calls} -> {:ok, found, Enum.group_by(calls, &elem(&1, 0), fn {_pid, mfa, args} -> {mfa, args} end)}
      after
        @timeout_ms -> throw("the node was too busy for the probe")
      end
    catch
      why -> {:error, why}
    after
      finish(tracer, functions)
      for pid <- [host, collector], do: Process.exit(pid, :kill)
    end
  end

  # It dies with the prober, so that none of this is left.
  defp host(prober, monitor) do
    receive do
      {:go, ^prober} -> send(prober, {self(), Scenario.play()})
      {:DOWN, ^monitor, _, _, _} -> :ok
    end

    receive do
      {:DOWN, ^monitor, _, _, _} -> :ok
    end
  end

  defp collect(monitor, calls) do
    receive do
      {:trace, pid, :call, {m, f, args}} -> collect(monitor, [{pid, {m, f, length(args)}, args} | calls])
      {:trace, pid, :return_from, mfa, value} -> collect(monitor, [{pid, mfa, [value]} | calls])
      {:calls, to} -> send(to, {self(), Enum.reverse(calls)})
      {:DOWN, ^monitor, _, _, _} -> :ok
      _other -> collect(monitor, calls)
    end
  end

  @returns [{:_, [], [{:return_trace}]}]

  defp begin(collector, host, functions) do
    if sessions?() do
      session = apply(:trace, :session_create, [:elixir_scope_probe, collector, []])
      for {mfa, returned?} <- functions, do: apply(:trace, :function, [session, mfa, pattern(returned?), [:local]])
      apply(:trace, :process, [session, host, true, [:call, :set_on_spawn]])
      {:session, session}
    else
      for {mfa, returned?} <- functions, do: :erlang.trace_pattern(mfa, pattern(returned?), [:local])
      flags(host, collector)
    end
  end

  defp pattern(true), do: @returns
  defp pattern(false), do: true

  defp flags(host, collector) do
    :erlang.trace(host, true, [:call, :set_on_spawn, {:tracer, collector}])
    :legacy
  rescue
    ArgumentError -> :held
  end

  defp delivered({:session, session}), do: delivered(apply(:trace, :delivered, [session, :all]))
  defp delivered(:legacy), do: delivered(:erlang.trace_delivered(:all))

  defp delivered(reference) do
    receive do
      {:trace_delivered, :all, ^reference} -> :ok
    after
      @timeout_ms -> :ok
    end
  end

  defp finish({:session, session}, _functions), do: apply(:trace, :session_destroy, [session])
  defp finish(_legacy, functions), do: for({mfa, _returned?} <- functions, do: :erlang.trace_pattern(mfa, false, [:local]))

  defp decide(candidates, found, calls, functions, held) do
    chosen =
      for {role, rows} <- candidates do
        truths = Map.get(found.truths, role, [])
        {role, Enum.find(rows, &true?(&1, truths, calls)), why(rows, functions, held)}
      end

    %{
      roles: for({role, rows, _why} when rows != nil <- chosen, into: %{}, do: {role, rows}),
      off: for({role, nil, why} <- chosen, do: {role, why}),
      waits: found.waits,
      supervisors?: found.supervisors?,
      settled?: held == [] or Enum.all?(chosen, fn {_role, rows, _why} -> rows != nil end)
    }
  end

  # No truth, no row.
  defp true?(_rows, [], _calls), do: false

  defp true?(rows, truths, calls) do
    by_function = Map.new(rows, &{&1.function, &1})

    Enum.all?(truths, fn {pid, module, truth, seen_as} ->
      readings =
        for {mfa, args} <- Map.get(calls, pid, []),
            row = by_function[mfa],
            reading = Native.read_call(Row.native(row), args),
            do: {row, reading}

      readings = Enum.reject(readings, fn {_row, reading} -> reading == :nothing end)

      Enum.all?(readings, fn {row, reading} -> of_module?(row, reading, module) end) and
        Scenario.seen(Enum.map(readings, fn {_row, {_module, term}} -> term end), seen_as) == truth
    end)
  end

  defp of_module?(_row, :unexpected, _module), do: false
  defp of_module?(%{module: nil}, {nil, _term}, _module), do: true
  defp of_module?(_row, {found, _term}, module), do: found == module

  # What was tried is what there is; held functions that let enough through are chosen like others.
  defp why(candidates, functions, held) do
    wanted = for rows <- candidates, do: Enum.map(rows, & &1.function)
    tried = wanted |> Enum.filter(&Enum.all?(&1, fn mfa -> is_map_key(functions, mfa) end)) |> List.flatten() |> Enum.uniq()

    case {Enum.filter(tried, &(&1 in held)), tried} do
      {[], []} -> "this OTP has no #{text(Enum.uniq(List.flatten(wanted) -- Map.keys(functions)))}"
      {[], _tried} -> "#{text(tried)} did not show what throw-away servers did"
      {taken, _tried} -> "another tracer has a pattern on #{text(taken)}"
    end
  end

  defp text(functions), do: Enum.map_join(functions, ", ", fn {m, f, a} -> "#{m}.#{f}/#{a}" end)
end
