defmodule ElixirScope.Truncated do
  @moduledoc """
  Stands in a recorded term for a part that was cut. `of` is what was cut: a binary, a tuple, a map, a native record (of which `value` is a map of fields), a list or a whole term. `kept` of its `total` bytes or
  elements were recorded, and `value` is that part.

      iex> %ElixirScope.Truncated{of: :binary, kept: 3, total: 5_000, value: "abc"}.total
      5000
  """

  defstruct [:of, :kept, :total, :value]

  @type t :: %__MODULE__{
          of: :binary | :tuple | :map | :record | :list | :term,
          kept: non_neg_integer(),
          total: non_neg_integer() | nil,
          value: term()
        }
end
