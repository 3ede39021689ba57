defmodule ElixirScope.Query.Overview do
  @moduledoc """
  A first look at a trace. `ElixirScope` has the same function.
  """

  alias ElixirScope.Query.Client

  @doc """
  What the trace covers and what stands out in it: `%{from, to, n_processes, classes, findings}`.

  A finding is `%{topic, text, figure, unit, process, function, id, ask}`: a sentence, the figure it is about, whom it is about, the event to go on with, and the
  question that tells more. Topics are `:lost`, `:evicted`, `:crashes`, `:restarts`, `:own_time`, `:slowest_call`, `:call_errors`, `:queue` and `:bottleneck`; what
  there is nothing to say of is left out. Options: `:from` and `:to` (times), `:trace`. Raises `ElixirScope.Error` on bad options.

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
