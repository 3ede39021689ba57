# Where the VM's own logs and crash reports of planted faults go is nobody's business here.
Logger.configure(level: :warning)

# Tests use these of OTP, and from Elixir 1.15 on Mix hides what a project does not name.
if function_exported?(Mix, :ensure_application!, 1),
  do: Enum.each([:ssl, :inets, :tools, :runtime_tools], &apply(Mix, :ensure_application!, [&1]))

ExUnit.start(capture_log: true, exclude: [], formatters: [ExUnit.CLIFormatter, ElixirScope.SkipFormatter])
