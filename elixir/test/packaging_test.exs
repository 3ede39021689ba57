defmodule ElixirScope.PackagingTest do
  # The package as somebody else's dependency: fresh applications, and a release that has neither Rust nor the sources.
  use ExUnit.Case

  @moduletag :packaging
  @missing Enum.reject(["cargo", "git"], &System.find_executable/1)
  if @missing != [], do: @moduletag(skip: "an application that depends on the sources needs #{Enum.join(@missing, " and ")}")
  @moduletag timeout: 900_000

  @checkout Path.expand("../..", __DIR__)
  @program """
  :ok = ElixirScope.setup()
  {:ok, agent} = Agent.start(fn -> 1 end)
  {:ok, _} = ElixirScope.trace_genserver(agent)
  :ok = Agent.update(agent, fn n -> n + 41 end)
  {:ok, state} = ElixirScope.get_state_at(agent, ElixirScope.now())
  IO.puts("state: \#{state}")
  """

  setup do
    directory = Path.join(System.tmp_dir!(), "elixir_scope_app_#{System.unique_integer([:positive])}")
    File.mkdir_p!(directory)
    on_exit(fn -> File.rm_rf!(directory) end)
    %{directory: directory}
  end

  defp app(directory, dependency) do
    {_, 0} = System.cmd("mix", ["new", "guest"], cd: directory, stderr_to_stdout: true)
    app = Path.join(directory, "guest")
    file = Path.join(app, "mix.exs")
    {at, length} = :binary.match(File.read!(file), "# {:dep_from_hexpm, \"~> 0.3.0\"},")
    text = File.read!(file)
    File.write!(file, binary_part(text, 0, at) <> dependency <> binary_part(text, at + length, byte_size(text) - at - length))
    app
  end

  # In an environment of its own: this run's Mix variables are not the guest's business.
  defp mix(app, args) do
    env = [{"MIX_ENV", "prod"}, {"MIX_TARGET", nil}, {"MIX_EXS", nil}, {"ELIXIR_SCOPE_NIF", nil}]
    {output, status} = System.cmd("mix", args, cd: app, env: env, stderr_to_stdout: true)
    assert status == 0, output
    output
  end

  defp eval(release, program) do
    System.cmd(Path.join(release, "bin/guest"), ["eval", program], env: [{"PATH", "/usr/bin:/bin"}], stderr_to_stdout: true)
  end

  test "a path dependency", %{directory: directory} do
    app = app(directory, "{:elixir_scope, path: #{inspect(Path.join(@checkout, "elixir"))}}")
    assert mix(app, ["run", "-e", @program]) =~ "state: 42"
  end

  test "a git dependency on the checkout's elixir/ folder, in a release without Rust and without the sources", %{
    directory: directory
  } do
    app = app(directory, "{:elixir_scope, git: #{inspect("file://" <> @checkout)}, subdir: \"elixir\"}")
    mix(app, ["deps.get"])
    release = Path.join(directory, "release")
    mix(app, ["release", "--path", release])
    File.rm_rf!(app)

    library = Path.wildcard(Path.join(release, "lib/elixir_scope-*/priv/native/scope_nif.so"))
    assert [{:ok, %File.Stat{type: :regular}}] = Enum.map(library, &File.lstat/1)

    assert {output, 0} = eval(release, @program)
    assert output =~ "state: 42"

    File.rm!(hd(library))
    assert {output, 0} = eval(release, "{:error, error} = ElixirScope.setup(); IO.puts(error.message)")
    assert output =~ "the native library could not be loaded"
  end
end
