defmodule ElixirScope.Answer.CostDecoder do
  @moduledoc false
  # Converts answers about the cost of functions and queues: names to atoms, processes to pids. They have a module of their own, as their rows
  # contain no terms.

  import ElixirScope.Answer.Words, only: [word: 1]
  alias ElixirScope.Answer.Value
  alias ElixirScope.Query.{Moment, Source}

  @doc "The row of a function."
  @spec function(map(), Source.t()) :: map()
  def function(row, _source) do
    row
    |> mfa()
    |> Map.merge(%{
      calls: row.calls,
      open: row.open,
      call_only: row.call_only,
      errors: row.errors,
      recursive: row.recursive,
      cut: row.cut,
      total_ns: row.total_ns,
      own_ns: row.own_ns,
      own_unknown: row.own_unknown,
      slowest: row.slowest,
      callers: Enum.map(row.callers, &calling/1),
      callees: Enum.map(row.callees, &calling/1)
    })
    |> Map.merge(row.duration |> durations() |> Map.take([:mean_ns, :p50_ns, :p95_ns, :p99_ns, :max_ns, :error_ppm]))
  end

  @doc "A node of a call tree."
  @spec node(map(), Source.t()) :: map()
  def node(row, _source) do
    row
    |> mfa()
    |> Map.merge(Map.take(row, [:index, :parent, :depth, :stack, :calls, :open, :call_only, :errors, :deeper]))
    |> Map.merge(Map.take(row, [:total_ns, :own_ns, :deeper_ns]))
  end

  @doc "The queues and their bottleneck."
  @spec queues(map(), Source.t()) :: %{bottleneck: map() | nil, queues: [map()]}
  def queues(%{bottleneck: bottleneck, queues: queues}, source) do
    %{bottleneck: bottleneck && bottleneck(bottleneck, source), queues: Enum.map(queues, &queue(&1, source))}
  end

  @doc "An overview."
  @spec overview(map(), Source.t()) :: map()
  def overview(data, source) do
    %{
      from: Moment.timestamp(data.from, source),
      to: Moment.timestamp(data.to, source),
      n_processes: data.n_processes,
      classes: Map.new(data.classes, &{Value.atom(&1.class), Map.delete(&1, :class)}),
      findings: Enum.map(data.findings, &finding(&1, source))
    }
  end

  defp finding(row, source) do
    %{
      topic: word(row.topic),
      text: row.text,
      figure: row.figure,
      unit: word(row.unit),
      process: row.process && Value.process(row.process, source),
      function: row.function && mfa_tuple(row.function),
      id: row.id,
      ask: word(row.ask)
    }
  end

  defp bottleneck(row, source) do
    %{
      process: Value.process(row.process, source),
      name: Value.atom(row.process.name),
      why: row.why,
      path: Enum.map(row.path, &Value.process(&1, source)),
      longest: row.longest
    }
  end

  defp queue(row, source) do
    %{
      process: Value.process(row.process, source),
      name: Value.atom(row.process.name),
      from: Moment.timestamp(row.from, source),
      to: Moment.timestamp(row.to, source),
      peak_at: Moment.timestamp(row.peak_at, source),
      waiting: row.waiting && durations(row.waiting),
      handling: row.handling && durations(row.handling),
      delivery: row.delivery && durations(row.delivery),
      arrival_interval_ns: row.arrival_interval_ns,
      service_interval_ns: row.service_interval_ns,
      senders: for(sender <- row.senders, do: %{process: Value.process(sender.process, source), messages: sender.messages}),
      waits_for:
        for(
          waits <- row.waits_for,
          do: %{process: Value.process(waits.process, source), replies: waits.replies, sum_ns: waits.sum_ns}
        )
    }
    |> Map.merge(
      Map.take(row, [:arrived, :external, :handled, :unmatched, :ambiguous, :taken, :left, :peak, :mean_ppm, :busy_ppm, :longest])
    )
  end

  @durations [:n, :sum_ns, :mean_ns, :p50_ns, :p95_ns, :p99_ns, :max_ns, :error_ppm]

  defp durations(nil), do: @durations |> Map.new(&{&1, nil}) |> Map.merge(%{n: 0, sum_ns: 0, error_ppm: 0})
  defp durations(row), do: Map.take(row, @durations)

  defp calling(row), do: %{function: row.function && mfa_tuple(row.function), calls: row.calls, total_ns: row.total_ns}

  defp mfa(%{function: function}) do
    {module, function, arity} = mfa_tuple(function)
    %{module: module, function: function, arity: arity}
  end

  defp mfa_tuple(%{module: module, function: function, arity: arity}),
    do: {Value.atom(module), Value.existing(function, function), arity}
end
