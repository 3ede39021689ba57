defmodule ElixirScope.Answer.Value do
  @moduledoc false
  # Atoms and processes of an answer, which are texts in the API, as Elixir's own.
  #
  # Invariant: reading an answer creates no atom; one this node does not know stays text.

  alias ElixirScope.Foreign
  alias ElixirScope.Query.Source

  @doc "A process of the API: a live pid if it is of this node's own recording."
  @spec process(map() | nil, Source.t()) :: pid() | Foreign.t() | nil
  def process(nil, _source), do: nil

  # Two processes that had one pid are the same pid here; their texts in the API differ.
  def process(%{pid: text}, %{live?: true}) do
    text = if :binary.last(text) == ?>, do: text, else: text |> String.split("~") |> hd()
    text |> :erlang.binary_to_list() |> :erlang.list_to_pid()
  end

  def process(%{pid: text}, _imported), do: %Foreign{type: :pid, text: text}

  @doc "An atom written as Elixir writes it: `Shop.Cart`, `:cart`, `cart`. The text, when this node has no such atom."
  @spec atom(String.t() | nil) :: atom() | String.t() | nil
  def atom(nil), do: nil
  def atom(":" <> name), do: existing(name, ":" <> name)
  def atom(<<first, _::binary>> = name) when first in ?A..?Z, do: existing("Elixir." <> name, name)
  def atom(name), do: existing(name, name)

  @doc "An atom by its own text, or another text when this node has no such atom."
  @spec existing(String.t(), String.t()) :: atom() | String.t()
  def existing(name, text) do
    String.to_existing_atom(name)
  rescue
    ArgumentError -> text
  end
end
