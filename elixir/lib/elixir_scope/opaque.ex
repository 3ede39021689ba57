defmodule ElixirScope.Opaque do
  @moduledoc """
  Stands in a recorded term for what cannot be kept: a function, a bitstring, a pid of another node. Equal ones have equal `id`s.

      iex> %ElixirScope.Opaque{kind: :function, id: 1} == %ElixirScope.Opaque{kind: :function, id: 1}
      true
  """

  defstruct [:kind, :id]

  @type t :: %__MODULE__{kind: atom(), id: non_neg_integer() | nil}
end
