defmodule ElixirScope.Query.Events do
  @moduledoc """
  Questions about single events. `ElixirScope` has the same functions.
  """

  alias ElixirScope.{Event, Question}

  @doc """
  The events between two times, as `ElixirScope.Event`s. Options `:limit`, `:after`, `:trace`, and filters: `:pid`, `:type` (a class such as
  `:message`, or a kind such as `:send`, or a list), `:module`, `:function`; `backward: true` gives the newest first.

      iex> ElixirScope.setup()
      :ok
      iex> start = ElixirScope.now()
      iex> {pid, monitor} = spawn_monitor(fn -> exit(:done) end)
      iex> receive do {:DOWN, ^monitor, _, _, _} -> :ok end
      :ok
      iex> events = ElixirScope.get_events_between(start, ElixirScope.now(), pid: pid, type: :process)
      iex> {List.first(events).kind, List.last(events).term}
      {:spawn, :done}
      iex> ElixirScope.stop()
      :ok
  """
  @spec get_events_between(ElixirScope.time(), ElixirScope.time(), keyword()) :: [Event.t()]
  def get_events_between(from, to, options \\ []), do: Question.events!(from, to, options)
end
