defmodule ElixirScope.Soak.Abuse.Calls do
  @moduledoc false
  # Calls of traced functions: many, and such as never return until all do.

  alias ElixirScope.Soak.Traced
  alias ElixirScope.Tails

  @doc "Calls without a pause, with arguments of every size."
  def calls(n) do
    big = Enum.to_list(1..1_000)
    for at <- 1..1_000, do: Traced.same(n, at, if(rem(at, 10) == 0, do: big, else: {:small, at}))
    try_call(fn -> Traced.fails(n) end)
    %{call: 1_000}
  end

  @doc "Loops through last calls of each kind, and one that is not last: what traced returns would pile up on."
  def tail_calls(n) do
    depth = 100_000

    case rem(n, 6) do
      0 -> Tails.unseen(depth, &Tails.unseen/2)
      1 -> Tails.applied(depth, Tails)
      2 -> Tails.there(depth)
      3 -> Tails.even(depth)
      4 -> Tails.count(depth)
      5 -> Tails.steps(depth, 0)
    end

    # What a paused process calls is not recorded.
    %{}
  end

  defp try_call(fun) do
    fun.()
  rescue
    ArgumentError -> :failed
  end
end
