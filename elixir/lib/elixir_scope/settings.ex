defmodule ElixirScope.Settings do
  @moduledoc """
  Changes a running recording: the level, the sample rate, and what is held.

  What was recorded stays. Each change is an event of the trace, so that an answer knows what was being recorded when.
  """

  alias ElixirScope.{Error, Recorder}
  alias ElixirScope.Recorder.SetupOptions

  @doc """
  Changes the level. Targets stay targets, and record what the new level allows. `:off` traces nothing, not even the life of processes, and
  those spawned meanwhile are found when another level follows.

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

  A level that there is not raises `ArgumentError`.
  """
  @spec set_level(:full | :messages_only | :states_only | :minimal | :off) :: :ok | {:error, Error.t()}
  def set_level(level), do: set(:tracing_level, level, :set_level, "ElixirScope.set_level/1")

  @doc """
  Changes the share of calls and messages that are recorded, from 0.0 to 1.0; of a call that is left out, its return is too, and of a message
  all three instants. Lifecycle and states are always recorded.

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
  Changes what each class may hold, as the option `:retention` of `ElixirScope.setup/1`; classes that are not named have no limits of their
  own any more. What is too much is evicted at once.

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
    SetupOptions.check!(option, value, function)
    Recorder.call({change, value})
  end
end
