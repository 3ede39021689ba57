defmodule ElixirScope.DifferentialTest do
  # What is recorded is what OTP's own tracer says: the same events of each process, in the same order. With trace sessions both trace the same run;
  # before, a process has one tracer, and a script that is the same each time is run twice.
  use ElixirScope.RecordingCase
  alias ElixirScope.{Foreign, Opaque, Recorder, Redacted, Tails, Truncated}
  alias ElixirScope.Recorder.Tracing

  @moduletag timeout: 600_000
  @sessions Tracing.sessions?()
  @flags [:send, :receive, :procs, :call, :set_on_spawn]
  @kinds [:send, :delivered, :call, :return, :exception, :spawn, :exit, :link, :unlink, :register, :unregister]

  describe "at the same time" do
    unless @sessions, do: @describetag(skip: "no trace sessions before OTP 27")

    test "the shop" do
      modules = compile_shop()
      n = agree(modules, fn -> shop() end)
      assert n > 2_000
    end

    test "a ring of 1,000 processes" do
      n = agree([Tails], fn -> ring(1_000, 3) end)
      assert n > 10_000
    end

    test "mix compile" do
      dir = Path.join(System.tmp_dir!(), "elixir_scope_differential_#{System.unique_integer([:positive])}")
      shell = Mix.shell()
      Mix.shell(Mix.Shell.Quiet)

      on_exit(fn ->
        Mix.shell(shell)
        File.rm_rf!(dir)
      end)

      generate(dir)
      n = agree([Kernel.ParallelCompiler], fn -> compile(dir) end)
      assert n > 500
    end
  end

  test "one after the other: a script that is the same each time" do
    ours = with_ours([Tails], &script/0)
    theirs = with_theirs([Tails], &script/0)
    assert length(ours) == 4
    assert labelled(ours) == labelled(theirs)
  end

  # Runs `work` traced by both, and returns how many events were compared. A run that lost events to a busy machine is done again.
  defp agree(modules, work, tries \\ 3) do
    ElixirScope.stop()
    root = root(work)
    :ok = ElixirScope.setup(max_events: 2_000_000, max_bytes: 2_000_000_000)
    {:ok, _} = ElixirScope.trace_process(root, modules: modules, follow: :spawned, scope: :all)
    functions = functions()
    {collector, reference} = reference(root, functions)
    run(root)
    Process.sleep(300)
    theirs = collect(collector, reference)
    {:ok, status} = ElixirScope.status()
    lost = for {class, counts} <- status.classes, counts.dropped != %{}, do: {class, counts.dropped}

    cond do
      lost == [] -> compare(theirs)
      tries > 1 -> agree(modules, work, tries - 1)
      true -> flunk("events were lost three times: #{inspect(lost)}")
    end
  end

  defp compare(theirs) do
    assert map_size(theirs) > 1

    for {pid, expected} <- theirs, reduce: 0 do
      n ->
        found = ours(pid)

        for {{theirs, ours}, i} <- Enum.with_index(Enum.zip(expected, found)) do
          assert same?(ours, theirs), "event #{i} of #{inspect(pid)}: recorded #{inspect(ours)}, was #{inspect(theirs)}"
        end

        assert length(found) == length(expected), "#{inspect(pid)} has #{length(found)} events, of #{length(expected)}"
        n + length(expected)
    end
  end

  # Ours, in the reference's form.
  defp ours(pid) do
    for event <- ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), pid: pid, limit: 100_000),
        event.kind in @kinds,
        do: form(event)
  end

  defp form(%{kind: :send} = e), do: {:send, e.peer, e.term}
  defp form(%{kind: :delivered} = e), do: {:delivered, e.term}
  defp form(%{kind: :spawn} = e), do: {:spawn, e.peer, {e.module, e.function, e.arity}, e.term}
  defp form(%{kind: :exit} = e), do: {:exit, e.term}
  defp form(%{kind: kind} = e) when kind in [:link, :unlink], do: {kind, e.peer}
  defp form(%{kind: kind} = e) when kind in [:register, :unregister], do: {kind, e.name}
  defp form(%{kind: kind} = e), do: {kind, {e.module, e.function, e.arity}, e.term}

  defp their_form({:trace, _, kind, message, to}) when kind in [:send, :send_to_non_existing_process], do: {:send, to, message}
  defp their_form({:trace, _, :receive, message}), do: {:delivered, message}
  defp their_form({:trace, _, :call, {m, f, args}}), do: {:call, {m, f, length(args)}, args}
  defp their_form({:trace, _, :return_from, mfa, value}), do: {:return, mfa, value}
  defp their_form({:trace, _, :exception_from, mfa, value}), do: {:exception, mfa, value}
  defp their_form({:trace, _, :spawned, parent, {m, f, args}}), do: {:spawn, parent, {m, f, length(args)}, args}
  defp their_form({:trace, _, :exit, reason}), do: {:exit, reason}
  defp their_form({:trace, _, kind, what}) when kind in [:link, :unlink, :register, :unregister], do: {kind, what}
  defp their_form(_the_other_side), do: nil

  # What could not be kept stands for anything; a party that is no process here has no term of its own.
  defp same?(same, same), do: true
  defp same?({:send, peer, ours}, {:send, to, theirs}) when not is_pid(to) or not is_pid(peer), do: same?(ours, theirs)
  defp same?({kind, text}, {kind, port}) when is_port(port), do: text == inspect(port)
  defp same?(%struct{}, _theirs) when struct in [Truncated, Opaque, Redacted, Foreign], do: true
  defp same?([a | as], [b | bs]), do: same?(a, b) and same?(as, bs)

  defp same?(a, b) when is_tuple(a) and is_tuple(b),
    do: tuple_size(a) == tuple_size(b) and same?(Tuple.to_list(a), Tuple.to_list(b))

  defp same?(a, b) when is_map(a) and is_map(b) do
    # A key that was cut cannot be looked up.
    map_size(a) == map_size(b) and
      Enum.all?(:maps.to_list(a), fn {key, value} -> not is_map_key(b, key) or same?(value, Map.get(b, key)) end)
  end

  defp same?(_ours, _theirs), do: false

  defp root(work) do
    root =
      spawn(fn ->
        receive do
          {:go, from} ->
            work.()
            send(from, :finished)
        end

        receive(do: (:halt -> :ok))
      end)

    on_exit(fn -> Process.exit(root, :kill) end)
    root
  end

  defp run(root) do
    send(root, {:go, self()})
    assert_receive :finished, 300_000
  end

  defp functions do
    %{state: %{plan: plan}} = :sys.get_state(Recorder)
    for {mfa, %{role: role}} when role in [:call, :call_only] <- plan.functions, do: {mfa, role == :call}
  end

  defp spec(true), do: [{:_, [], [{:exception_trace}]}]
  defp spec(false), do: true

  defp reference(root, functions) do
    collector = spawn_link(fn -> collect([]) end)
    session = apply(:trace, :session_create, [:reference, collector, []])
    for {mfa, returns?} <- functions, do: apply(:trace, :function, [session, mfa, spec(returns?), [:local]])
    1 = apply(:trace, :process, [session, root, true, @flags])
    {collector, session}
  end

  defp collect(collector, session) do
    delivered = apply(:trace, :delivered, [session, :all])
    assert_receive {:trace_delivered, :all, ^delivered}, 60_000
    apply(:trace, :session_destroy, [session])
    collected(collector)
  end

  defp collected(collector) do
    send(collector, {:collected, self()})
    assert_receive {:events, events}, 60_000
    forms = for event <- events, form = their_form(event), do: {elem(event, 1), form}
    Enum.group_by(forms, &elem(&1, 0), &elem(&1, 1))
  end

  defp collect(events) do
    receive do
      {:collected, from} -> send(from, {:events, Enum.reverse(events)})
      event -> collect([event | events])
    end
  end

  # The two runs of a script: the events of each process, in the order in which the processes came.
  defp with_ours(modules, work) do
    root = root(work)
    :ok = ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_process(root, modules: modules, follow: :spawned, scope: :all)
    run(root)

    spawned =
      for %{kind: :spawn} = e <- ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :process), do: e

    family = Enum.reduce(spawned, [root], fn e, family -> if e.peer in family, do: family ++ [e.process], else: family end)
    for pid <- family, do: {pid, ours(pid)}
  end

  defp with_theirs(modules, work) do
    functions = functions()
    :ok = ElixirScope.stop()
    root = root(work)
    test = self()
    # The tracer must be another process than the test, which sends to the root.
    collector = spawn_link(fn -> collect([]) end)
    for {mfa, returns?} <- functions, do: :erlang.trace_pattern(mfa, spec(returns?), [:local])
    1 = :erlang.trace(root, true, [{:tracer, collector} | @flags])
    run(root)
    delivered = :erlang.trace_delivered(:all)
    assert_receive {:trace_delivered, :all, ^delivered}, 60_000
    for module <- modules, do: :erlang.trace_pattern({module, :_, :_}, false, [:local])
    send(collector, {:collected, test})
    assert_receive {:events, events}, 60_000
    pids = events |> Enum.map(&elem(&1, 1)) |> Enum.uniq()
    for pid <- pids, do: {pid, for(event <- events, elem(event, 1) == pid, form = their_form(event), do: form)}
  end

  # Pids and references are others in each run; what they stand for is the same.
  defp labelled(family) do
    labels = family |> Enum.map(&elem(&1, 0)) |> Enum.with_index() |> Map.new()
    for {_pid, events} <- family, do: Enum.map(events, &label(&1, labels))
  end

  defp label(pid, labels) when is_pid(pid), do: {:process, Map.get(labels, pid, :other)}
  defp label(ref, _labels) when is_reference(ref), do: :reference
  defp label(fun, _labels) when is_function(fun), do: :opaque
  defp label(%Opaque{}, _labels), do: :opaque
  defp label([a | b], labels), do: [label(a, labels) | label(b, labels)]
  defp label(tuple, labels) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> label(labels) |> List.to_tuple()
  defp label(other, _labels), do: other

  # A counter that is asked in turn by the root and by a child, a crash that the root is notified of, and names.
  defp script do
    root = self()
    Process.flag(:trap_exit, true)
    counter = spawn_link(fn -> counter(0) end)
    Process.register(counter, :differential_counter)
    send(:differential_counter, {:add, 2, root})
    receive(do: ({:sum, 2} -> Tails.count(3)))

    child =
      spawn(fn ->
        send(counter, {:add, Tails.outside(5), self()})
        receive(do: ({:sum, sum} -> send(root, {:child, sum})))
      end)

    receive(do: ({:child, 7} -> :ok))
    monitor = Process.monitor(child)
    receive(do: ({:DOWN, ^monitor, _, _, _} -> :ok))
    crash = spawn_link(fn -> exit({:crash, [1, "two", %{three: 3.5}]}) end)
    receive(do: ({:EXIT, ^crash, _} -> :ok))
    Process.unregister(:differential_counter)
    Process.unlink(counter)
    catch_error(apply(Tails, :half, [Tails.count(0)]))
    send(counter, {:stop, root})
    receive(do: (:stopped -> :ok))
  end

  defp counter(sum) do
    receive do
      {:add, n, from} ->
        send(from, {:sum, sum + n})
        counter(sum + n)

      {:stop, from} ->
        send(from, :stopped)
    end
  end

  defp ring(size, rounds) do
    first = self()
    last = Enum.reduce(1..size, first, fn n, next -> spawn(fn -> pass(n, next) end) end)

    for round <- 1..rounds do
      send(last, {:token, round})
      receive do: ({:token, ^round} -> :ok)
    end

    send(last, :end)
    receive(do: (:end -> :ok))
  end

  defp pass(n, next) do
    receive do
      {:token, round} ->
        Tails.outside(round)
        send(next, {:token, round})
        pass(n, next)

      :end ->
        send(next, :end)
    end
  end

  defp compile_shop do
    files = Path.wildcard(Path.expand("../../../examples/shop/lib/**/*.ex", __DIR__))
    {:ok, modules, _warnings} = Kernel.ParallelCompiler.compile(Enum.sort(files), return_diagnostics: true)

    on_exit(fn ->
      for module <- modules do
        :code.purge(module)
        :code.delete(module)
      end
    end)

    modules
  end

  # Names of modules that are compiled while this runs.
  defp shop do
    Process.flag(:trap_exit, true)
    {:ok, supervisor} = apply(Shop.Application, :start, [:normal, []])
    apply(Shop.Load, :run, [7, 20])
    apply(Shop.Load, :unlucky, ["cart-unlucky"])
    Process.sleep(200)
    Supervisor.stop(supervisor)
  end

  defp generate(dir) do
    File.mkdir_p!(Path.join(dir, "lib"))

    File.write!(Path.join(dir, "mix.exs"), """
    defmodule Differential.MixProject do
      use Mix.Project
      # Protocols consolidated here would take the place of this node's own, without the implementations of its modules.
      def project, do: [app: :elixir_scope_differential, version: "0.1.0", consolidate_protocols: false, deps: []]
    end
    """)

    for n <- 1..5 do
      uses = if n > 1, do: "def before, do: Differential.M#{n - 1}.value()", else: ""
      File.write!(Path.join(dir, "lib/m#{n}.ex"), "defmodule Differential.M#{n} do\n  def value, do: #{n}\n  #{uses}\nend\n")
    end
  end

  defp compile(dir) do
    paths = :code.get_path()

    Mix.Project.in_project(:elixir_scope_differential, dir, fn _module ->
      {:ok, []} = Mix.Task.rerun("compile", ["--return-errors", "--force"])
    end)

    :code.set_path(paths)
    for n <- 1..5, module = Module.concat(Differential, "M#{n}"), do: :code.purge(module) && :code.delete(module)
  end
end
