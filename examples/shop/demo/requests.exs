defmodule Demo.Requests do
  @moduledoc false
  # The demo's questions as requests of the API, so that a program in another language can ask them too.
  #
  # Invariant: a request is JSON and an answer is the API's own text: equal answers are equal bytes.

  @doc "Asks everything of a file, and writes requests and answers to `dir`, one of each per line."
  def write(trace, dir) do
    requests = requests(trace)
    answers = for request <- requests, do: ElixirScope.Native.query_json(trace.native, request)
    File.write!(Path.join(dir, "requests.jsonl"), lines(requests))
    File.write!(Path.join(dir, "answers.jsonl"), lines(answers))
    for {request, ~s({"error") <> _ = answer} <- Enum.zip(requests, answers), do: "#{request}: #{answer}"
  end

  defp requests(trace) do
    crash = trace |> rows(%{kind: :events, kinds: [:exit]}) |> Enum.find(&(&1.term.text =~ ~r/^{:badarith/))
    dead = crash.process.pid
    handled = trace |> rows(%{kind: :events, kinds: [:handled], process: dead}) |> List.last()

    sent =
      trace
      |> rows(%{kind: :events, kinds: [:send]})
      |> Enum.filter(&(&1.peer == dead and &1.term.text == handled.term.text))

    customer = List.last(sent).process.pid
    callers = for call <- rows(trace, %{kind: :events, classes: [:call]}), uniq: true, do: call.process.pid

    [
      ~s({"kind": "info"}),
      ~s({"kind": "events", "kinds": ["exit"]}),
      ~s({"kind": "events", "kinds": ["handled"], "process": "#{dead}"}),
      ~s({"kind": "events", "kinds": ["send"], "limit": 100000}),
      ~s({"kind": "events", "classes": ["message", "call", "state"], "limit": 100000}),
      ~s({"kind": "state_at", "process": "#{dead}", "time": #{crash.time}}),
      ~s({"kind": "state_timeline", "process": "#{dead}"}),
      ~s({"kind": "message_flow", "a": "#{customer}", "b": "#{dead}"})
    ] ++ for(caller <- callers, do: ~s({"kind": "execution_path", "process": "#{caller}"}))
  end

  defp rows(trace, request) do
    {:ok, answer} = ElixirScope.query(request, trace: trace, limit: 100_000)
    answer.data
  end

  defp lines(texts), do: Enum.map(texts, &[&1, ?\n])
end
