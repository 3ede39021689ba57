defmodule ElixirScope.Recorder.BehaviourStateTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Behaviours.{Lock, Switch, Sum}

  defp start_statem(module, data) do
    {:ok, pid} = :gen_statem.start(module, data, [])
    on_exit(fn -> Process.exit(pid, :kill) end)
    pid
  end

  defp states(pid), do: for(row <- ElixirScope.state_timeline(pid), do: row.state)

  defp causes(pid), do: for(row <- ElixirScope.state_timeline(pid), do: row.cause && row.cause.term)

  test "a gen_statem with one callback: every change, with the message that led to it" do
    ElixirScope.setup()
    pid = start_statem(Switch, 0)
    {:ok, %{warnings: []}} = ElixirScope.trace_genserver(pid)
    :on = :gen_statem.call(pid, :flip)
    :ok = :gen_statem.cast(pid, {:put, 5})
    send(pid, {:put, 6})
    :ok = :gen_statem.call(pid, {:sleep, 7})
    :off = :gen_statem.call(pid, :flip)
    {:on, 9} = :sys.replace_state(pid, fn {:off, 8} -> {:on, 9} end)
    assert :sys.get_state(pid) == List.last(states(pid))
    assert Enum.dedup(states(pid)) == [{:on, 1}, {:on, 5}, {:on, 6}, {:on, 7}, {:off, 8}, {:on, 9}]

    assert [
             {:"$gen_call", {_, _}, :flip},
             {:"$gen_cast", {:put, 5}},
             {:put, 6},
             {:"$gen_call", {_, _}, {:sleep, 7}} | _
           ] = causes(pid)

    assert Enum.all?(ElixirScope.state_timeline(pid), &(&1.module == Switch and &1.complete))
  end

  test "a gen_statem's messages have the instant at which they were handled" do
    ElixirScope.setup()
    pid = start_statem(Lock, 0)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    {:ok, _} = ElixirScope.trace_process(self(), modules: [])
    :ok = :gen_statem.call(pid, :open)
    [row | _] = for %{message: {:"$gen_call", _, :open}} = row <- ElixirScope.message_flow(self(), pid), do: row
    assert row.matched == :matched and row.handled_at >= row.delivered_at and row.waiting_ns >= 0
    assert states(pid) == [{:open, 1}]
  end

  test "a gen_statem's time-out, and the state it stops with or crashes in" do
    ElixirScope.setup()
    [timed, stopped, crashed] = for n <- 1..3, do: start_statem(Switch, n)
    for pid <- [timed, stopped, crashed], do: {:ok, _} = ElixirScope.trace_genserver(pid)
    :ok = :gen_statem.cast(timed, :soon)
    wait_until(fn -> :sys.get_state(timed) == {:off, :rang} end)
    assert {:state_timeout, :rang} in causes(timed)

    for {pid, message} <- [{stopped, {:stop, 20}}, {crashed, :crash}], do: :gen_statem.cast(pid, message)
    for pid <- [stopped, crashed], do: await_exit(pid)
    assert %{state: {:off, 20}, at_termination: true, module: Switch} = List.last(ElixirScope.state_timeline(stopped))
    assert %{state: {:off, 3}, at_termination: true} = List.last(ElixirScope.state_timeline(crashed))
  end

  test "a gen_event's handlers, as :sys.get_state shows them" do
    ElixirScope.setup()
    {:ok, pid} = :gen_event.start()
    {:ok, _} = ElixirScope.trace_genserver(pid)
    :ok = :gen_event.add_handler(pid, Sum, 0)
    :ok = :gen_event.add_handler(pid, {Sum, :second}, 10)
    :ok = :gen_event.sync_notify(pid, {:add, 1})
    :ok = :gen_event.notify(pid, {:add, 1})
    assert :gen_event.call(pid, Sum, :get) == 2
    held = [{Sum, false, 2}, {Sum, :second, 12}]
    assert Enum.sort(:sys.get_state(pid)) == held
    wait_until(fn -> states(pid) |> List.last() |> Enum.sort() == held end)
    assert [[{Sum, false, 0}] | _] = states(pid)
    assert Enum.any?(causes(pid), &match?({:notify, {:add, 1}}, &1))
    :ok = :gen_event.stop(pid)
    assert %{at_termination: true, state: [_, _]} = List.last(ElixirScope.state_timeline(pid))
  end

  test "an Agent, and a supervisor's children as they come" do
    ElixirScope.setup()
    {:ok, agent} = Agent.start(fn -> [] end)
    {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
    for pid <- [agent, supervisor], do: {:ok, _} = ElixirScope.trace_genserver(pid)
    Agent.update(agent, &[1 | &1])
    Agent.update(agent, &[2 | &1])
    assert states(agent) == [[1], [2, 1]]
    {:ok, child} = DynamicSupervisor.start_child(supervisor, {Agent, fn -> :child end})
    assert %{children: children} = List.last(states(supervisor))
    assert Map.keys(children) == [child]
    Agent.stop(agent)
    assert %{state: [2, 1], at_termination: true} = List.last(ElixirScope.state_timeline(agent))
  end

  test "code that changes" do
    ElixirScope.setup()
    pid = start_statem(Switch, 4)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    :ok = :sys.suspend(pid)
    :ok = :sys.change_code(pid, Switch, "1", :upgraded)
    :ok = :sys.resume(pid)
    wait_until(fn -> List.last(states(pid)) == {:off, {4, :upgraded}} end)
  end

  test "an unchanged state takes little room, however large it is" do
    ElixirScope.setup(max_events: 100_000)
    pid = start_probe(Map.new(1..200, &{&1, "value #{&1} of a state that does not change"}))
    {:ok, _} = ElixirScope.trace_genserver(pid)
    GenServer.call(pid, :get)
    {:ok, %{bytes: before}} = ElixirScope.status()
    ElixirScope.set_level(:states_only)

    # Not faster than a busy machine's sealer gets on.
    for _ <- 1..100 do
      for _ <- 1..50, do: send(pid, :nothing)
      GenServer.call(pid, :get)
      Process.sleep(5)
    end

    ElixirScope.set_level(:minimal)
    path = Path.join(System.tmp_dir!(), "elixir_scope_unchanged_#{System.unique_integer([:positive])}.scope")
    on_exit(fn -> File.rm(path) end)
    :ok = ElixirScope.export(path)
    assert length(ElixirScope.state_timeline(pid, limit: 10_000)) >= 5_000
    # 5,000 states of 9 KB each would be 45 MB.
    assert File.stat!(path).size < 500_000
    {:ok, %{bytes: bytes}} = ElixirScope.status()
    assert bytes - before < 2_000_000
  end
end
