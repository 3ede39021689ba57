defmodule ElixirScope.Foreign do
  @moduledoc """
  A pid, port, reference or unknown atom of an imported trace. It is never a live one of this node, which a pid of another node's dump
  could be mistaken for. One of `kind: :pid` is accepted wherever a process of that trace is asked.

      iex> %ElixirScope.Foreign{kind: :pid, text: "<0.123.0>"}.text
      "<0.123.0>"
  """

  @enforce_keys [:kind, :text]
  defstruct [:kind, :text]

  @type t :: %__MODULE__{kind: :pid | :port | :reference | :atom, text: String.t()}
end
