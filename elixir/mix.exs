# The compiler that builds the native library must exist before this project compiles, also when it is a dependency.
Code.require_file("mix/native_compiler.ex", __DIR__)

defmodule ElixirScope.MixProject do
  use Mix.Project

  @version "0.1.0"

  def project do
    [
      app: :elixir_scope,
      version: @version,
      elixir: "~> 1.14",
      description: "Introspection and time-travel debugging for running Elixir systems.",
      compilers: [:elixir_scope_nif | Mix.compilers()],
      elixirc_paths: elixirc_paths(Mix.env()),
      start_permanent: false,
      package: [licenses: ["MIT"], files: ~w(lib mix mix.exs LICENSE THIRD-PARTY-NOTICES.txt)],
      deps: deps(),
      # Not a file of tests: `cargo xtask soak` runs it.
      test_ignore_filters: ["test/soak.exs"],
      docs: docs()
    ]
  end

  def application do
    # `compiler` has the disassembler that finds the functions whose returns can be traced without harm.
    [mod: {ElixirScope.Application, []}, extra_applications: [:logger, :compiler]]
  end

  # Any Hex dependency, even an optional one, stops every Mix command where Hex is not installed: it is there for `mix docs` alone.
  defp deps do
    if System.get_env("ELIXIR_SCOPE_DOCS") == "1", do: [{:ex_doc, "~> 0.30", only: :dev, runtime: false}], else: []
  end

  defp docs do
    [
      main: "ElixirScope",
      extras: ["../README.md", "../CHANGELOG.md"],
      groups_for_modules: [
        Questions: [ElixirScope.QueryEngine, ~r/^ElixirScope\.Query\./],
        "By concern": [
          ElixirScope.Settings,
          ElixirScope.TraceDB,
          ElixirScope.ProcessObserver,
          ElixirScope.MessageInterceptor,
          ElixirScope.StateRecorder,
          ElixirScope.CodeTracer,
          ElixirScope.PhoenixTracker,
          ElixirScope.AIIntegration
        ],
        "What comes back": [
          ElixirScope.Answer,
          ElixirScope.Error,
          ElixirScope.Event,
          ElixirScope.Foreign,
          ElixirScope.Opaque,
          ElixirScope.Redacted,
          ElixirScope.Trace,
          ElixirScope.Truncated,
          ElixirScope.Types
        ]
      ]
    ]
  end

  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_env), do: ["lib"]
end
