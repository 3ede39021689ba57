defmodule ElixirScope.Foreign do
  @moduledoc """
  A pid, port, reference, native record or unknown atom of an imported trace, as text. A real pid could be mistaken for a live process of this node.
  A struct with `type: :pid` can be given wherever a process of that trace can.

      iex> %ElixirScope.Foreign{type: :pid, text: "<0.123.0>"}.text
      "<0.123.0>"
  """

  @enforce_keys [:type, :text]
  defstruct [:type, :text]

  @type t :: %__MODULE__{type: :pid | :port | :reference | :record | :atom, text: String.t()}
end
