defmodule ElixirScope.Tails do
  @moduledoc false
  # One function for every way of calling oneself.

  def fold([], sum), do: sum
  def fold([head | tail], sum), do: fold(tail, sum + head)

  def count(0), do: 0
  def count(n), do: 1 + count(n - 1)

  def even(0), do: true
  def even(n), do: odd(n - 1)

  def odd(0), do: false
  def odd(n), do: __MODULE__.even(n - 1)

  def half([]), do: 0
  def half([_ | tail]), do: 1 + whole(tail)

  def whole(list), do: half(list)

  def outside(n), do: fold([n], 0)

  def steps(0, sum), do: sum
  def steps(n, sum), do: steps(n - 1, sum + 1)

  def unseen(0, _next), do: 0
  def unseen(n, next), do: next.(n - 1, next)
end
