defmodule ElixirScope.Soak.Table do
  @moduledoc false
  # What a soak measured, as text: for each round the steps, how late wake-ups were beside the same without a recording, and memory.

  @type row :: %{name: String.t(), n_steps: non_neg_integer(), wakeup: map() | nil, asked_us: non_neg_integer()}

  @doc "A round without a recording; printed as it is done."
  @spec control(map(), map()) :: row()
  def control(round, %{wrong: []} = outcome) do
    IO.puts("  #{String.pad_trailing(round.name, 46)} #{brief(outcome)}")
    row(round, outcome)
  end

  # What fails without a recorder is a bug of the soak.
  def control(round, outcome), do: raise("#{round.name}, without a recording: #{Enum.join(outcome.wrong, "; ")}")

  @doc "A round as a row."
  @spec row(map(), map()) :: row()
  def row(round, outcome), do: %{name: round.name, n_steps: outcome.n_steps, wakeup: outcome.wakeup, asked_us: outcome.asked_us}

  @doc "A round on one line."
  @spec brief(map()) :: String.t()
  def brief(%{wakeup: nil}), do: "no wake-ups"

  def brief(%{wakeup: wakeup} = outcome) do
    "#{outcome.n_steps} steps, late by #{ms(wakeup.p99_us)} ms (99%), #{ms(wakeup.max_us)} at most, " <>
      "#{mib(wakeup.peak_bytes)} MiB" <> if(outcome.asked_us > 0, do: ", status #{ms(outcome.asked_us)} ms", else: "")
  end

  @doc "All rounds, those of one name together."
  @spec text([row()], [row()], non_neg_integer()) :: String.t()
  def text(controls, done, resident_bytes) do
    head =
      "#{String.pad_trailing("round", 46)}   n   steps   p99 ms: without, with, ratio   max ms: without, with   peak MiB   status ms"

    rows =
      for control <- controls,
          of = for(%{wakeup: %{}} = row <- done, row.name == control.name, do: row),
          of != [],
          do: line(control, of)

    Enum.join([head] ++ rows ++ ["#{mib(resident_bytes)} MiB at the end"], "\n")
  end

  defp line(%{wakeup: without} = control, rows) do
    most = fn key -> rows |> Enum.map(& &1.wakeup[key]) |> Enum.max() end
    # Of several rounds the one in the middle: the slowest is in the column of the latest.
    p99 = rows |> Enum.map(& &1.wakeup.p99_us) |> Enum.sort() |> Enum.at(div(length(rows), 2))

    [
      String.pad_trailing(control.name, 46),
      right(length(rows), 3),
      right(Enum.sum(Enum.map(rows, & &1.n_steps)), 7),
      right(ms(without.p99_us), 16),
      right(ms(p99), 6),
      right(Float.round(p99 / max(without.p99_us, 1), 1), 6),
      right(ms(without.max_us), 16),
      right(ms(most.(:max_us)), 7),
      right(mib(most.(:peak_bytes)), 10),
      right(rows |> Enum.map(& &1.asked_us) |> Enum.max() |> ms(), 11)
    ]
    |> Enum.join(" ")
  end

  defp right(value, width), do: value |> to_string() |> String.pad_leading(width)
  defp ms(us), do: Float.round(us / 1_000, 1)
  defp mib(bytes), do: div(bytes, 1024 * 1024)
end
