defmodule ElixirScope.View do
  @moduledoc false
  # Answers of the door as Elixir shows them: real terms, atoms and pids, clock times.
  #
  # Invariant: the terms of an answer are fetched in one call.
  # Invariant: reading an answer creates no atom; one this node does not know stays text.

  alias ElixirScope.{Event, Foreign, Moment, Native, Source}

  # The door's own words, which must be atoms whether or not anybody has used them yet.
  @words ~w(
    control process message call state span runtime
    recorder_started recorder_stopped level_changed rate_changed target_added target_removed pattern_added pattern_removed sweep_done
    governor_step loss mark returns_off spawn alive exit link unlink register unregister send delivered handled return exception terminate
    span_start span_stop scheduled_in scheduled_out gc_start gc_stop
    link call
    matched ambiguous undelivered to_dead external not_traced
    returned raised open call_only no_return arity_only possible
  )a
  @by_text Map.new(@words, &{Atom.to_string(&1), &1})

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

  def rows(kind, rows, source) do
    terms = rows |> Enum.flat_map(&term_ids/1) |> Enum.uniq() |> fetch(source)
    Enum.map(rows, &row(kind, &1, terms, source))
  end

  @doc "The real term behind a term of the door."
  @spec term(map(), Source.t()) :: term()
  def term(%{id: id}, source), do: Map.fetch!(fetch([id], source), id)

  defp fetch(ids, source), do: ids |> Enum.zip(Native.terms(source.native, ids)) |> Map.new()

  defp term_ids(%{id: _, text: _, bytes: _, complete: _} = term), do: [term.id]
  defp term_ids(%{} = map), do: Enum.flat_map(Map.values(map), &term_ids/1)
  defp term_ids(list) when is_list(list), do: Enum.flat_map(list, &term_ids/1)
  defp term_ids(_scalar), do: []

  defp row("events", row, terms, source), do: event(row, terms, source)

  defp row("message_flow", row, terms, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.sent_at || row.delivered_at, source),
      at: Moment.at(row.sent_at || row.delivered_at, source),
      from: process(row.from, source),
      to: process(row.to, source),
      sent_to: row.sent_to,
      message: value(row.message, terms),
      delivered_at: Moment.timestamp(row.delivered_at, source),
      handled_at: Moment.timestamp(row.handled_at, source),
      waiting: row.waiting_ns,
      delivery: row.delivery_ns,
      matched: word(row.matched)
    }
  end

  defp row("state_timeline", row, terms, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      state: value(row.state, terms),
      complete: row.state.complete,
      module: atom(row.module),
      at_termination: row.at_termination,
      cause: row.cause && event(row.cause, terms, source)
    }
  end

  defp row("execution_path", row, terms, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      module: atom(row.function.module),
      function: existing(row.function.function, row.function.function),
      arity: row.function.arity,
      args: value(row.args, terms),
      depth: row.depth,
      duration: row.duration_ns,
      own_duration: row.own_ns,
      result: value(row.result, terms),
      outcome: word(row.outcome)
    }
  end

  defp row("crash", row, terms, source) do
    %{
      id: row.id,
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      process: process(row.process, source),
      name: atom(row.process.name),
      module: atom(row.module),
      reason: value(row.reason, terms),
      cause: row.cause,
      stacktrace: Enum.map(row.stacktrace, &frame/1),
      followed:
        row.followed && %{id: row.followed.id, process: process(row.followed.process, source), over: word(row.followed.over)},
      last_state: row.last_state && row("state_timeline", row.last_state, terms, source),
      handling: row.handling && event(row.handling, terms, source),
      before: Enum.map(row.before, &event(&1, terms, source)),
      linked:
        for(link <- row.linked, do: %{process: process(link.process, source), exit: link.exit, died_along: link.died_along}),
      restarted:
        row.restarted &&
          %{
            id: row.restarted.id,
            timestamp: Moment.timestamp(row.restarted.time, source),
            process: process(row.restarted.process, source),
            by: process(row.restarted.by, source)
          }
    }
  end

  # As `Exception.format_stacktrace/1` takes it.
  defp frame(%{function: function, file: file, line: line}) do
    location = if(file, do: [file: String.to_charlist(file)], else: []) ++ if(line, do: [line: line], else: [])
    {atom(function.module), existing(function.function, function.function), function.arity, location}
  end

  defp event(row, terms, source) do
    %Event{
      id: row.id,
      class: word(row.class),
      kind: word(row.kind),
      timestamp: Moment.timestamp(row.time, source),
      at: Moment.at(row.time, source),
      process: process(row.process, source),
      peer: peer(row.peer, source),
      term: value(row.term, terms),
      complete: row.term == nil or row.term.complete,
      flags: Enum.map(row.flags, &word/1)
    }
    |> struct!(what(row))
  end

  defp what(%{function: %{module: module, function: function, arity: arity}} = row) do
    [module: atom(module), function: existing(function, function), arity: arity, name: held_name(row)]
  end

  defp what(%{kind: kind} = row) when kind in ["handled", "state", "terminate"],
    do: [module: atom(row.atom), name: held_name(row)]

  defp what(%{atom: nil} = row), do: [name: held_name(row)]
  defp what(%{atom: name}), do: [name: atom(name)]

  defp held_name(%{process: nil}), do: nil
  defp held_name(%{process: process}), do: atom(process.name)

  defp peer(nil, _source), do: nil
  defp peer("<" <> _ = pid, source), do: process(%{pid: pid}, source)
  defp peer(name, _source), do: atom(name)

  defp value(nil, _terms), do: nil
  defp value(%{id: id}, terms), do: Map.fetch!(terms, id)

  @doc "A process of the door: a live pid only where it is this node's own."
  @spec process(map() | nil, Source.t()) :: pid() | Foreign.t() | nil
  def process(nil, _source), do: nil

  # Of a pid that was reused both bearers are the same pid; the door's text tells them apart.
  def process(%{pid: text}, %{live?: true}) do
    text |> String.split("~") |> hd() |> String.to_charlist() |> :erlang.list_to_pid()
  end

  def process(%{pid: text}, _imported), do: %Foreign{type: :pid, text: text}

  defp word(text), do: Map.get(@by_text, text, text)

  @doc "An atom written as Elixir writes it: `Shop.Cart`, `:cart`, `cart`. The text, when this node has no such atom."
  @spec atom(String.t() | nil) :: atom() | String.t() | nil
  def atom(nil), do: nil
  def atom(":" <> name), do: existing(name, ":" <> name)
  def atom(<<first, _::binary>> = name) when first in ?A..?Z, do: existing("Elixir." <> name, name)
  def atom(name), do: existing(name, name)

  defp existing(name, text) do
    String.to_existing_atom(name)
  rescue
    ArgumentError -> text
  end
end
