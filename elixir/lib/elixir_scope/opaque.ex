defmodule ElixirScope.Opaque do
  @moduledoc """
  Stands in a recorded term for a value that cannot be kept: a function, a bitstring, a pid of another node. Equal values have equal `id`s.

      iex> %ElixirScope.Opaque{type: :function, id: 1} == %ElixirScope.Opaque{type: :function, id: 1}
      true
  """

  defstruct [:type, :id]

  @type t :: %__MODULE__{type: atom(), id: non_neg_integer() | nil}
end
