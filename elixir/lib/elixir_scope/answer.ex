defmodule ElixirScope.Answer do
  @moduledoc """
  A plain answer of the API: `data` depends on the request, `coverage` says how complete the answer is, and `next` is the cursor of the next page.
  `warnings` says in words what may be missing: `%{topic, text}`, with the topic "lost", "not_traced", "evicted" or "cut".

  The data is the same in every language: times in ns since the start of the recording, terms as `%{id, text, bytes, complete}`.
  The other functions of `ElixirScope` return real terms and clock times instead.

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
  defstruct [:data, :coverage, :next, warnings: []]

  @type t :: %__MODULE__{data: map() | [map()], coverage: map(), next: String.t() | nil, warnings: [map()]}
end
