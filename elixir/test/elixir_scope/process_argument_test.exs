defmodule ElixirScope.ProcessArgumentTest do
  use ExUnit.Case, async: true
  alias ElixirScope.{Foreign, ProcessArgument}

  test "a live process by pid, text and name" do
    pid = self()
    text = pid |> :erlang.pid_to_list() |> List.to_string()
    Process.register(pid, :process_argument_test)
    :yes = :global.register_name(:process_argument_test, pid)

    for argument <- [
          pid,
          inspect(pid),
          text,
          :process_argument_test,
          {:global, :process_argument_test},
          {:via, :global, :process_argument_test}
        ] do
      assert ProcessArgument.to_pid(argument) == {:ok, pid}
    end

    assert ProcessArgument.to_text({:via, :global, :process_argument_test}) == {:ok, text}
    assert ProcessArgument.to_text(pid) == {:ok, text}
    assert ProcessArgument.to_text(inspect(pid)) == {:ok, text}
  end

  test "names stay names, as they mean whoever held them at the time" do
    assert ProcessArgument.to_text(ElixirScope.NoProcess) == {:ok, "ElixirScope.NoProcess"}
    assert ProcessArgument.to_text(:cart) == {:ok, ":cart"}
    assert ProcessArgument.to_text("<0.1.0>~2") == {:ok, "<0.1.0>~2"}
    assert ProcessArgument.to_text(%Foreign{type: :pid, text: "<0.1.0>"}) == {:ok, "<0.1.0>"}
  end

  test "a dead process and an unknown name are different errors" do
    {dead, monitor} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^monitor, _, _, _}
    assert {:error, %{code: :not_found, message: message}} = ProcessArgument.to_pid(dead)
    assert message == "#{inspect(dead)} is not alive"
    assert {:error, %{code: :not_found, message: message}} = ProcessArgument.to_pid(:unknown_name)
    assert message =~ "no process is registered as :unknown_name"
  end

  test "what is no process is refused" do
    for value <- [nil, true, 5, "", "<0.x.0>", {:via, 1, 2}, []] do
      assert {:error, %{code: :bad_argument, message: message}} = ProcessArgument.to_pid(value)
      assert message =~ "is not a process"
    end

    for value <- [nil, 5, ""], do: assert({:error, %{code: :bad_argument}} = ProcessArgument.to_text(value))
  end
end
