defmodule ElixirScope.RealProgramTest do
  # Programs that are not ours, with every process of the node traced at :full. They must do what they do untraced, and no event may be
  # unaccounted for. (`mix compile` is traced in corpus_mix_compile_test.exs.)
  use ElixirScope.RecordingCase

  @moduletag timeout: 300_000

  defp record do
    :ok = ElixirScope.setup(max_events: 100_000)
    {:ok, _} = ElixirScope.trace_all_processes()
    :ok
  end

  defp end_recording do
    :ok = ElixirScope.untrace_all_processes()
    assert_accounted(ElixirScope.status())
  end

  test "a :peer node boots, works and stops" do
    record()
    {:ok, _} = ElixirScope.trace_module(:peer)
    {:ok, peer, _node} = :peer.start(%{connection: :standard_io, wait_boot: 120_000})
    assert :peer.call(peer, :erlang, :+, [1, 2], 60_000) == 3
    assert {:ok, _} = :peer.call(peer, :application, :ensure_all_started, [:crypto], 60_000)
    :ok = :peer.stop(peer)
    status = end_recording()
    assert status.classes.message.emitted > 20
    assert Enum.any?(ElixirScope.execution_path(self()), &(&1.function == :start))
  end

  test "an :httpd under load" do
    {:ok, _} = Application.ensure_all_started(:inets)
    dir = Path.join(System.tmp_dir!(), "elixir_scope_httpd_#{System.unique_integer([:positive])}")
    File.mkdir_p!(dir)
    on_exit(fn -> File.rm_rf!(dir) end)
    body = String.duplicate("a page ", 500)
    File.write!(Path.join(dir, "page.txt"), body)
    root = String.to_charlist(dir)

    {:ok, server} =
      :inets.start(:httpd, port: 0, server_name: ~c"scope", server_root: root, document_root: root, bind_address: {127, 0, 0, 1})

    on_exit(fn -> :inets.stop(:httpd, server) end)
    [port: port] = :httpd.info(server, [:port])
    record()
    {:ok, _} = ElixirScope.trace_module(:httpd_request, max: 50_000)

    # Without an option of its own the client looks for the certificates of the machine, which may have none.
    options = [ssl: [verify: :verify_none]]

    answers =
      1..400
      |> Task.async_stream(
        fn _ -> :httpc.request(:get, {~c"http://127.0.0.1:#{port}/page.txt", []}, options, body_format: :binary) end,
        max_concurrency: 8,
        timeout: 60_000
      )
      |> Enum.map(fn {:ok, answer} -> answer end)

    assert Enum.all?(answers, &match?({:ok, {{_, 200, _}, _, ^body}}, &1))
    status = end_recording()
    assert status.classes.call.emitted > 400 and status.classes.state.emitted > 400
  end

  test "mix test of this package, those of its tests that record nothing themselves" do
    code = """
    :ok = ElixirScope.setup(max_events: 100_000)
    {:ok, _} = ElixirScope.trace_all_processes()
    {:ok, _} = ElixirScope.trace_module(ExUnit.Runner, scope: :all)
    System.at_exit(fn _ ->
      {:ok, status} = ElixirScope.status()
      :ok = ElixirScope.stop()
      IO.puts("recorded \#{status.classes.message.emitted} messages and \#{status.classes.call.emitted} calls")
    end)
    """

    files =
      for name <- ~w(plan tail_call setup_options target_options function_selection),
          do: "test/elixir_scope/recorder/#{name}_test.exs"

    {output, status} =
      System.cmd("mix", ["do", "run", "-e", code, ",", "test" | files], env: [{"MIX_ENV", "test"}], stderr_to_stdout: true)

    assert status == 0, output
    # The second is what ExUnit says from Elixir 1.20 on.
    assert output =~ ~r/\d+ tests, 0 failures|Result: \d+ passed/
    assert [_, messages, calls] = Regex.run(~r/recorded (\d+) messages and (\d+) calls/, output)
    assert String.to_integer(messages) > 100 and String.to_integer(calls) > 10
  end
end
