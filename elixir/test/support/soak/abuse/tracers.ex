defmodule ElixirScope.Soak.Abuse.Tracers do
  @moduledoc false
  # What is done to the recording itself: by others, by its user, and by whoever kills it.

  alias ElixirScope.{Probe, Recorder, RecorderSupervisor, VmTrace}
  alias ElixirScope.Recorder.{Janitor, Tracing}
  alias ElixirScope.Soak.Recording

  @doc "Other tracers come, take what is ours, and go."
  def foreign(n) do
    {:ok, server} = GenServer.start(Probe, n)
    theirs = spawn(fn -> Process.sleep(:infinity) end)
    quietly(fn -> :erlang.trace(server, true, [:send, :receive, :call, {:tracer, theirs}]) end)
    :erlang.trace_pattern({Probe, :handle_call, 3}, true, [:local])
    for at <- 1..50, do: GenServer.call(server, {:put, at}, :infinity)

    case rem(n, 5) do
      0 -> :erlang.trace(:all, false, [:all])
      1 -> use_dbg()
      2 -> :erlang.trace_pattern({:_, :_, :_}, false, [:local])
      3 -> destroy_session()
      4 -> Process.exit(theirs, :kill)
    end

    Process.exit(theirs, :kill)
    :erlang.trace_pattern({Probe, :handle_call, 3}, false, [:local])
    GenServer.stop(server, :normal, :infinity)
    # Long enough that what was taken is now and then repaired.
    Process.sleep(rem(n * 37, 300))
    %{}
  end

  defp use_dbg do
    # The one of another round may not be gone yet.
    for {function, arguments} <- [tracer: [:process, {fn _event, _state -> :ok end, :ok}], p: [:new, [:m]], stop: []],
        do: apply(:dbg, function, arguments)
  end

  defp destroy_session do
    if Tracing.sessions?() do
      for session <- Enum.take(apply(:trace, :session_info, [:all]), -1),
          inspect(session) =~ "elixir_scope_",
          do: quietly(fn -> apply(:trace, :session_destroy, [session]) end)
    end
  end

  @doc "Everything that can be changed is changed, while it is used."
  def targets(n) do
    {:ok, server} = GenServer.start(Probe, n)
    ElixirScope.trace_genserver(server, for: 20)
    ElixirScope.set_level(Enum.at([:full, :messages_only, :states_only, :minimal, :off], rem(n, 5)))
    ElixirScope.set_sample_rate(rem(n, 11) / 10)
    ElixirScope.set_retention(%{call: [max_events: 1_000 + n]})
    for at <- 1..100, do: GenServer.call(server, {:put, at}, :infinity)
    ElixirScope.trace_process(server)
    if rem(n, 4) == 0, do: ElixirScope.untrace_all_processes(), else: ElixirScope.trace_all_processes()
    if rem(n, 3) == 0, do: ElixirScope.untrace_process(server)
    GenServer.stop(server, :normal, :infinity)
    %{}
  end

  @doc "Questions without a pause, by askers of whom some are killed meanwhile; files are written and read."
  def questions(n) do
    path = Path.join(System.tmp_dir!(), "elixir_scope_soak_#{System.pid()}_#{:erlang.phash2(self())}.scope")

    asker =
      spawn(fn ->
        ElixirScope.query(%{kind: :overview})
        ElixirScope.query(%{kind: :crashes})
        ElixirScope.query(%{kind: :events, filter: "kind:send", limit: 1_000})
        ElixirScope.query(%{kind: :snapshot_at, at: 0})
      end)

    ElixirScope.query(%{kind: :message_queue_analysis})
    ElixirScope.query(%{kind: :histogram, buckets: 100})
    ElixirScope.query(%{kind: :no_such_kind})

    if rem(n, 5) == 0 do
      with :ok <- ElixirScope.export(path), do: {:ok, _trace} = ElixirScope.import(path)
      File.rm(path)
    end

    Process.sleep(rem(n * 13, 50))
    Process.exit(asker, :kill)
    %{process: 2}
  end

  @doc "The recorder or what is above and beside it is killed; after a second nothing may be left, and it records again."
  def recorder(n) do
    if Process.whereis(Recorder) do
      {names, after?} =
        Enum.at(
          [
            {[Recorder], true},
            {[RecorderSupervisor], true},
            {[ElixirScope.Supervisor], true},
            {[Janitor], false},
            # Who would clean up is gone too: the next recorder does.
            {[Janitor, Recorder], false}
          ],
          rem(n, 5)
        )

      recorder = Process.whereis(Recorder)
      monitor = Process.monitor(recorder)
      for name <- names, pid = Process.whereis(name), do: Process.exit(pid, :kill)
      if names != [Janitor], do: receive(do: ({:DOWN, ^monitor, _, _, _} -> :ok)), else: Process.demonitor(monitor, [:flush])
      if after?, do: :ok = nothing_left(System.monotonic_time(:millisecond) + 1_000)
      # What is started while the application ends, ends with it.
      if ElixirScope.Supervisor in names, do: ended()
      Recording.begin()
    end

    Process.sleep(100)
    %{}
  end

  defp ended do
    if List.keymember?(Application.started_applications(), :elixir_scope, 0), do: Process.sleep(5) && ended()
  end

  defp nothing_left(until) do
    left = VmTrace.left_on()

    cond do
      left == [] -> :ok
      System.monotonic_time(:millisecond) > until -> {:left, Enum.take(left, 3)}
      true -> Process.sleep(10) && nothing_left(until)
    end
  end

  defp quietly(fun) do
    fun.()
  rescue
    ArgumentError -> :refused
  end
end
