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
      deps: []
    ]
  end

  def application do
    # `compiler` has the disassembler that finds the functions whose returns can be traced without harm.
    [mod: {ElixirScope.Application, []}, extra_applications: [:logger, :compiler]]
  end

  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_env), do: ["lib"]
end
