defmodule ElixirScope.Query.MomentTest do
  use ExUnit.Case, async: true
  alias ElixirScope.Event
  alias ElixirScope.Query.{Moment, Source}

  setup do
    wall = System.system_time(:nanosecond)
    monotonic = System.monotonic_time(:nanosecond)
    %{source: %Source{native: make_ref(), live?: true, monotonic: monotonic, wall: wall, midnight: Source.midnight(wall)}}
  end

  test "there and back", %{source: source} do
    for time <- [0, 1, 1_000_000, 59_999_999_999] do
      assert Moment.to_api(Moment.timestamp(time, source), source) == {:ok, time}
      # A DateTime holds microseconds at best when it is written as text, nanoseconds are cut.
      assert {:ok, near} = Moment.to_api(Moment.at(time, source), source)
      assert abs(near - time) < 1_000
    end

    assert Moment.timestamp(nil, source) == nil
  end

  test "a time on the wall clock is that of Elixir's own clock, over midnights too", %{source: source} do
    day = 86_400_000_000_000

    for time <- [0, 1, 999, 1_000, day - 1, day, div(day, 2), 3 * day] ++ Enum.map(1..500, fn _ -> :rand.uniform(2 * day) end) do
      assert Moment.at(time, source) == DateTime.from_unix!(source.wall + time, :nanosecond)
    end

    for wall <- [0, -1, -day, day - 1], time <- [0, 1, 1_000_000_007, day] do
      source = %{source | wall: wall, midnight: Source.midnight(wall)}
      assert Moment.at(time, source) == DateTime.from_unix!(wall + time, :nanosecond)
    end
  end

  test "an event, and anything with a timestamp, is a time", %{source: source} do
    event = %Event{id: "call-0-0", class: :call, kind: :call, timestamp: source.monotonic + 7}
    assert Moment.to_api(event, source) == {:ok, 7}
    assert Moment.to_api(%{timestamp: source.monotonic + 8}, source) == {:ok, 8}
  end

  test "ago counts back from now, and stops at time 0", %{source: source} do
    past = %{source | monotonic: source.monotonic - 3_600_000_000_000}
    assert {:ok, time} = Moment.to_api({:ago, 5, :minute}, past)
    assert_in_delta time, 3_300_000_000_000, 5_000_000_000
    assert {:ok, time} = Moment.to_api({:ago, 30, :seconds}, past)
    assert_in_delta time, 3_570_000_000_000, 5_000_000_000
    assert Moment.to_api({:ago, 5, :hours}, past) == {:ok, 0}
  end

  test "a number of another clock is refused by its name", %{source: source} do
    for {clock, unit, value} <- [
          {"system_time", :nanosecond, System.system_time(:nanosecond)},
          {"system_time", :microsecond, System.system_time(:microsecond)},
          {"system_time", :millisecond, System.system_time(:millisecond)},
          {"system_time", :second, System.system_time(:second)},
          {"monotonic_time", :microsecond, System.monotonic_time(:microsecond)},
          {"monotonic_time", :millisecond, System.monotonic_time(:millisecond)}
        ] do
      assert {:error, %{code: :bad_argument, message: message}} = Moment.to_api(value, source)
      assert message =~ "looks like System.#{clock}(:#{unit})"
    end
  end

  test "what is no time is refused", %{source: source} do
    for value <- ["yesterday", :now, {:ago, 5, :fortnight}, {:ago, -1, :second}, nil, 1.5] do
      assert {:error, %{code: :bad_argument, message: message}} = Moment.to_api(value, source)
      assert message =~ "is not a time"
    end
  end
end
