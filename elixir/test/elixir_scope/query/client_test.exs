defmodule ElixirScope.Query.ClientTest do
  use ElixirScope.RecordingCase
  import Bitwise
  import ExUnit.CaptureLog
  alias ElixirScope.{Opaque, Redacted, Truncated}
  alias ElixirScope.Query.Client

  describe "states" do
    test "every way to change a state is in the timeline, as the real term" do
      ElixirScope.setup()
      states = for n <- 0..9, do: %{n: n, pid: self(), ref: make_ref(), list: [1.5, "two", :three, {4, -5}], big: (1 <<< 70) + n}
      pid = start_probe(hd(states))
      {:ok, _} = ElixirScope.trace_genserver(pid)
      [_, by_call, by_cast, by_info, by_continue, by_throw, by_replace, by_hibernate, by_stop | _] = states

      :ok = GenServer.call(pid, {:put, by_call})
      :ok = GenServer.cast(pid, {:put, by_cast})
      send(pid, {:put, by_info})
      :ok = GenServer.call(pid, {:continue, by_continue})
      :thrown = GenServer.call(pid, {:throw, by_throw})
      ^by_replace = :sys.replace_state(pid, fn _ -> by_replace end)
      :ok = GenServer.call(pid, {:hibernate, by_hibernate})
      :ok = GenServer.call(pid, {:stop, by_stop})
      await_exit(pid)

      rows = ElixirScope.state_timeline(pid)
      # A continue and a hibernation go round the loop once more: the same state twice.
      assert Enum.dedup(Enum.map(rows, & &1.state)) ==
               [by_call, by_cast, by_info, by_continue, by_throw, by_replace, by_hibernate, by_stop]

      assert Enum.all?(rows, &(&1.complete and &1.module == Probe))
      assert List.last(rows).at_termination
      causes = for row <- rows, row.state in [by_call, by_cast, by_info], do: row.cause.term
      assert [{:"$gen_call", _, {:put, ^by_call}}, {:"$gen_cast", {:put, ^by_cast}}, {:put, ^by_info} | _] = causes
    end

    test "the state at a time is what the server held then" do
      ElixirScope.setup()
      pid = start_probe(nil)
      {:ok, _} = ElixirScope.trace_genserver(pid)

      held =
        for n <- 1..100 do
          GenServer.call(pid, {:put, {:state, n}})
          {ElixirScope.now(), {:state, n}}
        end

      for {time, state} <- Enum.shuffle(held), do: assert(ElixirScope.get_state_at(pid, time) == {:ok, state})
      assert ElixirScope.get_state_at(inspect(pid), DateTime.utc_now()) == {:ok, {:state, 100}}
      assert ElixirScope.get_state_at(pid, {:ago, 0, :second}) == {:ok, {:state, 100}}
      [row | _] = ElixirScope.state_timeline(pid)
      assert ElixirScope.get_state_at(pid, row.id) == {:ok, {:state, 1}}
    end

    test "why a state is not known" do
      ElixirScope.setup()
      pid = start_probe(1)
      GenServer.call(pid, {:put, 2})
      assert {:error, %{code: :not_traced}} = ElixirScope.get_state_at(pid, ElixirScope.now())
      assert {:error, %{code: :not_found}} = ElixirScope.get_state_at("<0.999999.0>", ElixirScope.now())
      assert {:error, %{code: :bad_argument}} = ElixirScope.get_state_at(pid, :yesterday)
    end

    test "a state that was cut comes as partial, with the places" do
      ElixirScope.setup(max_term_bytes: %{state: 200})
      pid = start_probe(1)
      {:ok, _} = ElixirScope.trace_genserver(pid)
      GenServer.call(pid, {:put, %{a: 1, blob: String.duplicate("x", 1_000), f: fn -> 1 end}})
      assert {:error, %{code: :incomplete_state} = error} = ElixirScope.get_state_at(pid, ElixirScope.now())
      assert %{a: 1} = value(error.partial)
      assert error.paths != []
    end

    defp value(%Truncated{value: value}), do: value
    defp value(whole), do: whole

    test "cut places are found anywhere in a term" do
      term = %{
        a: [1, %Opaque{type: :function, id: 1}],
        b: {%Redacted{}, 2},
        c: %Truncated{of: :binary},
        d: %{e: [1 | %Truncated{of: :term}]}
      }

      assert Enum.sort(Client.cut_paths(term)) == Enum.sort([[:a, 1], [:b, 0], [:c], [:d, :e, 1]])
      assert Client.cut_paths([1, {2, %{x: "y"}}]) == []
    end
  end

  describe "messages" do
    test "waiting is the truth for a slow server with 50 queued messages" do
      ElixirScope.setup()
      pid = start_probe(nil)
      {:ok, _} = ElixirScope.trace_genserver(pid)
      {:ok, _} = ElixirScope.trace_process(self(), modules: [])

      sent =
        for _ <- 1..50 do
          GenServer.cast(pid, {:work, 2, self()})
          System.monotonic_time(:nanosecond)
        end

      begun =
        for _ <- 1..50 do
          assert_receive {:begun, time}, 5_000
          time
        end

      rows = for %{message: {:"$gen_cast", _}} = row <- ElixirScope.message_flow(self(), pid), do: row
      assert length(rows) == 50

      for {row, truth} <- Enum.zip(rows, Enum.zip_with(begun, sent, &-/2)) do
        assert row.from == self() and row.to == pid
        assert row.delivered_at >= row.timestamp
        # The truth itself is taken a little later at both ends.
        assert_in_delta row.waiting_ns, truth, max(truth * 0.1, 500_000)
      end

      assert List.last(rows).waiting_ns > 49 * 2_000_000
    end

    test "a message to a dead process, and one that is not received" do
      ElixirScope.setup()
      dead = spawn(fn -> :ok end)
      await_exit(dead)
      {:ok, _} = ElixirScope.trace_process(self(), modules: [])
      send(dead, :anybody_there)
      assert [%{message: :anybody_there, matched: :to_dead, waiting_ns: nil}] = ElixirScope.message_flow(self(), dead)
    end
  end

  describe "calls" do
    test "arguments, results, exceptions and depth" do
      ElixirScope.setup()
      {:ok, _} = ElixirScope.trace_module(ElixirScope.Tails, in: self())
      3 = ElixirScope.Tails.count(3)
      catch_error(apply(ElixirScope.Tails, :half, [:not_a_list]))
      ElixirScope.Tails.fold([1], 0)

      assert [c3, c2, c1, c0, half, fold | _] = ElixirScope.execution_path(self())
      assert Enum.map([c3, c2, c1, c0], &{&1.args, &1.result, &1.depth}) == [{[3], 3, 0}, {[2], 2, 1}, {[1], 1, 2}, {[0], 0, 3}]
      assert c3.duration_ns >= c2.duration_ns and c3.own_ns <= c3.duration_ns
      assert %{outcome: :raised, result: {:error, _}} = half
      assert %{outcome: :call_only, args: [[1], 0], result: nil, duration_ns: nil} = fold
    end
  end

  describe "lists" do
    test "raise on a process the trace has never seen" do
      ElixirScope.setup()
      assert_raise ElixirScope.Error, ~r/999999/, fn -> ElixirScope.state_timeline("<0.999999.0>") end
      assert_raise ElixirScope.Error, ~r/is not a process/, fn -> ElixirScope.execution_path(5) end
      assert_raise ElixirScope.Error, ~r/unknown option :limits/, fn -> ElixirScope.execution_path(self(), limits: 5) end
    end

    test "warn when they were cut" do
      ElixirScope.setup()
      pid = start_probe(0)
      {:ok, _} = ElixirScope.trace_genserver(pid)
      for n <- 1..5, do: GenServer.call(pid, {:put, n})
      log = capture_log([level: :warning], fn -> assert length(ElixirScope.state_timeline(pid, limit: 2)) == 2 end)
      assert log =~ "state_timeline may be incomplete"
      assert log =~ "it was cut (limit:)"
    end

    test "go on from a cursor" do
      ElixirScope.setup()
      pid = start_probe(0)
      {:ok, _} = ElixirScope.trace_genserver(pid)
      for n <- 1..5, do: GenServer.call(pid, {:put, n})
      {:ok, %{next: next}} = ElixirScope.query(%{kind: :state_timeline, process: pid}, limit: 2)
      assert [3, 4, 5] = for(row <- ElixirScope.state_timeline(pid, after: next), do: row.state)
    end

    test "events by time, process, type, module and function" do
      ElixirScope.setup()
      {:ok, _} = ElixirScope.trace_module(ElixirScope.Tails, in: self())
      first = ElixirScope.now()
      ElixirScope.Tails.count(0)
      second = ElixirScope.now()
      ElixirScope.Tails.outside(0)
      all = &ElixirScope.get_events_between(first, &1, [type: :call, pid: self()] ++ &2)
      assert [%{kind: :call, function: :count, term: [0]}, %{kind: :return, term: 0}] = all.(second, [])
      assert [%{function: :outside} | _] = ElixirScope.get_events_between(second, ElixirScope.now(), function: :outside)
      assert length(all.(ElixirScope.now(), module: ElixirScope.Tails)) == length(all.(ElixirScope.now(), []))
      assert [%{kind: :return} | _] = all.(second, backward: true)
    end
  end

  describe "filters" do
    test "one expression joins process, kind, message and waiting" do
      ElixirScope.setup()
      pid = start_probe(nil)
      {:ok, _} = ElixirScope.trace_genserver(pid)
      {:ok, _} = ElixirScope.trace_process(self(), modules: [])
      for n <- 1..5, do: GenServer.cast(pid, {:work, 4 + n, self()})
      for _ <- 1..5, do: assert_receive({:begun, _time}, 5_000)

      slow = ElixirScope.events("kind:send to:#{inspect(pid)} message~{:work, _, _} waiting>4ms")
      truth = for row <- ElixirScope.message_flow(self(), pid), row.waiting_ns && row.waiting_ns > 4_000_000, do: row.id
      assert truth != [] and for(event <- slow, do: event.id) == truth
      assert length(ElixirScope.events("kind:handled process:#{inspect(pid)}", match: "{:work, 7, _}")) == 1
      assert [%{term: {:"$gen_cast", {:work, 9, _}}} | _] = ElixirScope.events("kind:handled", backward: true)
      [first | _] = slow
      assert Enum.all?(ElixirScope.events("kind:send", from: first, pid: self()), &(&1.timestamp >= first.timestamp))
    end

    test "what was cut may match, and says so" do
      ElixirScope.setup(max_term_bytes: %{state: 200})
      pid = start_probe(nil)
      {:ok, _} = ElixirScope.trace_genserver(pid)
      GenServer.call(pid, {:put, %{a: 1, blob: String.duplicate("x", 1_000)}})
      blob = String.duplicate("x", 1_000)
      assert [%{flags: [:possible], complete: false}] = ElixirScope.events(~s(state~%{blob: "#{blob}"}))
      assert [] = ElixirScope.events(~s(state~%{blob: "y" <> _}))
      assert [%{flags: []}] = ElixirScope.events(~s(state~%{blob: "x" <> _}))
    end

    test "a wrong filter is refused" do
      ElixirScope.setup()
      assert_raise ElixirScope.Error, ~r/expected a field.*\n.*nonsense\n\^/s, fn -> ElixirScope.events("nonsense") end
      assert_raise ElixirScope.Error, ~r/expected a field/, fn -> ElixirScope.events(:nonsense) end

      assert_raise ElixirScope.Error, ~r/no process was ever registered as :no_such/, fn ->
        ElixirScope.events("process::no_such")
      end
    end
  end

  describe "secrets" do
    test "under the default keys are in no answer and no export" do
      secrets = ["hunter2-state", "tok-argument", "Bearer-header", "key-keyword", "reason-secret"]
      [state, argument, header, keyword, reason] = secrets
      path = Path.join(System.tmp_dir!(), "elixir_scope_secrets_#{System.unique_integer([:positive])}.scope")
      on_exit(fn -> File.rm(path) end)

      [one, other, third | _] = secrets
      ElixirScope.setup(meta: %{:password => one, "db_password" => other, "api-key" => third, :build => 7}, redact: [:ssn])
      pid = start_probe(%{user: "ada", password: state})
      {:ok, _} = ElixirScope.trace_all_processes()
      {:ok, _} = ElixirScope.trace_module(ElixirScope.Tails, in: self())
      GenServer.call(pid, {:put, %{"user_token" => argument, user: "ada", password: state}})
      GenServer.cast(pid, {:put, %{headers: [{"Authorization", header}], password: state}})
      send(pid, {:put, [api_key: keyword, user: "ada"]})
      ElixirScope.Tails.fold([], %{secret: argument})
      # Not a server's: its crash report is a text that the program made of the reason, and texts have no keys.
      await_exit(spawn(fn -> exit(%{cookie: reason}) end))

      :ok = ElixirScope.export(path)
      {:ok, trace} = ElixirScope.import(path)

      for options <- [[], [trace: trace]] do
        events = ElixirScope.get_events_between({:ago, 1, :hour}, {:ago, 0, :second}, options)
        {:ok, raw} = ElixirScope.query(%{kind: :events, limit: 100_000}, options)
        {:ok, info} = ElixirScope.query(%{kind: :info}, options)
        seen = inspect([events, raw, info], limit: :infinity, printable_limit: :infinity)
        assert seen =~ "ada"
        assert seen =~ "Redacted"
        for secret <- secrets, do: refute(seen =~ secret, "#{secret} is in an answer")
      end

      bytes = File.read!(path)
      for secret <- secrets, do: assert(:binary.match(bytes, secret) == :nomatch, "#{secret} is in the export")
    end
  end
end
