defmodule ElixirScope.CorpusTest do
  # The recorded cases of tests/corpus, asked from Elixir: the API's answers must be those that Rust gives, to the byte, and the public
  # functions must say the same in real terms.
  use ExUnit.Case, async: true

  alias ElixirScope.{CorpusJson, Error, Native}

  @moduletag capture_log: true
  @corpus Path.expand("../../tests/corpus", __DIR__)
  @cases @corpus |> Path.join("*/trace.scope") |> Path.wildcard() |> Enum.map(&Path.basename(Path.dirname(&1)))

  test "there are cases" do
    assert length(@cases) >= 8
  end

  for name <- @cases do
    describe name do
      @describetag recorded: name

      setup %{recorded: name} do
        dir = Path.join(@corpus, name)
        asked = Enum.zip(documents(dir, "request.json"), documents(dir, "answer.json"))
        assert asked != []
        %{imported: ElixirScope.import(Path.join(dir, "trace.scope")), asked: asked}
      end

      test "the API's text is the accepted one, to the byte", %{imported: imported, asked: asked} do
        for {request, accepted} <- asked do
          case imported do
            {:ok, trace} -> assert Native.query_json(trace.native, request) == accepted
            {:error, error} -> assert_refused(error, CorpusJson.decode!(accepted))
          end
        end
      end

      test "query/2 gives the accepted answer as data", %{imported: imported, asked: asked} do
        for {request, accepted} <- asked, {:ok, trace} <- [imported] do
          case {ElixirScope.query(CorpusJson.decode!(request), trace: trace), CorpusJson.decode!(accepted)} do
            {{:ok, answer}, accepted} -> assert answer |> Map.from_struct() |> Map.delete(:warnings) |> plain() == accepted
            {{:error, error}, accepted} -> assert_refused(error, accepted)
          end
        end
      end

      test "the public functions agree with the accepted answers", %{imported: imported, asked: asked} do
        for {request, accepted} <- asked, {:ok, trace} <- [imported] do
          agree(CorpusJson.decode!(request), CorpusJson.decode!(accepted), trace)
        end
      end
    end
  end

  # Of a file that cannot be opened, the refusal is the answer to every request.
  defp assert_refused(error, accepted) do
    assert %{"error" => %{"code" => code, "message" => message}} = accepted
    assert {Atom.to_string(error.code), error.message} == {code, message}
  end

  @about_processes ~w(process_info find_processes process_relationships supervision_tree)

  defp agree(%{"kind" => kind} = request, accepted, trace) when kind in @about_processes do
    case accepted do
      %{"error" => %{"code" => code}} ->
        assert Atom.to_string(assert_raise(Error, fn -> processes(request, trace) end).code) == code

      %{"data" => rows} ->
        accepted = for row <- List.wrap(rows), do: {row["process"]["pid"], row["exited_at"] != nil}
        shown = request |> processes(trace) |> List.wrap() |> flat()
        assert Enum.map(shown, &{&1.pid, Map.get(&1, :exited_at) != nil}) == accepted
    end
  end

  # What the public functions make of these is held against a running system in tests of their own (query_messages_test, performance_test,
  # queues_test, state_changes_test): they show the same facts in another shape.
  @elsewhere ~w(analyze_state_change call_tree compare_states events_around function_calls histogram message message_queue_analysis overview
                performance_analysis server_calls slowest_function_calls snapshot_at state_changes term)

  defp agree(%{"kind" => kind}, _accepted, _trace) when kind in @elsewhere, do: :ok

  defp agree(%{"kind" => "state_at", "process" => process, "time" => time}, accepted, trace) do
    {monotonic, _wall} = Native.anchor(trace.native)

    case {ElixirScope.get_state_at(process, monotonic + time, trace: trace), accepted} do
      {{:ok, _term}, %{"data" => %{"state" => state}}} -> assert state["complete"]
      {{:error, %Error{code: :incomplete_state}}, %{"data" => %{"state" => state}}} -> refute state["complete"]
      {{:error, error}, %{"error" => accepted}} -> assert Atom.to_string(error.code) == accepted["code"]
    end
  end

  defp agree(%{"kind" => kind} = request, %{"data" => accepted}, trace) when is_list(accepted) do
    assert function(kind, request, trace) |> Enum.map(&figures(kind, &1)) == Enum.map(accepted, &accepted_figures(kind, &1))
  end

  defp agree(%{"kind" => "events"} = request, %{"error" => %{"code" => code}}, trace) do
    assert Atom.to_string(assert_raise(Error, fn -> function("events", request, trace) end).code) == code
  end

  defp agree(%{"kind" => "crashes"} = request, %{"data" => %{"causes" => causes, "crashes" => crashes}}, trace) do
    {monotonic, _wall} = Native.anchor(trace.native)
    times = for bound <- [:from, :to], time = request[Atom.to_string(bound)], do: {bound, monotonic + time}
    groups = ElixirScope.crashes([events: request["events"]] ++ times ++ options(request, trace))
    assert Enum.map(groups, &{&1.cause, &1.count}) == Enum.map(causes, &{&1["text"], &1["n"]})
    found = groups |> Enum.flat_map(& &1.crashes) |> Enum.sort_by(& &1.timestamp)
    assert Enum.map(found, &{&1.id, length(&1.stacktrace)}) == Enum.map(crashes, &{&1["id"], length(&1["stacktrace"])})
    assert Enum.map(found, & &1.cause) == Enum.map(crashes, & &1["cause"])
    assert Enum.map(found, &(&1.followed && &1.followed.id)) == Enum.map(crashes, &(&1["followed"] && &1["followed"]["id"]))
  end

  defp agree(%{"kind" => "info"}, %{"data" => _info}, _trace), do: :ok

  defp agree(%{"kind" => kind, "id" => id} = request, %{"data" => %{"rows" => rows}}, trace) when kind in ~w(why impact) do
    asked = [trace: trace] ++ for {key, value} <- [depth: request["depth"], limit: request["limit"]], value, do: {key, value}
    steps = apply(ElixirScope, String.to_existing_atom(kind), [id, asked])
    edge = &{&1.id, Atom.to_string(&1.kind), Atom.to_string(&1.certainty)}

    found =
      for step <- steps,
          do: {step.depth, step.event.id, Enum.map(step.causes, edge), step.stop && Atom.to_string(step.stop.reason)}

    assert found ==
             for(
               row <- rows,
               do:
                 {row["depth"], row["event"]["id"], Enum.map(row["causes"], &{&1["id"], &1["kind"], &1["certainty"]}),
                  row["stop"]["reason"]}
             )
  end

  defp agree(%{"kind" => kind} = request, %{"error" => accepted}, trace) do
    error = assert_raise Error, fn -> function(kind, request, trace) end
    assert Atom.to_string(error.code) == accepted["code"]
  end

  defp function("message_flow", %{"a" => a} = request, trace) do
    {monotonic, _wall} = Native.anchor(trace.native)
    times = for bound <- [:from, :to], time = request[Atom.to_string(bound)], do: {bound, monotonic + time}
    direction = for {"direction", direction} <- request, do: {:direction, direction}
    ElixirScope.message_flow(a, request["b"], direction ++ times ++ options(request, trace))
  end

  defp function("state_timeline", request, trace), do: ElixirScope.state_timeline(request["process"], options(request, trace))
  defp function("execution_path", request, trace), do: ElixirScope.execution_path(request["process"], options(request, trace))

  defp function("events", request, trace) do
    {monotonic, _wall} = Native.anchor(trace.native)
    {:ok, info} = ElixirScope.query(%{kind: :info}, trace: trace)

    filters =
      Enum.flat_map(request, fn
        {"process", process} -> [pid: process]
        {"classes", classes} -> [type: Enum.map(classes, &String.to_existing_atom/1)]
        {"kinds", kinds} -> [type: Enum.map(kinds, &String.to_existing_atom/1)]
        {"module", module} -> [module: Module.concat([module])]
        {"function", function} -> [function: String.to_atom(function)]
        {"filter", filter} -> [filter: filter]
        {"backward", backward} -> [backward: backward]
        {_other, _value} -> []
      end)

    from = monotonic + Map.get(request, "from", 0)
    to = monotonic + Map.get(request, "to", info.coverage.watermark)
    ElixirScope.get_events_between(from, to, filters ++ options(request, trace))
  end

  defp processes(%{"kind" => kind} = request, trace) do
    {monotonic, _wall} = Native.anchor(trace.native)
    times = for field <- ~w(at alive_at), time = request[field], do: {String.to_atom(field), monotonic + time}
    named = for field <- ~w(name parent root crashed), is_map_key(request, field), do: {String.to_atom(field), request[field]}
    options = times ++ options(request, trace)

    case kind do
      "process_info" -> ElixirScope.process_info(request["process"], options)
      "process_relationships" -> ElixirScope.process_relationships(request["process"], options)
      "find_processes" -> ElixirScope.find_processes(named ++ options)
      "supervision_tree" -> ElixirScope.supervision_tree(named ++ options)
    end
  end

  defp flat(nodes), do: Enum.flat_map(nodes, &[&1 | flat(Map.get(&1, :children) |> tree())])

  # The children of a process in no tree are plain pids.
  defp tree([%{pid: _} | _] = children), do: children
  defp tree(_other), do: []

  defp options(request, trace), do: for({"limit", limit} <- request, do: {:limit, limit}) ++ [trace: trace]

  # What a row says in numbers and words, without its terms.
  defp figures("message_flow", row), do: {row.id, row.waiting_ns, row.delivery_ns, Atom.to_string(row.matched)}
  defp figures("state_timeline", row), do: {row.id, row.complete, row.at_termination}
  defp figures("execution_path", row), do: {row.id, row.duration_ns, row.own_ns, row.depth, Atom.to_string(row.outcome)}
  defp figures("events", row), do: {row.id, Atom.to_string(row.kind), row.complete}

  defp accepted_figures("message_flow", row), do: {row["id"], row["waiting_ns"], row["delivery_ns"], row["matched"]}
  defp accepted_figures("state_timeline", row), do: {row["id"], row["state"]["complete"], row["at_termination"]}

  defp accepted_figures("execution_path", row),
    do: {row["id"], row["duration_ns"], row["own_ns"], row["depth"], row["outcome"]}

  defp accepted_figures("events", row), do: {row["id"], row["kind"], row["term"] == nil or row["term"]["complete"]}

  defp plain(%{} = map), do: Map.new(map, fn {key, value} -> {to_string(key), plain(value)} end)
  defp plain(list) when is_list(list), do: Enum.map(list, &plain/1)
  defp plain(scalar), do: scalar

  # One document per line, in a JSON list.
  defp documents(dir, file) do
    for line <- dir |> Path.join(file) |> File.read!() |> String.split("\n"), line not in ["", "[", "]"] do
      String.trim_trailing(line, ",")
    end
  end
end
