defmodule ElixirScope.Answer do
  @moduledoc """
  An answer of the door: `data` by request, what it rests on (`coverage`), and the cursor that goes on (`next`).

  The data is as every edge shows it: times in ns since the recorder's start, terms as `%{id, text, bytes, complete}`.
  The functions of `ElixirScope` turn it into real terms and clock times.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, answer} = ElixirScope.query(%{kind: :info})
      iex> answer.data.source
      "live"
      iex> answer.coverage.truncated
      false
      iex> ElixirScope.stop()
      :ok
  """

  @enforce_keys [:data, :coverage]
  defstruct [:data, :coverage, :next]

  @type t :: %__MODULE__{data: map() | [map()], coverage: map(), next: String.t() | nil}
end
