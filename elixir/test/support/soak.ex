defmodule ElixirScope.Soak do
  @moduledoc false
  # A node with a recorder, put through all kinds of abuse, one after the other and mixed, until the time is over. First comes a pass without a
  # recording, which tells what the abuse alone does to the node.

  alias ElixirScope.Soak.{Abuse, Check, Recording, Round, Table, Wakeup}

  @n_mixed 5
  @kinds_in_mixed 4
  # Of a pass, at most: longer ones would come to few kinds in a short time.
  @max_round_ms 5_000
  @min_round_ms 300

  @doc "Runs so many seconds and prints; `:ok`, or `:failed` at the first thing that is wrong. `only` is a list of kinds."
  @spec run(pos_integer(), non_neg_integer(), [atom()]) :: :ok | :failed
  def run(seconds, seed, only \\ []) do
    Logger.configure(level: :none)
    IO.puts("soak of #{seconds} s on OTP #{System.otp_release()}, seed #{seed}")
    rounds = rounds(seed, only)
    # Half of the time is for what steps take beyond their round, and for a second pass.
    ms = (seconds * 1_000) |> div(4 * length(rounds)) |> max(@min_round_ms) |> min(@max_round_ms)
    until = now_ms() + seconds * 1_000
    {:ok, _} = Application.ensure_all_started(:elixir_scope)
    :ok = Application.stop(:elixir_scope)

    IO.puts("without a recording")
    controls = for round <- rounds, do: Table.control(round, Round.run(round, ms, {seed, 0}, false))
    peak = controls |> Enum.map(& &1.wakeup.peak_bytes) |> Enum.max()

    before = Process.list()
    :ok = Recording.begin()
    IO.puts("with a recording of everything")
    passed = passes(rounds, controls, %{ms: ms, seed: seed, until: until, peak: peak, pass: 1}, [])
    {done, wrong} = if wrong?(passed), do: {elem(passed, 1), elem(passed, 2)}, else: {passed, []}
    left = for wrong <- Check.left(before), do: {"the end", wrong}
    IO.puts("\n" <> Table.text(controls, done, Wakeup.resident_bytes()))
    verdict(wrong ++ left, seed)
  end

  defp wrong?(passed), do: is_tuple(passed)

  # All kinds alone, then some together, as the seed says.
  defp rounds(seed, only) do
    :rand.seed(:exsss, {seed, seed, seed})
    kinds = for kind <- Abuse.kinds(), only == [] or kind.name in only, do: kind
    mixed = for _ <- 1..@n_mixed, only == [] or length(only) > 1, do: kinds |> Enum.take_random(@kinds_in_mixed) |> Round.new()
    for(kind <- kinds, do: Round.new([kind])) ++ mixed
  end

  # A pass that is begun goes to its end in the first, so that each round was there.
  defp passes(rounds, controls, setting, done) do
    rounds
    |> Enum.zip(controls)
    |> Enum.reduce_while(done, fn {round, control}, done ->
      {row, wrong} = round(round, control, setting)

      cond do
        wrong != [] -> {:halt, {:wrong, [row | done], Enum.map(wrong, &{round.name, &1})}}
        setting.pass > 1 and now_ms() > setting.until -> {:halt, [row | done]}
        true -> {:cont, [row | done]}
      end
    end)
    |> case do
      {:wrong, _done, _wrong} = wrong -> wrong
      done -> if(now_ms() > setting.until, do: done, else: passes(rounds, controls, %{setting | pass: setting.pass + 1}, done))
    end
  end

  defp round(round, control, setting) do
    # Whatever it is, what is printed last is what was going on.
    IO.write("  #{String.pad_trailing(round.name, 46)} ")
    {:ok, before} = ElixirScope.status()
    outcome = Round.run(round, setting.ms, {setting.seed, setting.pass}, true)
    unless Round.exact?(round), do: Recording.begin()

    wrong =
      outcome.wrong ++
        Check.after_round(before, outcome, Round.exact?(round)) ++ Check.against(control.wakeup, outcome.wakeup, setting.peak)

    IO.puts(Table.brief(outcome))
    {Table.row(round, outcome), wrong}
  end

  defp verdict([], _seed), do: IO.puts("nothing is wrong")

  defp verdict(wrong, seed) do
    for {name, what} <- wrong, do: IO.puts("FAILED, seed #{seed}, in #{name}: #{what}")
    :failed
  end

  defp now_ms, do: System.monotonic_time(:millisecond)
end
