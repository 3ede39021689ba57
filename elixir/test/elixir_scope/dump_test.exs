defmodule ElixirScope.DumpTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Foreign

  setup do
    path = Path.join(System.tmp_dir!(), "elixir_scope_dump_#{System.unique_integer([:positive])}.scope")
    on_exit(fn -> File.rm(path) end)
    %{path: path}
  end

  test "a dump answers as the recording did", %{path: path} do
    ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])
    for n <- 1..20, do: GenServer.call(pid, {:put, {:state, n}})
    :ok = ElixirScope.untrace_process(self())
    :ok = ElixirScope.untrace_genserver(pid)
    # What is asked ends before the questions themselves are recorded.
    end_time = ElixirScope.now()
    :ok = ElixirScope.export(path)
    {:ok, trace} = ElixirScope.import(path)
    assert inspect(trace) == "#ElixirScope.Trace<#{path}>"

    here = for row <- ElixirScope.state_timeline(pid, to: end_time), do: {row.id, row.timestamp, row.at, row.state}
    assert length(here) == 20

    assert here ==
             for(
               row <- ElixirScope.state_timeline(pid, to: end_time, trace: trace),
               do: {row.id, row.timestamp, row.at, row.state}
             )

    assert ElixirScope.get_state_at(pid, end_time, trace: trace) == {:ok, {:state, 20}}

    here = for row <- ElixirScope.message_flow(self(), pid, to: end_time), do: {row.id, row.waiting_ns, row.matched}

    assert here ==
             for(
               row <- ElixirScope.message_flow(self(), pid, to: end_time, trace: trace),
               do: {row.id, row.waiting_ns, row.matched}
             )

    assert here != []
  end

  test "a trace that would take more memory than allowed is refused, and the refusal says what to do", %{path: path} do
    ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    # Little on disk, much in memory.
    for n <- 1..50, do: GenServer.call(pid, {:put, {n, :binary.copy("a", 10_000)}})
    :ok = ElixirScope.export(path)
    %{size: size} = File.stat!(path)

    for max_bytes <- [1, size - 1, size, 400_000] do
      assert {:error, %{code: :too_large, message: message}} = ElixirScope.import(path, max_bytes: max_bytes)
      assert message =~ "more than #{max_bytes} bytes" and message =~ "give max_bytes:"
    end

    assert {:ok, trace} = ElixirScope.import(path, max_bytes: 10_000_000)
    assert length(ElixirScope.state_timeline(pid, trace: trace)) == 50

    for wrong <- [[max_bytes: 0], [max_bytes: nil], [limit: 3]],
        do: assert({:error, %{code: :bad_argument}} = ElixirScope.import(path, wrong))
  end

  test "an imported trace holds no live process of this node, and is asked by its own", %{path: path} do
    ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    GenServer.call(pid, {:put, {self(), make_ref()}})
    :ok = ElixirScope.export(path)
    :ok = ElixirScope.stop()

    {:ok, trace} = ElixirScope.import(path)

    assert [%{state: {%Foreign{type: :pid, text: text}, %Foreign{type: :reference}}} = row] =
             ElixirScope.state_timeline(pid, trace: trace)

    assert inspect(self()) == "#PID" <> text
    assert [event | _] = ElixirScope.get_events_between({:ago, 1, :hour}, row, pid: pid, type: :handled, trace: trace)
    assert %Foreign{type: :pid} = event.process
    assert [_] = ElixirScope.state_timeline(event.process, trace: trace)
  end

  test "an event's id is a time in an imported trace too", %{path: path} do
    ElixirScope.setup()
    pid = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    for n <- 1..3, do: GenServer.call(pid, {:put, n})
    :ok = ElixirScope.export(path)
    {:ok, trace} = ElixirScope.import(path)
    [_, second | _] = ElixirScope.state_timeline(pid, trace: trace)
    assert ElixirScope.get_state_at(pid, second.id, trace: trace) == {:ok, 2}
    assert {:error, %{code: :not_found}} = ElixirScope.get_state_at(pid, "state-999-0", trace: trace)
  end

  test "files that are none, or not ours", %{path: path} do
    assert {:error, %{code: :file, message: message}} = ElixirScope.import(path)
    assert message =~ "no such file"
    File.write!(path, "not a trace at all")
    assert {:error, %{code: :not_a_trace}} = ElixirScope.import(path)
    ElixirScope.setup()
    assert {:error, %{code: :file}} = ElixirScope.export("/proc/nowhere/x.scope")
    assert {:error, %{code: :bad_argument}} = ElixirScope.query(%{kind: :info}, trace: "x.scope")
  end

  describe "the file" do
    setup do
      dir = Path.join(System.tmp_dir!(), "elixir_scope_dump_#{System.unique_integer([:positive])}")
      File.mkdir_p!(dir)
      on_exit(fn -> File.rm_rf(dir) end)
      ElixirScope.setup()
      %{dir: dir}
    end

    test "belongs to its owner alone, whatever was there before", %{dir: dir} do
      path = Path.join(dir, "a.scope")
      File.write!(path, "old")
      File.chmod!(path, 0o644)
      assert ElixirScope.export(path) == :ok
      assert Bitwise.band(File.stat!(path).mode, 0o777) == 0o600
      assert File.ls!(dir) == ["a.scope"]
    end

    test "takes the place of a link, whose target stays as it is", %{dir: dir} do
      {target, path} = {Path.join(dir, "target"), Path.join(dir, "link.scope")}
      File.write!(target, "precious")
      File.ln_s!(target, path)
      assert ElixirScope.export(path) == :ok
      assert File.read!(target) == "precious"
      assert File.lstat!(path).type == :regular
    end

    test "that cannot be put in place leaves nothing behind", %{dir: dir} do
      path = Path.join(dir, "taken")
      File.mkdir_p!(Path.join(path, "inside"))
      assert {:error, %ElixirScope.Error{code: :file, message: message}} = ElixirScope.export(path)
      assert message =~ path
      assert File.ls!(dir) == ["taken"]
    end
  end
end
