defmodule ElixirScope.Recorder.JanitorTest do
  # Whatever is killed, nothing stays on, and a new recording has nothing in its way.
  use ElixirScope.RecordingCase
  alias ElixirScope.{Recorder, RecorderSupervisor, Tails}
  alias ElixirScope.Recorder.Janitor

  setup do
    on_exit(fn -> {:ok, _} = Application.ensure_all_started(:elixir_scope) end)
    {:ok, _} = Application.ensure_all_started(:elixir_scope)
    # Their end is none of the test's logs.
    level = Logger.level()
    Logger.configure(level: :none)
    on_exit(fn -> Logger.configure(level: level) end)
  end

  defp record do
    :ok = ElixirScope.setup()
    {:ok, %{skipped: []}} = ElixirScope.trace_all_processes()
    {:ok, %{skipped: []}} = ElixirScope.trace_module(Tails)
    assert left_on() != []
  end

  defp kill(names) do
    pids =
      for name <- names do
        if name == :application_master, do: :application_controller.get_master(:elixir_scope), else: Process.whereis(name)
      end

    Enum.each(pids, &Process.exit(&1, :kill))
    Enum.each(pids, &await_exit/1)
  end

  defp nothing_left?, do: left_on() == [] and not pattern?({Tails, :count, 1})

  for name <- [ElixirScope.Supervisor, RecorderSupervisor, Recorder, :application_master] do
    test "#{inspect(name)} killed: within a second nothing is left" do
      record()
      kill([unquote(name)])
      wait_until(fn -> Process.whereis(Recorder) == nil end)
      # The machine may be slow; a second is 100 tries.
      wait_until(&nothing_left?/0)
    end
  end

  test "the janitor killed: recording goes on, with another one" do
    record()
    kill([Janitor])
    wait_until(fn -> Process.whereis(Janitor) != nil end)
    pid = start_probe(0)
    GenServer.call(pid, {:put, 1})
    assert %{state: 1} = List.last(ElixirScope.state_timeline(pid))
    wait_until(fn -> :sys.get_state(Janitor) != nil end)
    assert flags(Process.whereis(Janitor)) == []
    kill([Recorder])
    wait_until(fn -> Process.whereis(Recorder) == nil end)
    wait_until(&nothing_left?/0)
  end

  test "all killed at once: the next recording clears what they left" do
    record()
    kill([Janitor, Recorder, RecorderSupervisor, ElixirScope.Supervisor])
    wait_until(fn -> not List.keymember?(Application.started_applications(), :elixir_scope, 0) end)
    {:ok, _} = Application.ensure_all_started(:elixir_scope)
    wait_until(fn -> ElixirScope.setup() == :ok end)
    refute pattern?({Tails, :count, 1})
    assert {:ok, %{held_by_other_tracers: []}} = ElixirScope.status()
    record()
    pid = start_probe(0)
    GenServer.call(pid, {:put, 1})
    assert %{state: 1} = List.last(ElixirScope.state_timeline(pid))
    ElixirScope.stop()
    assert nothing_left?()
  end

  test "all killed at once, while somebody still holds what they traced with" do
    record()
    # As one does who asked a question, until its garbage is collected.
    held = :sys.get_state(Recorder).performer.tracer
    kill([Janitor, Recorder, RecorderSupervisor, ElixirScope.Supervisor])
    wait_until(fn -> not List.keymember?(Application.started_applications(), :elixir_scope, 0) end)
    {:ok, _} = Application.ensure_all_started(:elixir_scope)
    wait_until(fn -> ElixirScope.setup() == :ok end)
    ElixirScope.stop()
    assert left_on() == []
    assert Map.has_key?(held, :sessions)
  end

  test "the application stopped leaves no process" do
    record()
    :ok = Application.stop(:elixir_scope)
    assert nothing_left?()
    assert Process.whereis(Janitor) == nil
  end
end
