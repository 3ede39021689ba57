defmodule ElixirScope.NativeCompilerTest do
  use ExUnit.Case
  alias Mix.Tasks.Compile.ElixirScopeNif

  @variable "ELIXIR_SCOPE_NIF"

  setup do
    shell = Mix.shell()
    Mix.shell(Mix.Shell.Process)
    given = System.get_env(@variable)
    path = Path.join(System.tmp_dir!(), "elixir_scope_#{System.unique_integer([:positive])}.so")

    on_exit(fn ->
      File.rm(path)
      Mix.shell(shell)
      if given, do: System.put_env(@variable, given), else: System.delete_env(@variable)
    end)

    %{path: path, installed: File.read!(Application.app_dir(:elixir_scope, "priv/native/scope_nif.so"))}
  end

  defp compile(path) do
    System.put_env(@variable, path)
    assert {:error, [%Mix.Task.Compiler.Diagnostic{severity: :error, message: message}]} = ElixirScopeNif.run([])
    assert_received {:mix_shell, :error, ["ElixirScope: " <> ^message]}
    message
  end

  test "a library of another version is refused, both versions named, and not installed", context do
    File.write!(context.path, "\x7fELF elixir_scope_nif_version=9.8.7; rest")
    assert compile(context.path) == "#{@variable}=#{context.path} has version 9.8.7, this package needs version 0.1.0"
    assert File.read!(Application.app_dir(:elixir_scope, "priv/native/scope_nif.so")) == context.installed
  end

  test "a file that is no library of ours is refused", context do
    File.write!(context.path, "something else")
    assert compile(context.path) =~ "is not a native library of ElixirScope"
    assert compile(context.path <> ".absent") =~ "cannot be read: no such file or directory"
  end

  test "the library that is installed says its version, and is taken as a prebuilt one", context do
    File.write!(context.path, context.installed)
    System.put_env(@variable, context.path)
    assert ElixirScopeNif.run([]) == {:noop, []}
    assert ElixirScope.Native.version() == ElixirScope.Native.expected_version()
  end
end
