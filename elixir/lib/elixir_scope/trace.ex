defmodule ElixirScope.Trace do
  @moduledoc """
  A trace that `ElixirScope.import/1` read, for the option `trace:` of other functions.

      iex> {:error, error} = ElixirScope.import("no/such/file.scope")
      iex> error.code
      :file
  """

  @enforce_keys [:path, :native]
  defstruct [:path, :native]

  @type t :: %__MODULE__{path: Path.t(), native: reference()}

  defimpl Inspect do
    def inspect(trace, _options), do: "#ElixirScope.Trace<#{trace.path}>"
  end
end
