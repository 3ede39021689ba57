defmodule ElixirScope.Query.Overview do
  @moduledoc """
  An overview of a trace. `ElixirScope` has the same function.
  """

  alias ElixirScope.Query.Client

  @doc """
  What the trace covers and what stands out in it: `%{from, to, n_processes, classes, findings}`.

  A finding is `%{topic, text, figure, unit, process, function, id, ask}`: `text` is a sentence, `figure` its number in `unit`, `process` or `function` its
  subject, `id` an event to continue with, and `ask` the function that returns more. Topics are `:lost`, `:evicted`, `:crashes`, `:restarts`,
  `:own_time`, `:slowest_call`, `:call_errors`, `:queue` and `:bottleneck`; a topic without a finding is left out. Options: `:from` and `:to` (times), `:trace`. Raises `ElixirScope.Error` for wrong options.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1}, in: self())
      iex> ElixirScope.Doc.Sum.of([1, 2])
      3
      iex> overview = ElixirScope.overview()
      iex> [own_time | _] = overview.findings
      iex> {own_time.topic, own_time.function, own_time.ask}
      {:own_time, {ElixirScope.Doc.Sum, :of, 1}, :performance_analysis}
      iex> ElixirScope.stop()
      :ok
  """
  @spec overview(keyword()) :: map()
  def overview(options \\ []), do: Client.whole!(:overview, options)
end
