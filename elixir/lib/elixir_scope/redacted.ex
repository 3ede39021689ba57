defmodule ElixirScope.Redacted do
  @moduledoc """
  Stands in a recorded term for a value under a sensitive key. The value was never stored.

      iex> inspect(%{password: %ElixirScope.Redacted{}})
      "%{password: %ElixirScope.Redacted{}}"
  """

  defstruct []

  @type t :: %__MODULE__{}
end
