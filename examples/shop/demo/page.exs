defmodule Demo.Page do
  @moduledoc false
  # The answers as a person reads them; colours only where `IO.ANSI` is enabled.

  @slow_shown 8

  @doc "Prints all answers."
  def print(answers) do
    heading("Who crashed, and when?")

    line([
      :red,
      answers.crash.process,
      :reset,
      " exited with ",
      inspect(answers.crash.reason),
      ", "
    ])

    line([ms(answers.crash.at), " after the recording began"])

    heading("What was its state just before?")

    answers.state
    |> inspect(pretty: true, width: 78, limit: :infinity)
    |> String.split("\n")
    |> Enum.each(&line/1)

    heading("Which messages led there, and how long did each wait?")
    line([:faint, "      sent      waited  message"])
    Enum.each(answers.messages, &message/1)

    heading("Which calls were slow?")
    line([:faint, "      took    its own  call"])
    answers.slowest |> Enum.take(@slow_shown) |> Enum.each(&call/1)
  end

  @doc "A heading."
  def heading(text), do: IO.puts(["\n", IO.ANSI.format([:bright, text])])

  @doc "An indented line."
  def line(text), do: IO.puts(["  " | IO.ANSI.format(List.wrap(text))])

  @doc "Nanoseconds as milliseconds."
  def ms(nil), do: "unknown"
  def ms(ns), do: :erlang.float_to_binary(ns / 1.0e6, decimals: 2) <> " ms"

  defp message(%{message: {how, message}} = row) do
    waited = String.pad_leading(ms(row.waiting_ns), 12)

    waited =
      if row.waiting_ns && row.waiting_ns > 10_000_000,
        do: [:yellow, waited, :reset],
        else: waited

    line([
      String.pad_leading("+" <> ms(row.after_ns), 10),
      waited,
      "  ",
      Atom.to_string(how),
      " ",
      inspect(message)
    ])
  end

  defp call(%{function: {module, name, arity}} = row) do
    line([
      String.pad_leading(ms(row.duration_ns), 10),
      String.pad_leading(ms(row.own_ns), 11),
      [
        "  ",
        :cyan,
        inspect(module),
        ".",
        Atom.to_string(name),
        "/",
        Integer.to_string(arity),
        :reset
      ],
      ["  ", String.slice(row.args, 0, 70)]
    ])
  end
end
