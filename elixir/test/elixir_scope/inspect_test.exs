defmodule ElixirScope.InspectTest do
  # The text of a term is what `inspect` of the recording's own Elixir prints: thousands of terms against the real one of this release.
  use ExUnit.Case, async: true
  alias ElixirScope.{AnyTerm, Native}

  @moduletag timeout: 300_000

  # A text is cut here.
  @max_bytes 8192
  # A source of terms keeps that many for sure.
  @batch 100

  # The terms of this node as a trace, each with its id and its text.
  defp held(terms) do
    trace = Native.hold("nonode@nohost", System.version(), :erlang.system_info(:creation), terms)
    {:ok, %{data: events}, _warnings} = Native.query_texts(trace, %{kind: "events", limit: @batch})
    {trace, for(event <- events, do: {event.term.id, event.term.text})}
  end

  defp differing(terms, options) do
    for batch <- Enum.chunk_every(terms, @batch), {trace, shown} = held(batch) do
      assert length(shown) == length(batch)

      for {term, {id, text}} <- Enum.zip(batch, shown),
          do: compare(inspect(term, options), ours(trace, id, text, options[:limit]))
    end
    |> List.flatten()
  end

  defp ours(_trace, _id, text, nil), do: text

  defp ours(trace, id, _text, limit) do
    {:ok, %{data: %{text: text}}, _warnings} = Native.query_texts(trace, %{kind: "term", id: id, limit: limit})
    text
  end

  defp compare(same, same), do: []

  defp compare(real, ours) do
    cut? = byte_size(real) > @max_bytes and String.starts_with?(real, String.replace_suffix(ours, "...", ""))
    if cut?, do: [], else: [{real, ours}]
  end

  # From where they differ.
  defp report(differing) do
    shown = differing |> Enum.sort_by(fn {real, _ours} -> byte_size(real) end) |> Enum.take(15)

    lines =
      for {real, ours} <- shown do
        at = max(:binary.longest_common_prefix([real, ours]) - 30, 0)
        "  real #{at}: #{clip(real, at)}\n  ours #{at}: #{clip(ours, at)}"
      end

    "#{length(differing)} differ on Elixir #{System.version()}:\n" <> Enum.join(lines, "\n")
  end

  defp clip(text, at), do: text |> binary_part(at, min(120, byte_size(text) - at)) |> inspect(limit: :infinity)

  for {limit, n_terms} <- [{50, 800}, {3, 500}, {10, 500}, {200, 300}, {nil, 1000}] do
    test "#{n_terms} terms with #{if limit, do: "a limit of #{limit}", else: "the limit of this Elixir"}" do
      options = if unquote(limit), do: [limit: unquote(limit)], else: []

      terms =
        [Enum.to_list(1..300), List.duplicate(List.duplicate([1, 2, 3], 10), 30)] ++
          AnyTerm.some(unquote(n_terms), unquote(limit || 9))

      differing = differing(terms, options)
      assert differing == [], report(differing)
    end
  end
end
