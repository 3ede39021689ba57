# The VM's own logs and the crash reports of planted faults are of no interest here.
Logger.configure(level: :warning)

# Tests use these of OTP, and from Elixir 1.15 on Mix hides what a project does not name.
if function_exported?(Mix, :ensure_application!, 1),
  do: Enum.each([:ssl, :inets, :tools, :runtime_tools], &apply(Mix, :ensure_application!, [&1]))

ExUnit.start(
  assert_receive_timeout: 1_000,
  capture_log: true,
  exclude: [],
  formatters: [ExUnit.CLIFormatter, ElixirScope.SkipFormatter]
)
