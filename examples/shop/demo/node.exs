defmodule Demo.Node do
  @moduledoc false
  # The node that a script of the demo runs in: it ends with the program that started it, and says so when something is wrong.

  @doc "Reads the script's arguments: the folder to write to, and whether to use colours."
  def start([dir, colour]) do
    Application.put_env(:elixir, :ansi_enabled, colour == "colour")
    Logger.configure(level: :none)
    spawn(&end_with_parent/0)
    dir
  end

  @doc "Ends the node with an error when `wrong` holds anything."
  def must_be_right([], _what), do: :ok

  def must_be_right(wrong, what) do
    Enum.each(wrong, &IO.puts(:stderr, "wrong: #{what}: #{&1}"))
    System.halt(1)
  end

  # No program writes to our standard input: it ends when the process at its other end does.
  defp end_with_parent do
    case IO.read(:stdio, :line) do
      line when is_binary(line) -> end_with_parent()
      _closed -> System.halt(1)
    end
  end
end
