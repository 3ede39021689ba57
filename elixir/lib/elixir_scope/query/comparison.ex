defmodule ElixirScope.Query.Comparison do
  @moduledoc false
  # Comparing states: from states of the trace (by event, id or time) or terms of this node to requests, and from terms to patterns.

  alias ElixirScope.{Error, Opaque, Redacted, Truncated}
  alias ElixirScope.Answer.Decoder
  alias ElixirScope.Query.{Client, Moment, Source}

  # The most changes that the API returns at once.
  @limit 100_000

  @doc "The difference of two states of the trace, or of two terms. Raises `ElixirScope.Error`."
  @spec difference!(term(), term(), keyword()) :: map()
  def difference!(a, b, options) do
    case {in_trace?(a, options), in_trace?(b, options)} do
      {true, true} ->
        {process, options} = Keyword.split(options, [:process])
        {answer, _source} = Client.answer!(:compare_states, process, &moments(a, b, &1), options)
        Decoder.comparison(answer.data)

      {false, false} ->
        source = Source.hold([a, b])
        request = %{kind: "compare_states", was: "control-0-0", became: "control-0-1", limit: options[:limit] || @limit}

        case Source.ask(source, request) do
          {:ok, answer} -> Decoder.comparison(answer.data)
          {:error, error, _partial} -> raise error
        end

      _mixed ->
        {:error, error} =
          Error.new(:bad_argument, "compare two states of the trace (events, ids, times with process:) or two terms")

        raise error
    end
  end

  @doc "The pairs of one state and another. Raises `ElixirScope.Error`."
  @spec transitions!(term(), term(), term(), keyword()) :: map()
  def transitions!(process, before, later, options) do
    {causes, options} = Keyword.split(options, [:causes])

    fields = fn source ->
      with {:ok, was} <- wanted(before, source),
           {:ok, became} <- wanted(later, source),
           do: {:ok, [was: was, became: became] ++ causes}
    end

    {answer, source} = Client.answer!(:analyze_state_change, [process: process], fields, options)
    matches = Decoder.rows("analyze_state_change", answer.data, source)
    first = List.first(matches)

    %{
      diff: first && first.diff,
      trigger: first && first.trigger,
      causes: if(first, do: first.causes, else: []),
      matches: matches
    }
  end

  defp moments(a, b, source) do
    with {:ok, was} <- Client.place(a, source), {:ok, became} <- Client.place(b, source), do: {:ok, was: was, became: became}
  end

  # With `process:` a time is one; else a number is a term.
  defp in_trace?(%{id: id, timestamp: _}, _options) when is_binary(id), do: true
  defp in_trace?(id, _options) when is_binary(id), do: Moment.id?(id)
  defp in_trace?(value, options), do: Keyword.has_key?(options, :process) and time?(value)

  defp time?(%DateTime{}), do: true
  defp time?({:ago, n, unit}) when is_integer(n) and is_atom(unit), do: true
  defp time?(value), do: is_integer(value)

  defp wanted({:like, text}, _source) when is_binary(text), do: {:ok, %{like: text}}
  defp wanted({:like, term}, _source), do: pattern(term)

  defp wanted(value, source) do
    if in_trace?(value, process: true), do: Client.place(value, source), else: pattern(value)
  end

  defp pattern(term) do
    {:ok, %{like: term |> written() |> IO.iodata_to_binary()}}
  catch
    {:no_literal, value} ->
      Error.new(
        :not_supported,
        "#{inspect(value)} cannot be written in a pattern; give a text with _ there: {:like, \"%{key: _}\"}"
      )
  end

  defp written(%cut{}) when cut in [Truncated, Opaque, Redacted], do: "_"

  defp written(%{} = map) do
    pairs = for {key, value} <- Map.to_list(map), do: [written(key), " => ", written(value)]
    ["%{", Enum.intersperse(pairs, ", "), "}"]
  end

  defp written(tuple) when is_tuple(tuple),
    do: ["{", tuple |> Tuple.to_list() |> Enum.map(&written/1) |> Enum.intersperse(", "), "}"]

  defp written(list) when is_list(list) do
    if List.improper?(list), do: throw({:no_literal, list})
    ["[", list |> Enum.map(&written/1) |> Enum.intersperse(", "), "]"]
  end

  defp written(text) when is_binary(text) do
    if String.printable?(text), do: inspect(text, printable_limit: :infinity), else: throw({:no_literal, text})
  end

  defp written(scalar) when is_atom(scalar) or is_number(scalar), do: inspect(scalar)
  defp written(other), do: throw({:no_literal, other})
end
