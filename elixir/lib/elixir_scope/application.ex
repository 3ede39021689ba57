defmodule ElixirScope.Application do
  @moduledoc false
  # Supervises the recorder, which is linked to no caller: a shell or test that crashes does not end a recording.
  # The recorder is temporary: after a crash there is no recording until the next setup.

  use Application

  @impl true
  def start(_type, _args) do
    children = [{DynamicSupervisor, name: ElixirScope.RecorderSupervisor, strategy: :one_for_one}]
    Supervisor.start_link(children, strategy: :one_for_one, name: ElixirScope.Supervisor)
  end

  @impl true
  def stop(_state), do: ElixirScope.Recorder.Janitor.stop()
end
