defmodule ElixirScope.AnyTerm do
  @moduledoc false
  # Generated terms of all kinds that a recording holds exactly, the same from the same seed.

  @atoms [
           :ok,
           nil,
           true,
           false,
           :"",
           :"hello world",
           :a@b,
           :foo!,
           :bar?,
           :"a?b",
           :Foo,
           :_,
           :_x,
           :"1a",
           :+,
           :-,
           :"::",
           :..,
           :...,
           :"..//"
         ] ++
           [
             :->,
             :|>,
             :%,
             :%{},
             :{},
             :<<>>,
             :.,
             :!,
             :not,
             :and,
             :when,
             :in,
             :do,
             :end,
             :fn,
             :é,
             :日本,
             :"a\u200Bb",
             :"a-b",
             :"\#{x}",
             :"\""
           ] ++
           [
             Shop,
             Shop.Cart,
             :"Elixir.shop",
             :"Elixir.",
             Elixir,
             Elixir.Elixir,
             :"Elixir.Elixir.A",
             :ElixirA,
             :erlang,
             :undefined,
             :&&,
             :<<<,
             :"~~~"
           ] ++
           [:"^^^", :"not in", :"a b?", :@, :&, :++, :+++, :**, :"//", :\\, :<-, :"<|>", :=~, :..]

  @texts [
           "",
           "abc",
           "with \"quotes\"",
           "it's",
           "\n\t\r\e\d\0\a\b\v\f",
           "\\",
           "\#{x}",
           "#",
           "é日本\u{1F600}",
           "a\u200Bb",
           "\u00A0",
           "\u2028",
           "\uFEFF",
           "\u202E"
         ] ++
           [
             "\u2003wide",
             "\u2061",
             "\u2066x",
             "\u034F",
             "\u061C",
             "\u{FFFC}",
             <<255>>,
             <<0, 1, 2>>,
             "abc" <> <<200>>,
             "\x80",
             "\u0085",
             "\u{FFFE}",
             "/"
           ]

  @regexes ["a.b", "a/b", "a\\/b", "\\\\/", "\\\#{x}", "\#{", "\n\t", "é", "\u200B", "[a-z]+\\d", "\"", "\a\f\v\r", ""]
  @options ["", "i", "u", "iu", "s", "x", "m", "f", "U", "imsxuU"]

  @doc "So many terms of a seed."
  def some(n, seed) do
    :rand.seed(:exsss, {seed, 2, 3})
    for i <- 1..n, do: term(rem(i, 6))
  end

  defp term(0), do: scalar()

  defp term(depth) do
    case :rand.uniform(14) do
      1 -> scalar()
      2 -> many(depth)
      3 -> List.to_tuple(many(depth))
      4 -> for _ <- few(), do: {atom(), term(depth - 1)}
      5 -> Map.new(few(), fn _ -> {atom(), term(depth - 1)} end)
      6 -> Map.new(few(), fn _ -> {term(depth - 1), term(depth - 1)} end)
      7 -> MapSet.new(many(depth))
      8 -> improper(many(depth), depth)
      9 -> charlist()
      10 -> Enum.to_list(1..:rand.uniform(260))
      11 -> Map.new(1..:rand.uniform(80), &{&1, term(0)})
      12 -> for n <- 1..:rand.uniform(60), do: {:"k#{n}", [n, [n]]}
      _ -> for _ <- few(), do: term(depth - 1)
    end
  end

  defp few, do: Enum.take(1..6, :rand.uniform(7) - 1)
  defp many(depth), do: for(_ <- Enum.take(1..30, :rand.uniform(if(:rand.uniform(5) == 1, do: 30, else: 6))), do: term(depth - 1))
  defp improper([], depth), do: term(depth - 1)
  defp improper(list, depth), do: Enum.reduce(list, term(depth - 1), &[&1 | &2])

  defp scalar do
    case :rand.uniform(16) do
      1 -> :rand.uniform(1000) - 500
      2 -> integer()
      3 -> float()
      4 -> atom()
      5 -> text()
      6 -> text() <> text()
      7 -> :rand.bytes(:rand.uniform(20))
      8 -> charlist()
      9 -> Range.new(:rand.uniform(9) - 5, :rand.uniform(9) - 5, Enum.random([1, -1, 2, -3]))
      10 -> date_or_time()
      11 -> regex()
      12 -> String.duplicate("long é", if(:rand.uniform(30) == 1, do: 900, else: :rand.uniform(9)))
      13 -> self()
      14 -> make_ref()
      15 -> []
      16 -> {}
    end
  end

  defp integer, do: (:rand.uniform(1_000_000_007) |> Integer.pow(:rand.uniform(12))) * Enum.random([1, -1])

  defp float do
    case :rand.uniform(4) do
      1 ->
        :rand.uniform() * :math.pow(10, :rand.uniform(40) - 20)

      2 ->
        :rand.uniform(1_000_000) / 1

      3 ->
        Enum.random([
          0.0,
          -0.0,
          1.0e15,
          1.0e16,
          1.0e17,
          123_456_789_012_345_680.0,
          9_007_199_254_740_993.0,
          5.0e-324,
          1.7976931348623157e308,
          0.1,
          1.0e-5,
          1.5e22
        ])

      4 ->
        -:rand.uniform(99) / 7
    end
  end

  defp atom, do: if(:rand.uniform(3) == 1, do: :"word#{:rand.uniform(20)}", else: Enum.random(@atoms))
  defp text, do: Enum.random(@texts)

  # A long one has no `#{`: Elixir 1.20 counts it as two characters there, and as one in a string.
  defp charlist do
    if :rand.uniform(60) == 1,
      do: Enum.random([~c"abc", ~c"it's", ~c"\"q\"", ~c"\e\n"]) ++ List.duplicate(?x, 5000),
      else: Enum.random([~c"abc", ~c"it's", ~c"\"q\"", ~c"\#{x}", ~c"\e\n", [7, 8, 27], [32], [127], [233], [0x65E5], ~c"a\\b"])
  end

  defp date_or_time do
    date = Date.new!(:rand.uniform(4000) - 500, :rand.uniform(12), :rand.uniform(28))

    time =
      Time.new!(
        :rand.uniform(24) - 1,
        :rand.uniform(60) - 1,
        :rand.uniform(60) - 1,
        {:rand.uniform(999_999), Enum.random([0, 3, 6])}
      )

    Enum.random([date, time, NaiveDateTime.new!(date, time), DateTime.new!(date, time)])
  end

  defp regex do
    source = Enum.random(@regexes)

    if :rand.uniform(3) == 1,
      do:
        Regex.compile!(
          source,
          Enum.random([[], [:caseless], [:unicode, :ucp], [:dotall, {:newline, :anycrlf}, :multiline], [:anchored], [:dotall]])
        ),
      else: Regex.compile!(source, Enum.random(@options))
  end
end
