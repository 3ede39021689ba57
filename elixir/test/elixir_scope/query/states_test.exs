defmodule ElixirScope.Query.StatesTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Error

  # Each answer of the server says what it holds, so that the test knows without asking the recorder.
  test "get_state_at at 1,000 random moments is what the server held" do
    :ok = ElixirScope.setup(max_events: 100_000)
    probe = start_probe(%{n: 0})
    {:ok, _} = ElixirScope.trace_genserver(probe)
    :rand.seed(:exsss, {4, 5, 6})

    # From `from` to `to` the server surely held the state: it had answered with it, and was not yet asked for the next.
    held =
      for n <- 1..600 do
        state = %{n: n, items: Enum.to_list(1..:rand.uniform(5)), note: {:at, self(), "#{n}"}}
        :ok = GenServer.call(probe, {:put, state})
        ^state = GenServer.call(probe, :get)
        from = ElixirScope.now()
        if rem(n, 10) == 0, do: Process.sleep(1)
        {from, ElixirScope.now(), state}
      end

    held = List.to_tuple(held)

    wrong =
      for _ <- 1..1_000,
          {from, to, state} = elem(held, :rand.uniform(tuple_size(held)) - 1),
          time = from + :rand.uniform(to - from + 1) - 1,
          found = ElixirScope.get_state_at(probe, time),
          found != {:ok, state},
          do: {time, state, found}

    assert wrong == []
  end

  test "a server that changes in known ways" do
    :ok = ElixirScope.setup()
    probe = start_probe(nil)
    {:ok, _} = ElixirScope.trace_genserver(probe)
    cart = %{items: [%{sku: "desk", quantity: 1}], total: 5, opts: [a: 1, b: 2], password: "hunter2"}
    bigger = %{cart | items: [%{sku: "lamp", quantity: 1}, %{sku: "desk", quantity: 2}], total: 12}
    for state <- [cart, %{cart | opts: [b: 2, a: 1]}, bigger], do: :ok = GenServer.call(probe, {:put, state})

    assert [%{before: 5, after: 12, cause: %{kind: :handled}, diff: %{verdict: :different}}] =
             ElixirScope.state_changes(probe, "total")

    assert [%{before: "desk", after: "lamp"}] = ElixirScope.state_changes(probe, ".items[0].sku")
    assert [] = ElixirScope.state_changes(probe, ".items[0].quantity")

    assert [first, second, third] = ElixirScope.state_timeline(probe)
    moved = ElixirScope.compare_states(first, second)
    assert [%{path: ".opts.a", value: 1}] = moved.moved
    # The password is not in the trace: whether it changed is unknown.
    assert [%{path: ".password"}] = moved.unknown
    assert moved.verdict == :different

    grown = ElixirScope.compare_states(second.timestamp, third.timestamp, process: probe)
    assert grown == ElixirScope.compare_states(second.id, third.id)
    assert %{path: ".total", before: 5, after: 12} in grown.changed

    found = ElixirScope.analyze_state_change(probe, {:like, "%{total: 5, ...}"}, {:like, "%{total: 12, ...}"})
    assert [%{certain: true, n_between: 0}] = found.matches
    assert {:"$gen_call", _, {:put, %{total: 12}}} = found.trigger.term

    # A term that is put as it is matches where the trace has no password.
    assert [%{certain: false}] = ElixirScope.analyze_state_change(probe, cart, bigger).matches
    assert %{diff: nil, trigger: nil, matches: []} = ElixirScope.analyze_state_change(probe, cart, %{other: 1})
  end

  test "two terms are compared by the same engine" do
    for {a, b, verdict} <- [
          {1, 1, :equal},
          {1, 1.0, :different},
          {self(), self(), :equal},
          {make_ref(), make_ref(), :different},
          {%{a: [1, 2]}, %{a: [1, 2]}, :equal},
          {URI.parse("http://a/b"), URI.parse("http://a/c"), :different},
          # A fun cannot be read: it is not known to be the same.
          {&self/0, &self/0, :unknown},
          {[password: 1], [password: 2], :different}
        ] do
      assert ElixirScope.compare_states(a, b).verdict == verdict, inspect({a, b})
    end

    assert %{changed: [%{path: ".path", before: "/b", after: "/c"}]} =
             ElixirScope.compare_states(URI.parse("http://a/b"), URI.parse("http://a/c"))

    assert_raise Error, ~r/compare two states/, fn -> ElixirScope.compare_states("state-0-1", %{}) end
  end

  test "what cannot be asked is refused" do
    :ok = ElixirScope.setup()
    probe = start_probe(1)
    {:ok, _} = ElixirScope.trace_genserver(probe)
    :ok = GenServer.call(probe, {:put, 2})
    assert_raise Error, ~r/path/, fn -> ElixirScope.state_changes(probe, "a..b") end

    assert_raise Error, ~r/cannot be written in a pattern/, fn ->
      ElixirScope.analyze_state_change(probe, {:like, self()}, {:like, 2})
    end

    assert_raise Error, ~r/no event/, fn -> ElixirScope.next_event("state-9-9") end
    assert_raise Error, ~r/unknown option/, fn -> ElixirScope.events_around(ElixirScope.now(), nonsense: 1) end
  end
end
