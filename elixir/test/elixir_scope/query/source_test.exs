defmodule ElixirScope.Query.SourceTest do
  # One question, one snapshot: what is asked while a recording goes on.
  use ElixirScope.RecordingCase
  import ExUnit.CaptureLog
  alias ElixirScope.{Event, Native, Truncated}
  alias ElixirScope.Query.Source

  # Seconds of load. The full run is 30, and goes on until 2,000 questions are answered; a shorter one asks as many as it can.
  @seconds String.to_integer(System.get_env("ELIXIR_SCOPE_QUESTION_LOAD", "5"))
  @questions if(@seconds < 30, do: 4, else: 2_000)

  @tag timeout: 900_000
  test "under load every term of every answer is there" do
    # The default limits: 10,000 events.
    :ok = ElixirScope.setup()
    server = start_probe(0)
    {:ok, _} = ElixirScope.trace_genserver(server)
    clients = for n <- 1..2, do: spawn(fn -> load(server, n) end)
    on_exit(fn -> Enum.each(clients, &Process.exit(&1, :kill)) end)
    wait_until(fn -> elem(ElixirScope.status(), 1).classes.message.evicted > 0 end)

    asked =
      capture_log(fn ->
        ended = System.monotonic_time(:millisecond) + @seconds * 1_000
        ask_until(server, ended, 0)
      end)

    # Only what coverage says is missing.
    assert asked =~ "older events were evicted"
  end

  defp load(server, n) do
    GenServer.call(server, {:put, {n, System.unique_integer([:positive]), "a state"}})
    load(server, n)
  end

  defp ask_until(server, ended, n) do
    if n < @questions or System.monotonic_time(:millisecond) < ended do
      question(server, rem(n, 4))
      ask_until(server, ended, n + 1)
    end
  end

  # The oldest events are the next to be evicted.
  defp question(server, 0), do: assert_whole(ElixirScope.events("kind:delivered", pid: server, limit: 50), & &1.term)

  defp question(server, 1),
    do: assert_whole(ElixirScope.state_timeline(server, limit: 50), &{&1.state, &1.cause && &1.cause.term})

  defp question(_server, 2), do: assert_whole(ElixirScope.events("", limit: 50, type: :state), & &1.term)

  defp question(server, 3) do
    {:ok, at} = ElixirScope.system_snapshot_at(ElixirScope.now())
    # When all that is held happened after the moment, the state then is not known.
    assert_whole([at], &{&1.process_states[server][:state], &1.in_flight_calls, &1.waiting_on})
  end

  defp assert_whole(rows, terms) do
    assert rows != []
    for row <- rows, do: refute(cut?(terms.(row)), inspect(row))
  end

  defp cut?(%Truncated{}), do: true
  defp cut?(%_{}), do: false
  defp cut?(%{} = map), do: map |> Map.to_list() |> cut?()
  defp cut?(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> cut?()
  defp cut?([head | tail]), do: cut?(head) or cut?(tail)
  defp cut?(_scalar), do: false

  test "to ask waits for no process" do
    :ok = ElixirScope.setup()
    {pid, monitor} = spawn_monitor(fn -> exit(:done) end)
    assert_receive {:DOWN, ^monitor, :process, ^pid, :done}
    :ok = :sys.suspend(ElixirScope.Recorder)
    assert [%Event{kind: :exit, term: :done}] = ElixirScope.events("kind:exit", pid: pid)
    :ok = :sys.resume(ElixirScope.Recorder)
  end

  test "what the asking process did before is in the answer" do
    :ok = ElixirScope.setup()
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])

    for n <- 1..200 do
      send(self(), {:mark, n})
      assert {:mark, ^n} = List.last(ElixirScope.events("kind:send", pid: self(), type: :send)).term
    end
  end

  test "a question is answered from one snapshot, and lets it go" do
    :ok = ElixirScope.setup()
    pid = start_probe(1)
    {:ok, _} = ElixirScope.trace_genserver(pid)

    {:ok, {source, first, second}} =
      Source.run([], fn source ->
        events = fn -> source |> Source.ask(%{kind: "events", limit: 10_000}) |> elem(1) |> Map.fetch!(:data) |> length() end
        first = events.()
        GenServer.call(pid, {:put, 2})
        {:ok, {source, first, events.()}}
      end)

    assert first == second
    assert length(ElixirScope.events("")) > first
    assert_raise ArgumentError, fn -> Native.query(source.native, %{kind: "info"}, 1_000) end
  end

  test "equal terms of an answer take their memory once" do
    :ok = ElixirScope.setup()
    pid = start_probe(1)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    state = %{items: Enum.to_list(1..200), name: "the same state"}
    for _ <- 1..100, do: GenServer.call(pid, {:put, state})
    states = for row <- ElixirScope.state_timeline(pid), do: row.state
    assert Enum.all?(states, &(&1 == state)) and length(states) >= 100
    assert :erts_debug.size(states) < 10 * :erts_debug.size(state)
    assert :erts_debug.flat_size(states) > 90 * :erts_debug.size(state)
  end

  test "an answer has a limit of bytes: the rest is on the next page" do
    :ok = ElixirScope.setup()
    pid = start_probe(1)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    for n <- 1..200, do: GenServer.call(pid, {:put, {n, String.duplicate("x", 1_000)}})
    all = ElixirScope.state_timeline(pid)
    Application.put_env(:elixir_scope, :max_answer_bytes, 50_000)
    on_exit(fn -> Application.delete_env(:elixir_scope, :max_answer_bytes) end)

    {:ok, rows} =
      Source.run([], fn source ->
        request = %{kind: "state_timeline", process: "#{:erlang.pid_to_list(pid)}", limit: 1_000}
        {:ok, answer} = Source.ask(source, request)
        assert answer.coverage.truncated and answer.next != nil
        assert :erlang.external_size(answer.data) < 400_000
        {:ok, pages(source, request, answer, [])}
      end)

    assert Enum.map(rows, & &1.id) == Enum.map(all, & &1.id)
    assert capture_log(fn -> assert length(ElixirScope.state_timeline(pid)) < length(all) end) =~ "it was cut"
  end

  defp pages(_source, _request, %{next: nil} = answer, pages), do: [answer.data | pages] |> Enum.reverse() |> Enum.concat()

  defp pages(source, request, answer, pages) do
    {:ok, next} = Source.ask(source, Map.put(request, :after, answer.next))
    pages(source, request, next, [answer.data | pages])
  end
end
