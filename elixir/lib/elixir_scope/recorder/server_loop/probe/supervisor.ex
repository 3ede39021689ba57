defmodule ElixirScope.Recorder.ServerLoop.Probe.Supervisor do
  @moduledoc false
  # A throw-away supervisor with a child that does not run (a running one would be reported to the log); see ElixirScope.Recorder.ServerLoop.Probe.

  @behaviour :supervisor

  @impl true
  def init(_argument) do
    {:ok,
     {%{strategy: :rest_for_one, intensity: 3, period: 7},
      [%{id: :probe, start: {__MODULE__, :start_child, []}, restart: :transient}]}}
  end

  def start_child, do: :ignore
end
