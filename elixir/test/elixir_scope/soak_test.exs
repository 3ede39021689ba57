defmodule ElixirScope.SoakTest do
  use ElixirScope.RecordingCase

  # Seconds under load; the full run is 30.
  @seconds String.to_integer(System.get_env("ELIXIR_SCOPE_SOAK", "5"))
  @max_bytes 32 * 1024 * 1024

  @moduletag :soak
  @moduletag timeout: (@seconds + 120) * 1_000

  test "all processes at :full under load: the node lives, memory is bounded, no event is unaccounted for" do
    workers = for n <- 1..8, do: spawn(fn -> work(elem(GenServer.start_link(Probe, n), 1), n) end)
    on_exit(fn -> Enum.each(workers, &Process.exit(&1, :kill)) end)
    before = resident_bytes()

    :ok = ElixirScope.setup(max_events: 100_000, max_bytes: @max_bytes)
    {:ok, _} = ElixirScope.trace_all_processes()
    {:ok, _} = ElixirScope.trace_module(ElixirScope.Tails)

    for _ <- 1..@seconds do
      Process.sleep(1_000)
      {:ok, status} = ElixirScope.status()
      assert status.bytes <= @max_bytes
      # It gets messages about processes that spawned others, and must keep up with them.
      wait_until(fn -> Process.info(Process.whereis(ElixirScope.Recorder), :message_queue_len) == {:message_queue_len, 0} end)
    end

    growth = resident_bytes() - before
    assert growth < 512 * 1024 * 1024, "resident memory grew by #{growth} bytes"

    Enum.each(workers, &Process.exit(&1, :kill))
    Enum.each(workers, &await_exit/1)
    :ok = ElixirScope.untrace_all_processes()
    status = assert_accounted(ElixirScope.status())
    for class <- [:message, :call, :state, :process], do: assert(status.classes[class].emitted > 1_000, "#{class}")
    held = for class <- [:message, :call, :state], reduce: 0, do: (n -> n + status.classes[class].stored)
    assert held <= 100_000
    assert Enum.all?(workers, &(not Process.alive?(&1)))
  end

  defp work(server, n) do
    :ok = GenServer.call(server, {:put, %{n: n, text: "state of #{n}", list: Enum.to_list(1..10)}})
    ElixirScope.Tails.count(3)
    if rem(n, 20) == 0, do: await_exit(spawn(fn -> exit(:done) end))
    work(server, n + 1)
  end

  defp resident_bytes do
    case File.read("/proc/self/statm") do
      {:ok, text} -> (text |> String.split() |> Enum.at(1) |> String.to_integer()) * 4_096
      # Where there is no /proc, what the VM knows of.
      {:error, _} -> :erlang.memory(:total)
    end
  end
end
