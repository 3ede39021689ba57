defmodule ElixirScope.SoakTest do
  # What the soak would find: each check, with something planted that it must see.
  use ElixirScope.RecordingCase

  alias ElixirScope.{Recorder, Tails}
  alias ElixirScope.Soak.{Abuse, Check, Recording, Round, Wakeup}

  defp planted(step), do: Round.new([%{name: :planted, step: step, workers: 1, exact?: true}])

  defp status do
    {:ok, status} = ElixirScope.status()
    status
  end

  setup do
    on_exit(fn -> {:ok, _} = Application.ensure_all_started(:elixir_scope) end)
    {:ok, _} = Application.ensure_all_started(:elixir_scope)
    :ok
  end

  test "there are twenty kinds, and each does a step without a recording" do
    kinds = Abuse.kinds()
    assert length(Enum.uniq_by(kinds, & &1.name)) == 20
    # These take their time, or end what other tests need.
    for kind <- kinds, kind.name not in [:mailbox, :deep, :binaries, :bitstrings, :foreign], do: assert(is_map(kind.step.(1)))
  end

  test "an event that is not accounted for" do
    :ok = Recording.begin()
    assert Check.accounted(status()) == []
    assert [text] = Check.accounted(update_in(status(), [:classes, :message, :emitted], &(&1 + 1)))
    assert text =~ "message"
  end

  test "events that were never emitted" do
    :ok = Recording.begin()
    before = status()
    outcome = Round.run(planted(fn n -> Tails.outside(n) && %{call: 2} end), 50, 1, true)
    assert outcome.n_steps > 1 and outcome.wrong == []
    assert Check.after_round(before, outcome, true) == []

    ElixirScope.untrace_module(Tails)
    before = status()
    outcome = Round.run(planted(fn n -> Tails.outside(n) && %{call: 2} end), 50, 1, true)
    assert [text] = Check.after_round(before, outcome, true)
    assert text =~ "call events must have been emitted"
  end

  test "a state that was not recorded" do
    :ok = Recording.begin()
    :ok = ElixirScope.set_level(:messages_only)
    outcome = Round.run(planted(fn _ -> Process.sleep(1) && %{} end), 10, 1, true)
    assert [text] = Check.after_round(nil, outcome, false)
    assert text =~ "was put, the answer is"
  end

  test "a recorder that is gone, and an abuse that fails" do
    outcome = Round.run(planted(fn _ -> exit(:planted) end), 10, 1, true)
    assert Enum.any?(outcome.wrong, &(&1 =~ "planted failed"))
    assert "the recorder is gone" in outcome.wrong
  end

  test "late wake-ups and too much memory" do
    control = Wakeup.summary(Enum.to_list(1..1_000), 0)
    assert %{n: 1_000, max_us: 1_000, p99_us: 990} = control
    assert Check.against(control, control, 0) == []
    assert [_max, _p99] = Check.against(control, %{control | max_us: 1_100_000, p99_us: 200_000}, 0)
    assert [_memory] = Check.against(control, %{control | peak_bytes: 2_000_000_000}, 1_000_000_000)
    assert [_hangs] = Check.against(control, nil, 0)
  end

  @tag :timed
  test "a wake-up is late when a process of higher priority works" do
    wakeup = Wakeup.start()
    # All are there before the first begins: a process that starts others is held up by those that work.
    from = System.monotonic_time(:millisecond) + 100

    for _ <- 1..(4 * :erlang.system_info(:schedulers_online)) do
      :erlang.spawn_opt(fn -> Process.sleep(max(from - System.monotonic_time(:millisecond), 0)) && work(from + 300) end,
        priority: :max
      )
    end

    Process.sleep(500)
    assert %{max_us: us, peak_bytes: bytes} = Wakeup.stop(wakeup)
    assert us > 50_000 and bytes > 1_000_000
  end

  defp work(until), do: if(System.monotonic_time(:millisecond) < until, do: work(until))

  test "what is left: a process, and a pattern" do
    before = Process.list()
    :ok = Recording.begin()
    pid = spawn(fn -> Process.sleep(:infinity) end)
    assert [text] = Check.left(before, 500)
    assert text =~ "new processes" and Process.whereis(Recorder) == nil
    Process.exit(pid, :kill)
    assert Check.left(before) == []

    unless Recorder.Tracing.sessions?() do
      :erlang.trace_pattern({Tails, :count, 1}, true, [:local])
      assert [text] = Check.left(before, 500)
      :erlang.trace_pattern({Tails, :count, 1}, false, [:local])
      assert text =~ "patterns"
    end
  end
end
