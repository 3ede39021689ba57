defmodule ElixirScope.Answer.Decoder do
  @moduledoc false
  # Converts answers of the API to the rows of the public functions: real terms, atoms and pids, clock times.
  #
  # Invariant: nothing here asks: an answer has its terms in it, as `%{value: term, complete: boolean}`.
  # Invariant: reading an answer creates no atom; one this node does not know stays text.

  import ElixirScope.Answer.Words, only: [word: 1]
  alias ElixirScope.Event
  alias ElixirScope.Answer.{CostDecoder, Value}
  alias ElixirScope.Query.{Moment, Source}

  @doc "The rows of an answer, by the kind of its request."
  @spec rows(String.t(), [map()], Source.t()) :: [map() | Event.t()]
  def rows("crashes", %{causes: causes, crashes: crashes}, source) do
    crashes = Enum.group_by(rows("crash", crashes, source), & &1.cause)

    # A cause may have all its crashes on another page.
    for cause <- causes, found = crashes[cause.text] do
      %{
        cause: cause.text,
        count: cause.n,
        first: Moment.timestamp(cause.first, source),
        last: Moment.timestamp(cause.last, source),
        crashes: found
      }
    end
  end

  def rows("performance_analysis", rows, source), do: Enum.map(rows, &CostDecoder.function(&1, source))
  def rows("call_tree", rows, source), do: Enum.map(rows, &CostDecoder.node(&1, source))
  def rows("message_queue_analysis", data, source), do: CostDecoder.queues(data, source)
  def rows("overview", data, source), do: CostDecoder.overview(data, source)

  def rows(kind, rows, source), do: Enum.map(rows, &row(kind, &1, source))

  @doc "The one map of an answer, by the kind of its request."
  @spec one(String.t(), map(), Source.t()) :: map()
  def one(kind, data, source) do
    [shown] = rows(kind, [data], source)
    shown
  end

  @doc "Data whose times are its fields `from` and `to`, and whose only words are classes."
  @spec plain(map() | list() | term(), Source.t()) :: map() | list() | term()
  def plain(rows, source) when is_list(rows), do: Enum.map(rows, &plain(&1, source))

  def plain(data, source) when is_map(data) do
    Map.new(data, fn
      {field, time} when field in [:from, :to] -> {field, Moment.timestamp(time, source)}
      {:class, class} -> {:class, word(class)}
      {field, value} -> {field, plain(value, source)}
    end)
  end

  def plain(value, _source), do: value

  defp row("events", row, source), do: event(row, source)

  defp row("message_flow", row, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.sent_at || row.delivered_at, source),
      at: Moment.at(row.sent_at || row.delivered_at, source),
      from: Value.process(row.from, source),
      to: Value.process(row.to, source),
      sent_to: row.sent_to,
      message: value(row.message),
      delivered_at: Moment.timestamp(row.delivered_at, source),
      handled_at: Moment.timestamp(row.handled_at, source),
      waiting_ns: row.waiting_ns,
      delivery_ns: row.delivery_ns,
      queue_length: row.queue_length,
      matched: word(row.matched),
      handling: row.handling && word(row.handling)
    }
  end

  defp row("message", %{message: message, call: call}, source) do
    call = call && row("server_calls", call, source)
    "message_flow" |> row(message, source) |> Map.put(:call, call)
  end

  defp row("server_calls", row, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.sent_at, source),
      at: Moment.at(row.sent_at, source),
      caller: Value.process(row.caller, source),
      server: Value.process(row.server, source),
      request: request(value(row.request)),
      reply: reply(value(row.reply)),
      handled_at: Moment.timestamp(row.handled_at, source),
      replied_at: Moment.timestamp(row.replied_at, source),
      returned_at: Moment.timestamp(row.returned_at, source),
      waiting_ns: row.waiting_ns,
      handling_ns: row.handling_ns,
      latency_ns: row.latency_ns,
      outcome: word(row.outcome)
    }
  end

  defp row("snapshot_at", %{time: time, processes: processes, tree: tree}, source) do
    of = fn field, shown ->
      for row <- processes, held = shown.(Map.fetch!(row, field)), into: %{}, do: {Value.process(row.process, source), held}
    end

    %{
      timestamp: Moment.timestamp(time, source),
      at: Moment.at(time, source),
      active_processes: Enum.map(processes, &Value.process(&1.process, source)),
      process_states: of.(:state, &held_state(&1, source)),
      pending_messages: of.(:mailbox, &mailbox(&1, source)),
      names: for(row <- processes, name <- row.names, into: %{}, do: {Value.atom(name), Value.process(row.process, source)}),
      in_flight_calls: of.(:calls, &open_calls(&1, source)),
      waiting_on: of.(:waits_for, &open_request(&1, source)),
      supervision_tree: rows("supervision_tree", tree, source)
    }
  end

  defp row("state_timeline", row, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      state: value(row.state),
      complete: row.state.complete,
      module: Value.atom(row.module),
      at_termination: row.at_termination,
      cause: row.cause && event(row.cause, source)
    }
  end

  defp row(kind, row, source) when kind in ["execution_path", "function_calls", "slowest_function_calls"] do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      process: Value.process(row.process, source),
      module: Value.atom(row.function.module),
      function: Value.existing(row.function.function, row.function.function),
      arity: row.function.arity,
      args: value(row.args),
      depth: row.depth,
      duration_ns: row.duration_ns,
      own_ns: row.own_ns,
      result: value(row.result),
      outcome: word(row.outcome)
    }
  end

  defp row("process_info", row, source) do
    began(row, source)
    |> Map.merge(%{
      status: word(row.status),
      at: Moment.at(row.at, source),
      timestamp: Moment.timestamp(row.at, source),
      ancestors: ancestors(row.ancestors, source),
      names: Enum.map(row.names, &Value.atom/1),
      label: row.label,
      links: processes(row.links, source),
      first_seen: Moment.timestamp(row.first_seen, source),
      supervises: strategy(row.strategy),
      child: child(row.child),
      counts: Map.new(row.counts, &{word(&1.class), &1.events})
    })
  end

  defp row("find_processes", row, source), do: row |> began(source) |> Map.put(:crashed, row.crashed)

  defp row("process_relationships", row, source) do
    %{
      process: Value.process(row.process, source),
      pid: row.process.pid,
      at: Moment.at(row.at, source),
      timestamp: Moment.timestamp(row.at, source),
      parent: Value.process(row.parent, source),
      ancestors: ancestors(row.ancestors, source),
      children: processes(row.children, source),
      links: processes(row.links, source),
      supervisor: Value.process(row.supervisor, source),
      strategy: strategy(row.strategy),
      child: child(row.child),
      replaced_by: replacement(row.replaced_by, source),
      peers: Enum.map(row.peers, &%{process: Value.process(&1.process, source), sent: &1.sent, received: &1.received}),
      sent_elsewhere: row.sent_elsewhere
    }
  end

  defp row("supervision_tree", row, source) do
    %{
      process: Value.process(row.process, source),
      pid: row.process.pid,
      name: held_name(row),
      depth: row.depth,
      module: Value.atom(row.module),
      child: child(row.child),
      supervises: strategy(row.strategy),
      restarts: row.restarts,
      spawned_at: Moment.timestamp(row.spawned_at, source),
      replaces: replacement(row.replaces, source)
    }
  end

  defp row("state_changes", row, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      before: value(row.before),
      after: value(row.after),
      diff: difference(row.difference),
      cause: row.cause && event(row.cause, source)
    }
  end

  defp row("analyze_state_change", row, source) do
    %{
      before: row("state_timeline", row.was, source),
      after: row("state_timeline", row.became, source),
      certain: row.certain,
      n_between: row.n_between,
      diff: difference(row.difference),
      trigger: row.trigger && event(row.trigger, source),
      causes: Enum.map(row.causes, &row("chain", &1, source))
    }
  end

  defp row("chain", row, source) do
    %{
      depth: row.depth,
      event: event(row.event, source),
      causes: for(cause <- row.causes, do: %{id: cause.id, kind: word(cause.kind), certainty: word(cause.certainty), n: cause.n}),
      stop: row.stop && %{reason: word(row.stop.reason), what: row.stop.what && word(row.stop.what)}
    }
  end

  defp row("crash", row, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      process: Value.process(row.process, source),
      name: Value.atom(row.process.name),
      module: Value.atom(row.module),
      reason: value(row.reason),
      cause: row.cause,
      stacktrace: Enum.map(row.stacktrace, &frame/1),
      followed:
        row.followed &&
          %{id: row.followed.id, process: Value.process(row.followed.process, source), over: word(row.followed.over)},
      last_state: row.last_state && row("state_timeline", row.last_state, source),
      handling: row.handling && event(row.handling, source),
      before: Enum.map(row.before, &event(&1, source)),
      linked:
        for(link <- row.linked, do: %{process: Value.process(link.process, source), exit: link.exit, died_along: link.died_along}),
      restarted:
        row.restarted &&
          %{
            timestamp: Moment.timestamp(row.restarted.time, source),
            process: Value.process(row.restarted.process, source),
            by: Value.process(row.restarted.by, source),
            certainty: word(row.restarted.certainty)
          }
    }
  end

  # The fields that all rows about a process have. `pid` is its text in the API, which differs for two processes that had one pid.
  defp began(row, source) do
    %{
      process: Value.process(row.process, source),
      pid: row.process.pid,
      name: held_name(row),
      module: Value.atom(row.module),
      initial_call: function(row.initial_call),
      parent: Value.process(row.parent, source),
      spawned_at: Moment.timestamp(row.spawned_at, source),
      exited_at: Moment.timestamp(row.exited_at, source),
      exit_reason: value(row.exit_reason)
    }
  end

  defp function(nil), do: nil

  defp function(%{module: module, function: function, arity: arity}),
    do: {Value.atom(module), Value.existing(function, function), arity}

  defp processes(rows, source), do: Enum.map(rows, &Value.process(&1, source))

  defp ancestors(nil, _source), do: nil
  defp ancestors(texts, source), do: Enum.map(texts, &peer(&1, source))

  defp strategy(nil), do: nil
  defp strategy(row), do: %{strategy: row.strategy && word(row.strategy), intensity: row.intensity, period_s: row.period_s}

  defp child(nil), do: nil

  # An id may be any term; one that is no atom is shown as text.
  defp child(row) do
    %{id: id(row.id), type: row.kind && word(row.kind), restart: row.restart && word(row.restart), modules: modules(row.modules)}
  end

  defp id(nil), do: nil

  defp id(text) do
    if Regex.match?(~r/\A(:[a-z_][\w@]*[?!]?|[A-Z]\w*(\.[A-Z]\w*)*)\z/, text), do: Value.atom(text), else: text
  end

  defp modules(nil), do: nil
  defp modules(texts), do: Enum.map(texts, &Value.atom/1)

  defp replacement(nil, _source), do: nil
  defp replacement(row, source), do: %{process: Value.process(row, source), pid: row.pid, certainty: word(row.certainty)}

  @doc "The neighbours of an event."
  @spec around(map(), Source.t()) :: map()
  def around(around, source) do
    [before, event, later] = for rows <- [around.before, List.wrap(around.event), around.after], do: rows("events", rows, source)

    %{before: before, event: List.first(event), after: later}
  end

  @doc "A difference with real terms."
  @spec comparison(map()) :: map()
  def comparison(%{difference: difference}), do: difference(difference)

  defp difference(difference) do
    of_kind = fn kind -> Enum.filter(difference.changes, &(&1.kind == kind)) end
    both = fn change -> %{path: change.path, before: value(change.before), after: value(change.after)} end

    %{
      verdict: word(difference.verdict),
      added: for(change <- of_kind.("added"), do: %{path: change.path, value: value(change.after)}),
      removed: for(change <- of_kind.("removed"), do: %{path: change.path, value: value(change.before)}),
      changed: Enum.map(of_kind.("changed"), both),
      moved: for(change <- of_kind.("moved"), do: %{path: change.path, value: value(change.after)}),
      unknown: Enum.map(of_kind.("unknown"), both),
      n_changes: difference.n_changes
    }
  end

  # The request and the reply in a message; a message that was cut is shown as it is.
  defp request({:"$gen_call", _from, request}), do: request
  defp request(partial), do: partial

  defp reply({_tag, reply}), do: reply
  defp reply(partial), do: partial

  defp held_state(nil, _source), do: nil

  defp held_state(state, source) do
    %{
      state: value(state.state),
      since: Moment.timestamp(state.time, source),
      module: Value.atom(state.module),
      complete: state.state.complete
    }
  end

  defp mailbox(nil, _source), do: nil

  defp mailbox(mailbox, source) do
    messages =
      for message <- mailbox.messages do
        %{
          id: message.id,
          message: value(message.message),
          sent_at: Moment.timestamp(message.sent_at, source),
          delivered_at: Moment.timestamp(message.delivered_at, source)
        }
      end

    since = Moment.timestamp(mailbox.since, source)
    %{n_waiting: mailbox.n_waiting, n_on_the_way: mailbox.n_on_the_way, since: since, messages: messages}
  end

  defp open_calls([], _source), do: nil

  defp open_calls(calls, source) do
    for call <- calls do
      %{
        id: call.id,
        module: Value.atom(call.function.module),
        function: Value.existing(call.function.function, call.function.function),
        arity: call.function.arity,
        args: value(call.args),
        since: Moment.timestamp(call.time, source)
      }
    end
  end

  defp open_request(nil, _source), do: nil

  defp open_request(request, source) do
    %{
      id: request.id,
      server: peer(request.sent_to, source),
      request: request(value(request.request)),
      since: Moment.timestamp(request.sent_at, source)
    }
  end

  # As `Exception.format_stacktrace/1` takes it.
  defp frame(%{function: function, file: file, line: line}) do
    location = if(file, do: [file: String.to_charlist(file)], else: []) ++ if(line, do: [line: line], else: [])
    {Value.atom(function.module), Value.existing(function.function, function.function), function.arity, location}
  end

  # An answer may have thousands of events, so each is built at once.
  defp event(row, source) do
    {module, function, arity, name} = what(row)

    %Event{
      id: row.id,
      class: word(row.class),
      kind: word(row.kind),
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      process: Value.process(row.process, source),
      name: name,
      peer: peer(row.peer, source),
      module: module,
      function: function,
      arity: arity,
      term: value(row.term),
      complete: row.term == nil or row.term.complete,
      flags: Enum.map(row.flags, &word/1)
    }
  end

  defp what(%{function: %{module: module, function: function, arity: arity}} = row),
    do: {Value.atom(module), Value.existing(function, function), arity, held_name(row)}

  defp what(%{kind: kind} = row) when kind in ["handled", "state", "terminate"],
    do: {Value.atom(row.atom), nil, nil, held_name(row)}

  defp what(%{atom: nil} = row), do: {nil, nil, nil, held_name(row)}
  defp what(%{atom: name}), do: {nil, nil, nil, Value.atom(name)}

  defp held_name(%{process: nil}), do: nil
  defp held_name(%{process: process}), do: Value.atom(process.name)

  defp peer(nil, _source), do: nil
  defp peer("<" <> _ = pid, source), do: Value.process(%{pid: pid}, source)
  defp peer(name, _source), do: Value.atom(name)

  defp value(nil), do: nil
  defp value(%{value: value}), do: value
end
