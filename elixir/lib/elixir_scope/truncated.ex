defmodule ElixirScope.Truncated do
  @moduledoc """
  Stands in a recorded term where it was cut: `kept` of `total` bytes or elements of a binary, tuple, map, list or whole term (`of`).
  `value` is what was kept.

      iex> %ElixirScope.Truncated{of: :binary, kept: 3, total: 5_000, value: "abc"}.total
      5000
  """

  defstruct [:of, :kept, :total, :value]

  @type t :: %__MODULE__{
          of: :binary | :tuple | :map | :list | :term,
          kept: non_neg_integer(),
          total: non_neg_integer() | nil,
          value: term()
        }
end
