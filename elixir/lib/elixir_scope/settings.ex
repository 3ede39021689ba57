defmodule ElixirScope.Settings do
  @moduledoc """
  Changes a running recording: the level, the sample rate, and how much is kept.

  What was recorded stays. Each change is recorded as an event, so that answers take into account what was recorded at which time.
  """

  alias ElixirScope.{Error, Recorder}
  alias ElixirScope.Recorder.Setup

  @doc """
  Changes the level. Targets stay targets; what is recorded of them follows the new level. At `:off` nothing is traced, not even the life of processes.
  Processes that are spawned meanwhile are found when another level is set.

      iex> ElixirScope.setup(tracing_level: :minimal)
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, %{warnings: [warning]}} = ElixirScope.trace_genserver(counter)
      iex> warning =~ "tracing_level :minimal does not record all :message, :state of GenServer"
      true
      iex> GenServer.call(counter, {:add, 1})
      iex> ElixirScope.set_level(:states_only)
      :ok
      iex> GenServer.call(counter, {:add, 1})
      iex> for row <- ElixirScope.state_timeline(counter), do: row.state
      [2]
      iex> ElixirScope.stop()
      :ok

  An unknown level raises `ArgumentError`.
  """
  @spec set_level(:full | :messages_only | :states_only | :minimal | :off) :: :ok | {:error, Error.t()}
  def set_level(level), do: set(:tracing_level, level, :set_level, "ElixirScope.set_level/1")

  @doc """
  Changes the share of calls and messages that is recorded, from 0.0 to 1.0. A call is recorded or left out together with its return, and a message
  together with its delivery and handling. The life of processes and states are always recorded.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1})
      iex> ElixirScope.set_sample_rate(0.0)
      :ok
      iex> ElixirScope.Doc.Sum.of([1])
      1
      iex> ElixirScope.execution_path(self())
      []
      iex> {:ok, %{sample: %{asked_ppm: 0, classes: %{call: %{decided: 1, kept: 0}}}}} = ElixirScope.status()
      iex> ElixirScope.stop()
      :ok
  """
  @spec set_sample_rate(number()) :: :ok | {:error, Error.t()}
  def set_sample_rate(rate), do: set(:sample_rate, rate, :set_sample_rate, "ElixirScope.set_sample_rate/1")

  @doc """
  Changes the limits of single classes, like the option `:retention` of `ElixirScope.setup/1`. The classes that are not named lose the limits that
  they had. Events beyond the new limits are evicted at once.

      iex> ElixirScope.setup(retention: %{call: [max_events: 2]})
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1}, returns: false)
      iex> for n <- 1..5, do: ElixirScope.Doc.Sum.of([n])
      iex> for call <- ElixirScope.execution_path(self()), do: call.args
      [[[4]], [[5]]]
      iex> ElixirScope.set_retention(%{call: [max_age: 60_000]})
      :ok
      iex> for n <- 6..8, do: ElixirScope.Doc.Sum.of([n])
      iex> length(ElixirScope.execution_path(self()))
      5
      iex> ElixirScope.stop()
      :ok
  """
  @spec set_retention(%{atom() => keyword(pos_integer())}) :: :ok | {:error, Error.t()}
  def set_retention(retention), do: set(:retention, retention, :set_retention, "ElixirScope.set_retention/1")

  defp set(option, value, change, function) do
    Setup.Options.check!(option, value, function)
    Recorder.call({change, value})
  end
end
