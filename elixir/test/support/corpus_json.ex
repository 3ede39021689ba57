defmodule ElixirScope.CorpusJson do
  @moduledoc false
  # Reads the JSON of the corpus: OTP has no JSON before 27, and the package has no dependency. What the API writes is all it has to
  # know: no floats, no spaces between tokens.

  @doc "The value of a document; objects become maps with string keys."
  @spec decode!(binary()) :: term()
  def decode!(text) do
    {value, ""} = value(text)
    value
  end

  defp value("null" <> rest), do: {nil, rest}
  defp value("true" <> rest), do: {true, rest}
  defp value("false" <> rest), do: {false, rest}
  defp value("\"" <> rest), do: string(rest, [])
  defp value("[]" <> rest), do: {[], rest}
  defp value("[" <> rest), do: items(rest, [])
  defp value("{}" <> rest), do: {%{}, rest}
  defp value("{" <> rest), do: fields(rest, %{})
  defp value(number), do: Integer.parse(number)

  defp items(text, items) do
    case value(text) do
      {item, "," <> rest} -> items(rest, [item | items])
      {item, "]" <> rest} -> {Enum.reverse([item | items]), rest}
    end
  end

  defp fields("\"" <> text, fields) do
    {key, ":" <> rest} = string(text, [])

    case value(rest) do
      {value, "," <> rest} -> fields(rest, Map.put(fields, key, value))
      {value, "}" <> rest} -> {Map.put(fields, key, value), rest}
    end
  end

  defp string("\"" <> rest, done), do: {done |> Enum.reverse() |> IO.iodata_to_binary(), rest}

  defp string("\\u" <> <<hex::binary-size(4), rest::binary>>, done),
    do: string(rest, [<<String.to_integer(hex, 16)::utf8>> | done])

  defp string(<<?\\, escaped, rest::binary>>, done), do: string(rest, [unescape(escaped) | done])
  defp string(<<char::utf8, rest::binary>>, done), do: string(rest, [<<char::utf8>> | done])

  defp unescape(?n), do: "\n"
  defp unescape(?t), do: "\t"
  defp unescape(?r), do: "\r"
  defp unescape(?b), do: "\b"
  defp unescape(?f), do: "\f"
  defp unescape(char) when char in [?", ?\\, ?/], do: <<char>>
end
