defmodule ElixirScope.Workload do
  @moduledoc false
  # Calls whose numbers and times are known: what is measured from outside is held against what a recording says.

  @doc "Works for each of a list of microseconds; gives the ns that the calls of `busy/1` took, measured around them."
  def run(list) do
    list |> Enum.map(&measured/1) |> Enum.sum()
  end

  def measured(us) do
    began = System.monotonic_time(:nanosecond)
    busy(us)
    System.monotonic_time(:nanosecond) - began
  end

  def busy(us), do: until(System.monotonic_time(:nanosecond) + us * 1_000)

  @doc "Works itself, and has `busy/1` work as long: `{ns of all, ns of the work itself}`."
  def halves(us) do
    began = System.monotonic_time(:nanosecond)
    until(System.monotonic_time(:nanosecond) + us * 1_000)
    itself = System.monotonic_time(:nanosecond) - began
    busy(us)
    {System.monotonic_time(:nanosecond) - began, itself}
  end

  @doc "Calls itself, not last."
  def fib(n) when n < 2, do: n
  def fib(n), do: fib(n - 1) + fib(n - 2)

  @doc "Calls itself last: its returns are not safe to trace."
  def count(0), do: 0
  def count(n), do: count(n - 1)

  @doc "One calls the other, last."
  def ping(n), do: pong(n)
  def pong(n), do: n

  def fails(n), do: raise(ArgumentError, "no #{n}")

  def caught(n) do
    fails(n)
  rescue
    ArgumentError -> :caught
  end

  # Not exported, so not traced: it is the work of its caller itself.
  defp until(time), do: if(System.monotonic_time(:nanosecond) < time, do: until(time))
end
