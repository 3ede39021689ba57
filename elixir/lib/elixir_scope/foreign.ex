defmodule ElixirScope.Foreign do
  @moduledoc """
  A pid, port, reference or unknown atom of an imported trace. It is never a live one of this node, which a pid of another node's dump
  could be mistaken for. One of `type: :pid` is accepted wherever a process of that trace is asked.

      iex> %ElixirScope.Foreign{type: :pid, text: "<0.123.0>"}.text
      "<0.123.0>"
  """

  @enforce_keys [:type, :text]
  defstruct [:type, :text]

  @type t :: %__MODULE__{type: :pid | :port | :reference | :atom, text: String.t()}
end
