defmodule ElixirScope.Soak.Abuse.Lives do
  @moduledoc false
  # Processes that begin, end, crash, are killed, sleep and are suspended.

  alias ElixirScope.Probe

  @spawns_per_step 500
  @step_ms 100

  @doc "5,000 spawned a second."
  def spawns(_n) do
    due = System.monotonic_time(:millisecond) + @step_ms
    for at <- 1..@spawns_per_step, do: spawn(fn -> at end)
    Process.sleep(max(due - System.monotonic_time(:millisecond), 0))
    %{process: 2 * @spawns_per_step}
  end

  @doc "A supervised server crashes again and again, and a chain of linked processes with it."
  def crashes(n) do
    {:ok, supervisor} =
      Supervisor.start_link([%{id: Probe, start: {GenServer, :start_link, [Probe, 0]}}],
        strategy: :one_for_one,
        max_restarts: 1_000_000
      )

    for at <- 1..20 do
      with [{_, pid, _, _}] when is_pid(pid) <- Supervisor.which_children(supervisor),
           do: quietly(fn -> GenServer.call(pid, {:crash, {:planted, n, at, Enum.to_list(1..100)}}) end)
    end

    {first, monitor} = spawn_monitor(fn -> chain(50) end)
    receive(do: ({:DOWN, ^monitor, :process, ^first, _reason} -> :ok))
    Supervisor.stop(supervisor)
    %{process: 2 * 50 + 2 * 20}
  end

  defp chain(0), do: exit(:planted)

  defp chain(n) do
    spawn_link(fn -> chain(n - 1) end)
    Process.sleep(:infinity)
  end

  @doc "A server is killed while it works and others wait for its reply."
  def kills(n) do
    {:ok, server} = GenServer.start(Probe, n)

    callers =
      for at <- 1..10 do
        spawn_monitor(fn -> quietly(fn -> for m <- 1..1_000, do: GenServer.call(server, {:put, {at, m}}) end) end)
      end

    Process.sleep(rem(n, 7))
    Process.exit(server, :kill)
    for {pid, monitor} <- callers, do: receive(do: ({:DOWN, ^monitor, :process, ^pid, _reason} -> :ok))
    %{process: 22}
  end

  @doc "A server hibernates after each call."
  def hibernation(n) do
    {:ok, server} = GenServer.start(Probe, n)
    for at <- 1..100, do: GenServer.call(server, {:hibernate, %{at: at, list: Enum.to_list(1..50)}}, :infinity)
    GenServer.stop(server, :normal, :infinity)
    %{process: 2, message: 400, state: 100}
  end

  @doc "Processes are suspended by the VM and by `:sys` while others send to them."
  def suspension(n) do
    {:ok, server} = GenServer.start(Probe, n)
    true = :erlang.suspend_process(server)
    for at <- 1..100, do: GenServer.cast(server, {:put, at})
    true = :erlang.resume_process(server)
    :ok = :sys.suspend(server, :infinity)
    for at <- 1..100, do: send(server, {:put, at})
    :sys.replace_state(server, fn _ -> {:replaced, n} end, :infinity)
    :ok = :sys.resume(server, :infinity)
    GenServer.stop(server, :normal, :infinity)
    %{process: 2, message: 400}
  end

  defp quietly(fun) do
    fun.()
  catch
    :exit, _planted -> :gone
  end
end
