defmodule ElixirScope.Application do
  @moduledoc false
  # The recorder lives here, linked to no caller: a crashing shell or test does not end a recording.
  # It is temporary: after a crash nothing records until the next setup.

  use Application

  @impl true
  def start(_type, _args) do
    children = [
      ElixirScope.Recorder.Janitor,
      {DynamicSupervisor, name: ElixirScope.RecorderSupervisor, strategy: :one_for_one}
    ]

    # Without the janitor a dead recorder would leave its patterns behind: they go down together.
    Supervisor.start_link(children, strategy: :one_for_all, name: ElixirScope.Supervisor)
  end
end
