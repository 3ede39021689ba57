defmodule ElixirScope.Query.CausesTest do
  use ElixirScope.RecordingCase

  defmodule Relay do
    # Passes on what it gets: by cast, by call, or not at all, where it fails on what is not a number.
    use GenServer
    def init(next), do: {:ok, %{next: next, sum: 0}}
    def handle_info(:refresh, state), do: pass(nil, state)
    def handle_cast({:price, price}, state), do: pass(price, state)

    def handle_call({:price, price}, _from, %{next: nil} = state) do
      {:reply, price * 2, %{state | sum: state.sum + price}}
    end

    def handle_call({:price, price}, _from, state) do
      doubled = GenServer.call(state.next, {:price, price})
      {:reply, doubled, %{state | sum: state.sum + doubled}}
    end

    defp pass(price, %{next: nil} = state), do: {:noreply, %{state | sum: state.sum + price}}

    defp pass(price, state) do
      GenServer.cast(state.next, {:price, price})
      {:noreply, state}
    end
  end

  defp relay(next) do
    {:ok, pid} = GenServer.start(Relay, next)
    on_exit(fn -> Process.exit(pid, :kill) end)
    pid
  end

  defp followed(chain), do: for(%{event: event} <- chain, do: {event.process, event.kind})

  test "a crash three hops away leads back to the timer it came from" do
    # To report it to the log takes the crashing process steps of its own, from Elixir 1.20 on messages among them.
    level = Logger.level()
    Logger.configure(level: :none)
    on_exit(fn -> Logger.configure(level: level) end)
    ElixirScope.setup(trace_all: true)
    cart = relay(nil)
    prices = relay(cart)
    loader = relay(prices)
    Process.send_after(loader, :refresh, 5)
    await_exit(cart)

    assert [%{crashes: [crash]}] = ElixirScope.crashes(process: cart)
    chain = ElixirScope.why(crash)

    assert followed(chain) == [
             {cart, :exit},
             {cart, :handled},
             {cart, :delivered},
             {prices, :send},
             {prices, :handled},
             {prices, :delivered},
             {loader, :send},
             {loader, :handled},
             {loader, :delivered}
           ]

    assert List.last(chain).stop == %{reason: :entry_point, what: :external}
    assert List.last(chain).event.term == :refresh
    edges = Enum.flat_map(chain, & &1.causes)
    assert Enum.map(edges, & &1.kind) |> Enum.frequencies() == %{same_process_order: 3, unique_match: 5}
    assert for(%{kind: :unique_match} = edge <- edges, do: edge.certainty) |> Enum.uniq() == [:certain]

    # The same chain from its other end.
    timer = List.last(chain).event
    ahead = ElixirScope.impact(timer)
    assert Enum.map(ahead, & &1.event.id) -- Enum.map(chain, & &1.event.id) != []
    assert Enum.map(chain, & &1.event.id) -- Enum.map(ahead, & &1.event.id) == []
    assert [%{reason: :depth}] = for(%{stop: stop} <- ElixirScope.why(crash, depth: 2), stop, do: stop)
  end

  test "a state that came of a reply has the call that was answered behind it" do
    ElixirScope.setup(trace_all: true)
    bank = relay(nil)
    till = relay(bank)
    shop = relay(till)
    assert GenServer.call(shop, {:price, 21}) == 42

    [_, state] = ElixirScope.state_timeline(shop)
    assert state.state.sum == 42
    [_ | _] = chain = ElixirScope.why(state)
    at = fn process, kind -> Enum.find(chain, &(&1.event.process == process and &1.event.kind == kind)) end
    # It handled the request, and had the till's answer, which had the bank's.
    assert [%{kind: :same_process_order}, %{kind: :same_process_order}] = hd(chain).causes
    assert Enum.any?(at.(bank, :send).causes, &(&1.kind == :reply_ref and &1.certainty == :certain))
    assert Enum.all?([bank, till, shop], &at.(&1, :handled))
    kinds = for step <- chain, edge <- step.causes, uniq: true, do: edge.kind
    assert [:caller_ref, :reply_ref, :same_process_order] -- kinds == []

    request = Enum.find(chain, &(&1.event.process == self() and &1.event.kind == :send)).event
    kinds = for step <- ElixirScope.impact(request), do: {step.event.process, step.event.kind}
    assert {bank, :state} in kinds and {shop, :send} in kinds and {self(), :delivered} in kinds

    found = ElixirScope.analyze_state_change(shop, {:like, "%{sum: 0, ...}"}, {:like, "%{sum: 42, ...}"}, causes: 3)
    assert Enum.map(found.causes, & &1.event.id) == chain |> Enum.take(3) |> Enum.map(& &1.event.id)
  end

  test "where events were not recorded the chain says so" do
    ElixirScope.setup()
    till = relay(nil)
    {:ok, _} = ElixirScope.trace_genserver(till)
    GenServer.cast(till, {:price, 1})
    :sys.get_state(till)
    [_, state | _] = ElixirScope.state_timeline(till)
    chain = ElixirScope.why(state)
    assert Enum.map(chain, & &1.event.kind) == [:state, :handled, :delivered]
    assert List.last(chain).stop == %{reason: :not_traced, what: :message}
  end

  test "a task comes of what its caller was at" do
    ElixirScope.setup(trace_all: true)
    {:ok, supervisor} = Task.Supervisor.start_link()
    tasks = [Task.async(fn -> :done end), Task.Supervisor.async(supervisor, fn -> :done end)]
    asked = ElixirScope.events("kind:delivered", pid: self())
    assert Enum.map(tasks, &Task.await/1) == [:done, :done]

    for %{pid: pid} <- tasks do
      [spawn] = ElixirScope.events("kind:spawn", pid: pid)
      %{causes: causes} = hd(ElixirScope.why(spawn))
      assert %{id: id} = Enum.find(causes, &(&1.kind == :callers))
      assert id in Enum.map(asked, & &1.id)
      assert Enum.any?(ElixirScope.impact(id, depth: 1), &(&1.event.id == spawn.id))
      # The task itself waits for a message of its caller.
      [reply | _] = ElixirScope.events("kind:send", pid: pid)
      assert Enum.any?(ElixirScope.why(reply), &(&1.event.process == self() and &1.event.kind == :send))
    end

    # Beside the caller's, there is what its supervisor was at.
    %{causes: causes} = hd(ElixirScope.why(hd(ElixirScope.events("kind:spawn", pid: List.last(tasks).pid))))
    assert Enum.any?(causes, &(&1.kind == :same_process_order))
  end

  @tag :capture_log
  test "a restart comes of the exit it makes up for" do
    ElixirScope.setup(trace_all: true)
    {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_one)
    [{_, agent, _, _}] = Supervisor.which_children(supervisor)
    Process.exit(agent, :kill)
    await_exit(agent)
    wait_until(fn -> match?([{_, pid, _, _}] when is_pid(pid), Supervisor.which_children(supervisor)) end)
    [{_, again, _, _}] = Supervisor.which_children(supervisor)

    [exit] = ElixirScope.events("kind:exit", pid: agent)
    assert %{reason: :entry_point, what: :signal} = hd(ElixirScope.why(exit)).stop
    [spawn] = ElixirScope.events("kind:spawn", pid: again)
    kinds = for edge <- hd(ElixirScope.why(spawn)).causes, do: {edge.kind, edge.id}
    assert {:restart, exit.id} in kinds

    ahead = ElixirScope.impact(exit)
    assert Enum.any?(ahead, &(&1.event.id == spawn.id))
    # The supervisor got the exit over its link.
    assert Enum.any?(ahead, &match?(%{event: %{process: ^supervisor, kind: :delivered}, causes: [%{kind: :link_exit}]}, &1))
  end

  test "what names no event is refused" do
    ElixirScope.setup()
    assert_raise ElixirScope.Error, ~r/an event, a row that has an id, or an id is needed/, fn -> ElixirScope.why(7) end
    assert_raise ElixirScope.Error, ~r/is not the id of an event/, fn -> ElixirScope.impact("yesterday") end
    assert_raise ElixirScope.Error, ~r/depth: 201 is not between 0 and 200/, fn -> ElixirScope.why("control-0-0", depth: 201) end
    assert_raise ElixirScope.Error, ~r/unknown option :after/, fn -> ElixirScope.why("control-0-0", after: "x") end
  end
end
