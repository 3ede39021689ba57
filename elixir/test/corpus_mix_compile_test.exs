defmodule ElixirScope.CorpusMixCompileTest do
  # `mix compile` of a project, traced: a short-lived process for each file, and servers that all of them ask. Its trace names places of this machine, so
  # it is made here and not committed.
  use ElixirScope.RecordingCase

  alias ElixirScope.Native
  alias ElixirScope.Recorder.Current

  @moduletag :corpus
  @moduletag timeout: 180_000
  @modules for n <- 1..20, do: "Generated.M#{n}"

  setup do
    dir = Path.join(System.tmp_dir!(), "elixir_scope_mix_compile_#{System.unique_integer([:positive])}")
    generate(dir)
    paths = :code.get_path()
    shell = Mix.shell()
    Mix.shell(Mix.Shell.Quiet)

    on_exit(fn ->
      Mix.shell(shell)
      :code.set_path(paths)
      for module <- @modules, do: unload(Module.concat([module]))
      File.rm_rf!(dir)
    end)

    %{dir: dir}
  end

  test "the compilation of a project answers the same live and imported, and no event is unaccounted for", %{dir: dir} do
    {:ok, tally} = Agent.start(fn -> 0 end, name: :generated_tally)
    on_exit(fn -> Process.exit(tally, :kill) end)
    :ok = ElixirScope.setup(max_events: 1_000_000)
    {:ok, _} = ElixirScope.trace_all_processes()
    {:ok, _} = ElixirScope.trace_module(Kernel.ParallelCompiler)
    compile(dir)
    :ok = ElixirScope.untrace_module(Kernel.ParallelCompiler)
    :ok = ElixirScope.untrace_all_processes()
    assert Agent.get(tally, & &1) == length(@modules)

    {:ok, status} = ElixirScope.status()

    for {class, counts} <- status.classes do
      accounted = counts.stored + counts.evicted + counts.sampled_out + counts.filtered + Enum.sum(Map.values(counts.dropped))
      assert counts.emitted == accounted, "#{class}: #{inspect(counts)}"
    end

    # From Elixir 1.17 on the compiler of a project runs in a process of its own.
    compiler =
      for %{process: pid} <- ElixirScope.function_calls({Kernel.ParallelCompiler, :compile_to_path, 3}), uniq: true, do: pid

    assert [compiler] = compiler
    {:ok, recorder} = Current.native()
    live = Native.snapshot(recorder)
    end_time = time_of_first(Native.query_json(live, ~s({"kind":"events","limit":1,"backward":true})))
    file = Path.join(dir, "compile.scope")
    :ok = ElixirScope.export(file)
    {:ok, imported} = ElixirScope.import(file)

    # What is asked ends with an event that both hold: an answer's window ends with the last event there is.
    answers =
      for request <- [
            ~s({"kind":"events","to":#{end_time},"limit":2000}),
            ~s({"kind":"events","to":#{end_time},"limit":2000,"backward":true}),
            ~s({"kind":"execution_path","process":"#{text(compiler)}","to":#{end_time}}),
            ~s({"kind":"state_timeline","process":":generated_tally","to":#{end_time}})
          ] do
        answer = Native.query_json(live, request)
        assert timeless(answer) == timeless(Native.query_json(imported.native, request))
        answer
      end

    [events, _newest, path, timeline] = answers
    assert events =~ ~s("kind":"spawn")
    assert path =~ ~s("module":"Kernel.ParallelCompiler","function":"compile_to_path")
    assert path =~ ~s("outcome":"returned")
    # The state before the first update was never shown; then one for each module.
    states = Regex.scan(~r/"state":\{"id":"[^"]+","text":"(\d+)"/, timeline, capture: :all_but_first)
    counted = for [n] <- states, do: String.to_integer(n)
    assert Enum.dedup(counted) == Enum.to_list(1..length(@modules))
  end

  # In this node, as the recorder is in it.
  defp compile(dir) do
    Mix.Project.in_project(:elixir_scope_generated, dir, fn _module ->
      assert {:ok, []} = Mix.Task.run("compile", ["--return-errors", "--force"])
    end)
  end

  # Each module counts itself while it is compiled, and calls the one before it, so it waits for that.
  defp generate(dir) do
    File.mkdir_p!(Path.join(dir, "lib"))

    File.write!(Path.join(dir, "mix.exs"), """
    defmodule ElixirScopeGenerated.MixProject do
      use Mix.Project

      def project do
        [app: :elixir_scope_generated, version: "0.1.0", consolidate_protocols: false, prune_code_paths: false, deps: []]
      end
    end
    """)

    for {module, before} <- Enum.zip(@modules, [nil | @modules]) do
      File.write!(Path.join(dir, "lib/#{Macro.underscore(module) |> String.replace("/", "_")}.ex"), """
      defmodule #{module} do
        #{before && "#{before}.f1(0)"}
        Agent.update(:generated_tally, &(&1 + 1))
        for n <- 1..20, do: def(unquote(:"f\#{n}")(x), do: {unquote(n), x})
      end
      """)
    end
  end

  defp unload(module) do
    :code.delete(module)
    :code.purge(module)
  end

  # A recording's watermark is the time of asking; a file's is that of its export.
  defp timeless(answer), do: String.replace(answer, ~r/"watermark":\d+/, ~s("watermark":0))

  defp time_of_first(answer) do
    [_, digits] = Regex.run(~r/"time":(\d+)/, answer)
    digits
  end

  defp text(pid), do: pid |> :erlang.pid_to_list() |> List.to_string()
end
