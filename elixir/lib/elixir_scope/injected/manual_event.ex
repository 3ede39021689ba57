defmodule ElixirScope.Injected.ManualEvent do
  @moduledoc false
  # Converts an injected event, the type and map of `ElixirScope.TraceDB.store_event/2`, to a row of the native recorder.
  #
  # Invariant: every key is used, or refused by name.

  alias ElixirScope.Error
  alias ElixirScope.Recorder.Row

  @types [:process, :message, :function, :genserver]
  # {type, event}: keys that must be there, keys that may be.
  @forms %{
    {:process, :spawn} => {[:pid], [:parent, :mfa]},
    {:process, :exit} => {[:pid, :reason], []},
    {:process, :link} => {[:pid, :peer], []},
    {:process, :unlink} => {[:pid, :peer], []},
    {:process, :register} => {[:pid, :name], []},
    {:process, :unregister} => {[:pid, :name], []},
    {:message, :send} => {[:from, :to, :message], []},
    {:message, :delivered} => {[:to, :message], []},
    {:message, :handled} => {[:to, :message], [:module]},
    {:function, :call} => {[:pid, :module, :function], [:args, :arity]},
    {:function, :return} => {[:pid, :module, :function, :arity, :result], []},
    {:function, :exception} => {[:pid, :module, :function, :arity, :reason], [:class]},
    {:genserver, :state} => {[:pid, :state], [:module]},
    {:genserver, :terminate} => {[:pid, :state], [:module]}
  }
  @defaults %{message: :send, function: :call, genserver: :state}

  @allowed %{
    pid: "a pid of this node, or its text",
    parent: "a pid of this node, or its text",
    peer: "a pid of this node, or its text",
    from: "a pid of this node, or its text",
    to: "a pid of this node, its text, or a registered name",
    name: "an atom",
    module: "a module",
    function: "an atom",
    mfa: "{module, function, arguments or arity}",
    args: "a list of at most 255 arguments",
    arity: "an integer from 0 to 255",
    class: ":error, :exit or :throw",
    timestamp: "System.monotonic_time(:nanosecond), another integer where `epoch:` says so, or a DateTime"
  }

  @doc "The row of an event. `wall` is wall clock minus the recording's own time, for a DateTime."
  @spec row(atom(), map(), integer()) :: {:ok, Row.t()} | {:error, Error.t()}
  def row(type, event, wall) when type in @types and is_map(event) do
    with {:ok, what, form} <- form(type, event),
         :ok <- known(event, form, type, what),
         {:ok, values} <- values(event, wall) do
      kind(type, what, values)
    end
  end

  def row(type, _event, _wall) when type not in @types,
    do: wrong("type", inspect(type), Enum.map_join(@types, ", ", &inspect/1))

  def row(_type, event, _wall), do: wrong("the event", inspect(event), "a map")

  defp form(type, event) do
    what = Map.get(event, :event, @defaults[type])

    case @forms do
      %{{^type, ^what} => form} -> {:ok, what, form}
      _none -> wrong("event", inspect(what), for({^type, what} <- Map.keys(@forms), do: inspect(what)) |> Enum.join(", "))
    end
  end

  defp known(event, {needed, optional}, type, what) do
    allowed = needed ++ optional ++ [:event, :timestamp]

    case {needed -- Map.keys(event), Map.keys(event) -- allowed} do
      {[], []} -> :ok
      {[key | _], _} -> wrong("#{type} event #{inspect(what)}", "no key #{inspect(key)}", "one with #{list(needed)}")
      {_, [key | _]} -> wrong("#{type} event #{inspect(what)}", "the unknown key #{inspect(key)}", "only #{list(allowed)}")
    end
  end

  defp list(keys), do: Enum.map_join(keys, ", ", &inspect/1)

  defp values(event, wall) do
    Enum.reduce_while(event, {:ok, %{}}, fn {key, value}, {:ok, values} ->
      case value(key, value, wall) do
        {:ok, value} -> {:cont, {:ok, Map.put(values, key, value)}}
        :error -> {:halt, wrong(inspect(key), inspect(value), @allowed[key])}
      end
    end)
  end

  defp value(:to, name, _wall) when is_atom(name) and name not in [nil, true, false], do: {:ok, name}
  defp value(key, pid, _wall) when key in [:pid, :parent, :peer, :from, :to], do: pid(pid)

  defp value(key, atom, _wall) when key in [:name, :module, :function],
    do: if(is_atom(atom) and atom != nil, do: {:ok, atom}, else: :error)

  defp value(:mfa, {m, f, args} = mfa, _wall) when is_atom(m) and is_atom(f) and is_list(args),
    do: if(arguments?(args), do: {:ok, mfa}, else: :error)

  defp value(:mfa, {m, f, a} = mfa, _wall) when is_atom(m) and is_atom(f) and is_integer(a) and a in 0..255, do: {:ok, mfa}
  defp value(:mfa, _other, _wall), do: :error
  defp value(:args, args, _wall), do: if(arguments?(args), do: {:ok, args}, else: :error)
  defp value(:arity, arity, _wall), do: if(arity in 0..255, do: {:ok, arity}, else: :error)
  defp value(:class, class, _wall), do: if(class in [:error, :exit, :throw], do: {:ok, class}, else: :error)
  defp value(:timestamp, nil, _wall), do: {:ok, nil}
  defp value(:timestamp, %DateTime{} = time, wall), do: {:ok, DateTime.to_unix(time, :nanosecond) - wall}
  # The native library checks the bounds of the recording; this is what fits its integers.
  defp value(:timestamp, time, _wall), do: if(time in -0x7FFFFFFFFFFFFFFF..0x7FFFFFFFFFFFFFFF, do: {:ok, time}, else: :error)
  defp value(_any_term, value, _wall), do: {:ok, value}

  defp arguments?(args), do: is_list(args) and not List.improper?(args) and length(args) <= 255

  defp pid(pid) when is_pid(pid), do: if(node(pid) == node(), do: {:ok, pid}, else: :error)
  defp pid("#PID" <> text), do: pid(text)

  defp pid("<0." <> _ = text) do
    {:ok, :erlang.list_to_pid(String.to_charlist(text))}
  rescue
    ArgumentError -> :error
  end

  defp pid(_other), do: :error

  defp kind(:process, :spawn, v) do
    case v[:mfa] do
      {m, f, args} when is_list(args) -> row(v, :spawn, v.pid, v[:parent], {m, f, length(args)}, [args])
      mfa -> row(v, :spawn, v.pid, v[:parent], mfa, [])
    end
  end

  defp kind(:process, :exit, v), do: row(v, :exit, v.pid, nil, nil, [v.reason])
  defp kind(:process, kind, v) when kind in [:link, :unlink], do: row(v, kind, v.pid, v.peer, nil, [])
  defp kind(:process, kind, v), do: row(v, kind, v.pid, nil, v.name, [])
  defp kind(:message, :send, v), do: row(v, :send, v.from, v.to, nil, [v.message])

  defp kind(:message, _kind, %{to: name}) when is_atom(name),
    do: wrong(":to", inspect(name), "the pid of the process that received the message, or its text")

  defp kind(:message, kind, v), do: row(v, kind, v.to, nil, v[:module], [v.message])

  defp kind(:function, :call, %{args: args} = v) do
    if Map.get(v, :arity, length(args)) == length(args),
      do: row(v, :call, v.pid, nil, {v.module, v.function, length(args)}, [args]),
      else: wrong(":arity", inspect(v.arity), "the number of :args, #{length(args)}")
  end

  defp kind(:function, :call, %{arity: arity} = v), do: row(v, :call, v.pid, nil, {v.module, v.function, arity}, [])
  defp kind(:function, :call, _v), do: wrong("function event :call", "no key :args", "one with :args or :arity")
  defp kind(:function, :return, v), do: row(v, :return, v.pid, nil, {v.module, v.function, v.arity}, [v.result])

  defp kind(:function, :exception, v) do
    row(v, :exception, v.pid, nil, {v.module, v.function, v.arity}, [{Map.get(v, :class, :error), v.reason}])
  end

  defp kind(:genserver, kind, v), do: row(v, kind, v.pid, nil, v[:module], [v.state])

  defp row(v, kind, process, peer, subject, term) do
    {:ok, %Row{kind: kind, process: process, peer: peer, subject: subject, term: term, time: v[:timestamp]}}
  end

  defp wrong(what, got, allowed), do: Error.new(:bad_argument, "#{what} must be #{allowed}, got: #{got}")
end
