defmodule Demo.Page do
  @moduledoc false
  # The answers as a person reads them; colours only where `IO.ANSI` is enabled.

  @long_wait_ns 10_000_000

  @doc "Prints all answers."
  def print(answers) do
    heading("Who crashed, and when?")
    %{process: process, reason: reason, at: at} = answers.crash
    line([:red, process, :reset, " exited with #{inspect(reason)}, #{ms(at)} after the start"])

    heading("What was its state just before?")
    state = inspect(answers.state, pretty: true, width: 78, limit: :infinity)
    state |> String.split("\n") |> Enum.each(&line/1)

    heading("Which messages led there, and how long did each wait?")
    line([:faint, "         sent        waited  message"])
    Enum.each(answers.messages, &message/1)

    heading("Which calls were slow? (of each function, the slowest)")
    line([:faint, "         took       its own  call"])
    answers.slowest |> Enum.uniq_by(& &1.function) |> Enum.each(&call/1)
  end

  @doc "A heading."
  def heading(text), do: IO.puts(["\n", IO.ANSI.format([:bright, text])])

  @doc "An indented line."
  def line(text), do: IO.puts(["  " | IO.ANSI.format(List.wrap(text))])

  defp message(%{message: {how, message}} = row) do
    long? = row.waiting_ns != nil and row.waiting_ns > @long_wait_ns
    waited = String.pad_leading(ms(row.waiting_ns), 14)
    waited = if long?, do: [:yellow, waited, :reset], else: waited

    line([String.pad_leading("+" <> ms(row.after_ns), 13), waited, "  #{how} #{inspect(message)}"])
  end

  defp call(%{function: {module, name, arity}} = row) do
    took = String.pad_leading(ms(row.duration_ns), 13) <> String.pad_leading(ms(row.own_ns), 14)
    args = String.slice(row.args, 0, 60)
    line([took, "  ", :cyan, "#{inspect(module)}.#{name}/#{arity}", :reset, "  ", :faint, args])
  end

  defp ms(nil), do: "unknown"
  defp ms(ns), do: :erlang.float_to_binary(ns / 1.0e6, decimals: 3) <> " ms"
end
