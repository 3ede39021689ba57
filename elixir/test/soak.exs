# The program of `cargo xtask soak`: mix run test/soak.exs [--piped] SECONDS SEED [KIND...]. It ends with 1 when something is wrong.
if function_exported?(Mix, :ensure_application!, 1), do: Mix.ensure_application!(:runtime_tools)

# Whoever started this holds the other end of a pipe: this ends when it does.
argv =
  with ["--piped" | argv] <- System.argv() do
    spawn(fn -> IO.read(:stdio, :line) && System.halt(1) end)
    argv
  end

[seconds, seed | kinds] = argv
result = ElixirScope.Soak.run(String.to_integer(seconds), String.to_integer(seed), Enum.map(kinds, &String.to_atom/1))
if result == :failed, do: System.halt(1)
