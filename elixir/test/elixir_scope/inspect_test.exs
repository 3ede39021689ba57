defmodule ElixirScope.InspectTest do
  # The text of a term is what `inspect` of the recording's own Elixir prints: thousands of terms against the real one of this release.
  use ExUnit.Case, async: true
  alias ElixirScope.{AnyTerm, Native}

  # A text is cut here.
  @max_bytes 8192
  @n_terms 4000

  defp held(terms), do: Native.hold("nonode@nohost", System.version(), :erlang.system_info(:creation), terms)

  defp text(trace, n, limit) do
    request = %{kind: "term", id: "control-0-#{n}"}
    {:ok, answer} = Native.query(trace, if(limit, do: Map.put(request, :limit, limit), else: request))
    answer.data.text
  end

  defp differing(terms, limit, options) do
    trace = held(terms)

    for {term, n} <- Enum.with_index(terms),
        real = inspect(term, options),
        ours = text(trace, n, limit),
        ours != real and not (byte_size(real) > @max_bytes and String.starts_with?(real, String.trim_trailing(ours, "..."))),
        do: {real, ours}
  end

  defp report(differing) do
    shown = differing |> Enum.sort_by(fn {real, _ours} -> byte_size(real) end) |> Enum.take(15)

    "#{length(differing)} differ on Elixir #{System.version()}:\n" <>
      Enum.map_join(shown, "\n", fn {real, ours} -> "  real #{real}\n  ours #{ours}" end)
  end

  for {limit, n_terms} <- [{50, @n_terms}, {3, 1000}, {10, 1000}, {200, 1000}] do
    test "#{n_terms} terms with a limit of #{limit}" do
      terms = AnyTerm.some(unquote(n_terms), unquote(limit))
      differing = differing(terms, unquote(limit), limit: unquote(limit))
      assert differing == [], report(differing)
    end
  end

  test "without a limit of its own, that of this Elixir" do
    terms =
      [Enum.to_list(1..300), Map.new(1..300, &{&1, &1}), List.duplicate(List.duplicate([1, 2, 3], 10), 30)] ++
        AnyTerm.some(500, 9)

    trace = held(terms)
    {:ok, answer} = Native.query(trace, %{kind: "events", limit: 1000})
    texts = for event <- answer.data, do: event.term.text
    assert length(texts) == length(terms)

    differing =
      for {term, ours} <- Enum.zip(terms, texts),
          real = inspect(term),
          real != ours,
          byte_size(real) <= @max_bytes,
          do: {real, ours}

    assert differing == [], report(differing)
  end
end
