defmodule ElixirScope.Application do
  @moduledoc false
  # Supervises the recorder, which is linked to no caller: a shell or test that crashes does not end a recording.
  # The recorder is temporary: after a crash there is no recording until the next setup.

  use Application

  @impl true
  def start(_type, _args) do
    children = [
      ElixirScope.Recorder.Janitor,
      {DynamicSupervisor, name: ElixirScope.RecorderSupervisor, strategy: :one_for_one}
    ]

    # Without the janitor a dead recorder would leave its patterns behind, so both end together.
    Supervisor.start_link(children, strategy: :one_for_all, name: ElixirScope.Supervisor)
  end
end
