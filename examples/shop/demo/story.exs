defmodule Demo.Story do
  @moduledoc false
  # The questions of the demo, asked with ElixirScope's public functions, of the running recorder or of a file.
  #
  # Invariant: an answer holds values only (no pid, no reference), so that answers of two nodes can be compared.

  @doc "Asks everything. `source` is `[]` for the running recorder, `[trace: trace]` for a file."
  def ask(source) do
    crash = crash(source)
    customer = last_sender(crash, source)

    %{
      crash: %{
        process: text(crash.process),
        reason: elem(crash.term, 0),
        at: since_start(crash, source)
      },
      state: state_before(crash, source),
      messages: messages(customer, crash, source),
      slowest: slowest(source),
      events: Enum.count(events([type: [:message, :call, :state]], source))
    }
  end

  defp crash(source) do
    events([type: :exit], source) |> Enum.find(&match?({:badarith, _stacktrace}, &1.term)) ||
      raise "no process exited with :badarith in this trace"
  end

  # Whoever sent the message that the process was working on when it died.
  defp last_sender(crash, source) do
    fatal = events([type: :handled, pid: crash.process], source) |> List.last()
    dead = text(crash.process)

    events([type: :send], source)
    |> Enum.filter(&(text(&1.peer) == dead and &1.term == fatal.term))
    |> List.last()
    |> Map.fetch!(:process)
  end

  defp state_before(crash, source) do
    {:ok, state} = ElixirScope.get_state_at(crash.process, crash, source)
    state
  end

  defp messages(customer, crash, source) do
    flow = ElixirScope.message_flow(customer, crash.process, source)
    dead = text(crash.process)
    to_dead = Enum.filter(flow, &(text(&1.to) == dead))
    first = hd(to_dead).timestamp

    for message <- to_dead do
      %{
        message: spoken(message.message),
        after_ns: message.timestamp - first,
        waiting_ns: message.waiting_ns
      }
    end
  end

  defp slowest(source) do
    events([type: :call], source)
    |> Enum.map(&text(&1.process))
    |> Enum.uniq()
    |> Enum.flat_map(&ElixirScope.execution_path(&1, source))
    |> Enum.filter(& &1.duration_ns)
    |> Enum.sort_by(&{-&1.duration_ns, &1.timestamp})
    |> Enum.map(fn call ->
      %{
        function: {call.module, call.function, call.arity},
        args: call.args |> unpersonal() |> inspect(),
        duration_ns: call.duration_ns,
        own_ns: call.own_ns
      }
    end)
  end

  defp events(filter, source) do
    {first, last} = span(source)
    ElixirScope.get_events_between(first, last, [limit: 100_000] ++ filter ++ source)
  end

  # The whole trace, in the clock that ElixirScope's functions take.
  defp span(source) do
    {:ok, answer} = ElixirScope.query(%{kind: :info}, source)
    anchor = String.to_integer(answer.data.monotonic_anchor_ns)
    {anchor, anchor + answer.coverage.watermark}
  end

  defp since_start(event, source), do: event.timestamp - elem(span(source), 0)

  # A GenServer's message without its wrapping, which holds a pid and a reference.
  defp spoken({:"$gen_call", _from, message}), do: {:call, message}
  defp spoken({:"$gen_cast", message}), do: {:cast, message}
  defp spoken(other), do: {:info, other}

  # A pid or reference of the recorded node is a live one there, and a struct elsewhere: no answer to compare.
  defp unpersonal(%ElixirScope.Foreign{}), do: :_
  defp unpersonal(id) when is_pid(id) or is_reference(id), do: :_
  defp unpersonal([head | tail]), do: [unpersonal(head) | unpersonal(tail)]

  defp unpersonal(tuple) when is_tuple(tuple),
    do: tuple |> Tuple.to_list() |> unpersonal() |> List.to_tuple()

  defp unpersonal(other), do: other

  defp text(pid) when is_pid(pid), do: pid |> :erlang.pid_to_list() |> List.to_string()
  defp text(%ElixirScope.Foreign{text: text}), do: text
  defp text(name), do: inspect(name)
end
