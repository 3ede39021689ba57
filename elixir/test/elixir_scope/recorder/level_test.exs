defmodule ElixirScope.Recorder.LevelTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Behaviours.Switch
  alias ElixirScope.Tails

  @start {:ago, 1, :hour}

  defp counts(pid) do
    events = ElixirScope.get_events_between(@start, ElixirScope.now(), pid: pid, limit: 100_000)
    Enum.frequencies_by(events, & &1.class)
  end

  # What a level records of a call to a server, of calls and of lifecycle; of what the table does not name it records nothing.
  @table [
    full: [:message, :state, :call],
    messages_only: [:message],
    states_only: [:state],
    # The first state of a server that is spawned.
    minimal: [:state],
    off: []
  ]

  test "each level records what it says and nothing else, also when switched to" do
    :ok = ElixirScope.setup()
    caller = self()

    worker = fn ->
      receive do
        {:go, pid} ->
          GenServer.call(pid, {:put, Tails.count(1)})
          send(caller, :done)
      end
    end

    {:ok, _} = ElixirScope.trace_module(Tails)
    {:ok, _} = ElixirScope.trace_all_processes()

    order = Enum.shuffle(@table ++ @table)

    for {level, classes} <- order do
      :ok = ElixirScope.set_level(level)
      server = start_probe(0)
      pid = spawn(worker)
      send(pid, {:go, server})
      assert_receive :done
      await_exit(pid)
      # A question about a process that was never seen is an error.
      if level == :off do
        assert left_on() == []
        :ok = ElixirScope.set_level(:states_only)
        assert counts(server) |> Map.keys() == [:process]
      else
        assert counts(server) |> Map.drop([:process, :control]) |> Map.keys() |> Enum.sort() == Enum.sort(classes -- [:call])
        assert counts(pid) |> Map.drop([:process]) |> Map.keys() |> Enum.sort() == Enum.sort(classes -- [:state])
        assert counts(pid).process >= 2
      end
    end

    events = ElixirScope.get_events_between(@start, ElixirScope.now(), type: :level_changed)
    # A question after `:off` asked for `:states_only`; to set the level that holds is no change.
    set = Enum.flat_map(order, fn {level, _} -> if level == :off, do: [:off, :states_only], else: [level] end)
    levels = Enum.dedup([:full | set])
    assert Enum.map(events, &{&1.term.from, &1.term.to}) == Enum.zip(levels, tl(levels))
  end

  test ":minimal records first, replaced and last states, and no others" do
    ElixirScope.setup(tracing_level: :minimal, trace_all: true)
    server = start_probe(:first)
    {:ok, statem} = :gen_statem.start(Switch, 0, [])
    for n <- 1..20, do: GenServer.call(server, {:put, n})
    for _ <- 1..20, do: :gen_statem.call(statem, :flip)
    :sys.replace_state(server, fn 20 -> :replaced end)
    :sys.replace_state(statem, fn {_, 20} -> {:on, :replaced} end)
    GenServer.call(server, {:put, :last})
    catch_exit(GenServer.call(server, {:crash, :boom}))
    :gen_statem.cast(statem, :crash)
    for pid <- [server, statem], do: await_exit(pid)

    assert [{:first, false}, {:replaced, false}, {:last, true}] =
             for(row <- ElixirScope.state_timeline(server), do: {row.state, row.at_termination})

    assert [{{:off, 0}, false}, {{:on, :replaced}, false}, {{:on, :replaced}, true}] =
             for(row <- ElixirScope.state_timeline(statem), do: {row.state, row.at_termination})

    assert [%{term: {:boom, _}}] =
             for(
               %{kind: :exit} = e <- ElixirScope.get_events_between(@start, ElixirScope.now(), pid: server, type: :process),
               do: e
             )
             |> Enum.map(&%{&1 | term: normalize(&1.term)})

    assert counts(server) |> Map.keys() == [:process, :state]
  end

  defp normalize(:boom), do: {:boom, []}
  defp normalize(other), do: other

  test "at :minimal a state in between is not claimed to be known" do
    ElixirScope.setup(tracing_level: :minimal, trace_all: true)
    server = start_probe(:first)
    GenServer.call(server, {:put, :second})
    {:ok, answer} = ElixirScope.query(%{kind: :state_timeline, process: server})
    assert Enum.any?(answer.coverage.not_traced, &(&1.class == "state"))
    assert {:error, %{code: :not_traced}} = ElixirScope.get_state_at(server, ElixirScope.now())
    assert ElixirScope.get_state_at(server, hd(ElixirScope.state_timeline(server))) == {:ok, :first}
  end

  test "a level or a rate that there is not is refused" do
    ElixirScope.setup()
    assert_raise ArgumentError, ~r/option :tracing_level of ElixirScope.set_level\/1/, fn -> ElixirScope.set_level(:loud) end
    assert_raise ArgumentError, ~r/option :sample_rate of/, fn -> ElixirScope.set_sample_rate(2) end
    assert_raise ArgumentError, ~r/option :retention of/, fn -> ElixirScope.set_retention(%{calls: []}) end
    ElixirScope.stop()
    assert {:error, %{code: :not_running}} = ElixirScope.set_level(:full)
  end
end
