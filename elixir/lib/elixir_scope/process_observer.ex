defmodule ElixirScope.ProcessObserver do
  @moduledoc """
  The lives of processes: when and by which process they were spawned, linked and registered, and how they ended.

  `ElixirScope.setup/1` starts to record the life of every process, at every level but `:off`; nothing else needs to be switched on.

      iex> ElixirScope.setup()
      :ok
      iex> {pid, monitor} = spawn_monitor(fn -> exit(:done) end)
      iex> receive do {:DOWN, ^monitor, _, _, _} -> :ok end
      :ok
      iex> events = ElixirScope.ProcessObserver.lifecycle(pid)
      iex> {hd(events).kind, hd(events).peer == self(), List.last(events).term}
      {:spawn, true, :done}
      iex> ElixirScope.stop()
      :ok
  """

  alias ElixirScope.{Event, TraceDB}
  alias ElixirScope.Query.Client

  @doc """
  The events of a process's life, oldest first: `:spawn` or `:alive` (found when the recording began), `:link`, `:unlink`, `:register`,
  `:unregister`, `:exit`. Options: `:from`, `:to`, `:limit`, `:after`, `:trace`. Raises `ElixirScope.Error` for a process that the trace has never seen.

      iex> ElixirScope.setup()
      :ok
      iex> [found | _] = ElixirScope.ProcessObserver.lifecycle(self())
      iex> found.kind
      :alive
      iex> ElixirScope.stop()
      :ok
  """
  @spec lifecycle(ElixirScope.process(), keyword()) :: [Event.t()]
  def lifecycle(process, options \\ []), do: Client.list!(:events, [process: process], [classes: ["process"]], options)

  @doc """
  The exits between two times, with their reasons. The options are those of `lifecycle/2`. See `ElixirScope.get_events_between/3`.

      iex> ElixirScope.setup()
      :ok
      iex> start = ElixirScope.now()
      iex> {pid, monitor} = spawn_monitor(fn -> exit(:done) end)
      iex> receive do {:DOWN, ^monitor, _, _, _} -> :ok end
      :ok
      iex> exits = ElixirScope.ProcessObserver.exits(start, ElixirScope.now())
      iex> for exit <- exits, exit.process == pid, do: exit.term
      [:done]
      iex> ElixirScope.stop()
      :ok
  """
  @spec exits(ElixirScope.time(), ElixirScope.time(), keyword()) :: [Event.t()]
  def exits(from, to, options \\ []), do: ElixirScope.get_events_between(from, to, [type: :exit] ++ options)

  @doc """
  The processes alive at a time. See `ElixirScope.TraceDB.get_processes_at/1`.

      iex> ElixirScope.setup()
      :ok
      iex> self() in ElixirScope.ProcessObserver.get_processes_at(ElixirScope.now())
      true
      iex> ElixirScope.stop()
      :ok
  """
  @spec get_processes_at(ElixirScope.time()) :: [pid()]
  defdelegate get_processes_at(time), to: TraceDB
end
