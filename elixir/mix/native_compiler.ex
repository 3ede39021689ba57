defmodule Mix.Tasks.Compile.ElixirScopeNif do
  @moduledoc false
  # Puts the native library to priv/native/scope_nif.so of the build (not of the sources, which stay as they are): built by cargo from the checkout this package is part of, or the
  # file that ELIXIR_SCOPE_NIF names.
  #
  # Invariant: a library that may be mapped by a running VM is never overwritten; the new one is renamed over it.
  # Invariant: a prebuilt library of another version is refused, before it is installed.

  use Mix.Task.Compiler

  @variable "ELIXIR_SCOPE_NIF"
  @crate "scope_nif"

  @impl true
  def run(_args) do
    root = Path.expand("..", __DIR__)

    with {:ok, library} <- library(System.get_env(@variable), root),
         {:ok, status} <- install(library, Path.join(installed_dir(), "scope_nif.so")) do
      {status, []}
    else
      {:error, message} ->
        Mix.shell().error("ElixirScope: " <> message)
        {:error, [diagnostic(message)]}
    end
  end

  @impl true
  def clean do
    File.rm_rf!(installed_dir())
  end

  defp installed_dir, do: Path.join(Mix.Project.app_path(), "priv/native")

  defp library(unset, root) when unset in [nil, ""], do: build(Path.expand("..", root))
  defp library(path, _root), do: prebuilt(Path.expand(path))

  defp prebuilt(path) do
    expected = Mix.Project.config()[:version]

    with {:read, {:ok, bytes}} <- {:read, File.read(path)},
         {:version, ^expected} <- {:version, marked_version(bytes)} do
      {:ok, path}
    else
      {:read, {:error, reason}} ->
        {:error, "#{@variable}=#{path} cannot be read: #{:file.format_error(reason)}"}

      {:version, nil} ->
        {:error, "#{@variable}=#{path} is not a native library of ElixirScope"}

      {:version, found} ->
        {:error, "#{@variable}=#{path} has version #{found}, this package needs version #{expected}"}
    end
  end

  defp marked_version(bytes) do
    case Regex.run(~r/elixir_scope_nif_version=([0-9A-Za-z.+-]+);/, bytes) do
      [_, version] -> version
      nil -> nil
    end
  end

  defp build(workspace) do
    cargo = System.find_executable("cargo")

    cond do
      not File.regular?(Path.join(workspace, "crates/scope-nif/Cargo.toml")) ->
        {:error,
         "the Rust sources are not at #{workspace}. Depend on the whole repository " <>
           "(`git:` with `subdir: \"elixir\"`, not `sparse:`), or set #{@variable} to a prebuilt library"}

      cargo == nil ->
        {:error,
         "cargo was not found. Install Rust (https://rustup.rs, or `apt install cargo`), " <>
           "or set #{@variable} to a prebuilt library"}

      true ->
        cargo(cargo, workspace)
    end
  end

  # The diagnostics of rustc go to standard error, straight to the user; standard output is cargo's JSON lines.
  defp cargo(cargo, workspace) do
    args = ~w(build --release --package #{@crate} --message-format=json-render-diagnostics)
    env = [{"LANG", "C.UTF-8"}]

    case System.cmd(cargo, args, cd: workspace, env: env) do
      {lines, 0} -> artifact(lines)
      {_lines, status} -> {:error, "cargo could not build the native library (exit status #{status})"}
    end
  end

  # There is no JSON module before OTP 27: the file name is the one string of the artifact's line that ends in the library's name.
  defp artifact(lines) do
    name = ~r/"((?:[^"\\]|\\.)*lib#{@crate}\.(?:so|dylib))"/

    lines
    |> String.split("\n")
    |> Enum.filter(&String.contains?(&1, ~s("reason":"compiler-artifact")))
    |> Enum.find_value(fn line -> Regex.run(name, line, capture: :all_but_first) end)
    |> case do
      [path] -> {:ok, String.replace(path, ~r/\\(.)/, "\\1")}
      nil -> {:error, "cargo succeeded but named no library for #{@crate}"}
    end
  end

  defp install(library, target) do
    staged = target <> ".new"

    with {:ok, bytes} <- File.read(library),
         {:changed, true} <- {:changed, File.read(target) != {:ok, bytes}},
         :ok <- File.mkdir_p(Path.dirname(target)),
         :ok <- File.write(staged, bytes),
         :ok <- File.rename(staged, target) do
      {:ok, :ok}
    else
      {:changed, false} -> {:ok, :noop}
      {:error, reason} -> {:error, "#{library} could not be installed as #{target}: #{:file.format_error(reason)}"}
    end
  end

  defp diagnostic(message) do
    %Mix.Task.Compiler.Diagnostic{
      compiler_name: "elixir_scope_nif",
      file: Path.expand("mix.exs", Path.expand("..", __DIR__)),
      message: message,
      position: 0,
      severity: :error
    }
  end
end
