defmodule ElixirScope.Soak.Abuse.Vm do
  @moduledoc false
  # What changes under a recorder's feet: code, schedulers, memory.

  alias ElixirScope.{Probe, Tails}
  alias ElixirScope.Soak.Reloaded

  @doc "A traced module is loaded, deleted and purged while processes run it; a purge kills those in code that is old."
  def reload(n) do
    callers = for _ <- 1..5, do: spawn_monitor(fn -> run(System.monotonic_time(:millisecond) + 100) end)
    Process.sleep(20)
    if rem(n, 3) == 0, do: :code.delete(Reloaded.name())
    :code.purge(Reloaded.name())
    Reloaded.load(n)
    :code.purge(Reloaded.name())
    for {pid, monitor} <- callers, do: receive(do: ({:DOWN, ^monitor, :process, ^pid, _reason} -> :ok))
    %{process: 10}
  end

  defp run(until) do
    # Not compiled with the others, and for a moment not there.
    called = try(do: apply(Reloaded.name(), :run, [until]), rescue: (UndefinedFunctionError -> :missing))
    if called == :missing, do: Process.sleep(1)
    if System.monotonic_time(:millisecond) < until, do: run(until)
  end

  @doc "Schedulers go off and come back under load."
  def schedulers(n) do
    load = for _ <- 1..4, do: spawn_monitor(fn -> work(n) end)
    all = :erlang.system_info(:schedulers)
    all_dirty = :erlang.system_info(:dirty_cpu_schedulers)

    try do
      for at <- 1..10 do
        :erlang.system_flag(:schedulers_online, 1 + rem(at, all))
        :erlang.system_flag(:dirty_cpu_schedulers_online, 1 + rem(at, min(all_dirty, 1 + rem(at, all))))
        Process.sleep(5)
      end
    after
      :erlang.system_flag(:schedulers_online, all)
      :erlang.system_flag(:dirty_cpu_schedulers_online, all_dirty)
    end

    for {pid, monitor} <- load, do: receive(do: ({:DOWN, ^monitor, :process, ^pid, _reason} -> :ok))
    %{process: 16}
  end

  defp work(n) do
    {:ok, server} = GenServer.start(Probe, n)
    for at <- 1..200, do: GenServer.call(server, {:put, at}, :infinity)
    Tails.count(100)
    GenServer.stop(server, :normal, :infinity)
  end

  @doc "Heaps grow to tens of MB and are collected, and binaries come and go."
  def memory(n) do
    {pid, monitor} =
      spawn_monitor(fn ->
        kept = for at <- 1..500_000, do: {at, n}
        binaries = for at <- 1..50, do: :binary.copy(<<at>>, 200_000)
        send(self(), {:kept, length(kept), binaries})
        :erlang.garbage_collect()
        receive(do: ({:kept, _, _} -> :ok))
      end)

    receive(do: ({:DOWN, ^monitor, :process, ^pid, _reason} -> :ok))
    %{process: 2, message: 2}
  end
end
