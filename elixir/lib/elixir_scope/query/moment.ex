defmodule ElixirScope.Query.Moment do
  @moduledoc false
  # Converts times as users give them to times of the API (ns since the recording's time 0), and back.

  alias ElixirScope.Error
  alias ElixirScope.Query.Source

  @day 86_400_000_000_000
  @year 365 * @day
  @units [
    second: 1_000_000_000,
    minute: 60_000_000_000,
    hour: 3_600_000_000_000,
    millisecond: 1_000_000,
    microsecond: 1_000,
    nanosecond: 1
  ]
  @id ~r/^(control|process|message|call|state|span|runtime)-\d+-\d+$/
  # The API's own bound: a number that every binding can hold.
  @max 9_007_199_254_740_991

  @doc "A time of the API. A time before the recording becomes its time 0."
  @spec to_api(term(), Source.t()) :: {:ok, non_neg_integer()} | {:error, Error.t()}
  def to_api(%DateTime{} = time, source), do: {:ok, bound(DateTime.to_unix(time, :nanosecond) - source.wall)}
  def to_api(%{timestamp: timestamp}, source) when is_integer(timestamp), do: to_api(timestamp, source)
  def to_api(time, source) when is_integer(time), do: monotonic(time, source)

  def to_api({:ago, n, unit}, source) when is_integer(n) and n >= 0 do
    case @units[singular(unit)] do
      nil -> wrong({:ago, n, unit})
      ns -> with {:ok, now} <- latest(source), do: {:ok, bound(now - n * ns)}
    end
  end

  def to_api(id, source) when is_binary(id) do
    case Regex.run(@id, id) do
      [_, _class] -> of_event(id, source)
      nil -> wrong(id)
    end
  end

  def to_api(other, _source), do: wrong(other)

  @doc "A time of the API as `System.monotonic_time(:nanosecond)` of the recorded node."
  @spec timestamp(non_neg_integer() | nil, Source.t()) :: integer() | nil
  def timestamp(nil, _source), do: nil
  def timestamp(time, source), do: source.monotonic + time

  @doc "A time of the API on the wall clock."
  @spec at(non_neg_integer(), Source.t()) :: DateTime.t()
  def at(time, %{midnight: {midnight, midnight_ns}} = source) do
    ns = source.wall + time
    us = div(ns - midnight_ns, 1_000)

    # An answer has thousands of times, most of them of one day: its date is worked out once.
    if ns >= midnight_ns and ns < midnight_ns + @day do
      second = div(us, 1_000_000)

      %{
        midnight
        | hour: div(second, 3_600),
          minute: second |> div(60) |> rem(60),
          second: rem(second, 60),
          microsecond: {rem(us, 1_000_000), 6}
      }
    else
      DateTime.from_unix!(ns, :nanosecond)
    end
  end

  defp bound(time), do: time |> max(0) |> min(@max)

  defp singular(unit) when is_atom(unit), do: unit |> Atom.to_string() |> String.trim_trailing("s") |> unit_atom()
  defp singular(_other), do: nil

  defp unit_atom(text), do: Enum.find(Keyword.keys(@units), &(Atom.to_string(&1) == text))

  # The present of a recording that runs; the end of a file, or of a recording of injected events with an epoch of its own.
  defp latest(%{live?: true} = source) do
    now = System.monotonic_time(:nanosecond) - source.monotonic
    if now >= 0 and now < @max, do: {:ok, now}, else: last(source)
  end

  defp latest(source), do: last(source)

  defp last(source) do
    case Source.ask(source, %{kind: "info"}) do
      {:ok, answer} -> {:ok, answer.data.to || 0}
      {:error, error, _partial} -> {:error, error}
    end
  end

  defp monotonic(time, source) do
    with {:ok, latest} <- latest(source) do
      ticks = time - source.monotonic

      if ticks > -@day and ticks < latest + @day do
        {:ok, bound(ticks)}
      else
        Error.new(:bad_argument, "#{time} is no time of this trace: " <> looks_like(time, source))
      end
    end
  end

  defp looks_like(time, source) do
    candidates =
      for {unit, ns} <- [nanosecond: 1, microsecond: 1_000, millisecond: 1_000_000, second: 1_000_000_000],
          {clock, anchor, near} <- [{"system_time", source.wall, @year}, {"monotonic_time", source.monotonic, @day}],
          abs(time * ns - anchor) < near,
          do: "System.#{clock}(:#{unit})"

    case candidates do
      [clock | _] -> "it looks like #{clock}; give System.monotonic_time(:nanosecond), a DateTime or {:ago, n, unit}"
      [] -> "an integer is System.monotonic_time(:nanosecond) of the recorded node"
    end
  end

  defp of_event(id, source) do
    case Source.ask(source, %{kind: "events_around", at: id, n_before: 0, n_after: 0}) do
      {:ok, answer} -> {:ok, answer.data.event.time}
      {:error, error, _partial} -> {:error, error}
    end
  end

  @doc "Whether a text is an event's id."
  @spec id?(String.t()) :: boolean()
  def id?(text), do: Regex.match?(@id, text)

  defp wrong(value) do
    Error.new(
      :bad_argument,
      "#{inspect(value)} is not a time: give a DateTime, System.monotonic_time(:nanosecond), {:ago, 5, :minute}, an event or an event's id"
    )
  end
end
