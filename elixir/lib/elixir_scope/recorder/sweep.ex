defmodule ElixirScope.Recorder.Sweep do
  @moduledoc false
  # What the recorder writes down of processes that were alive before it: identity, parent, label, names and links, and what supervisors
  # say of themselves and of their children. The children of a supervisor that started some since are written down anew.

  alias ElixirScope.Recorder.{Row, ServerLoop, Supervision, Tracing}

  @info [:registered_name, :dictionary, :links, :initial_call]
  # Rows handed to the native library at once.
  @batch 512

  @doc "Runs over all processes; `put` takes rows in batches. Returns how many there are, which another tracer holds, and what supervisors said."
  @spec run(Tracing.t(), ([Row.t()] -> term())) :: %{
          processes: non_neg_integer(),
          held: [{pid(), term()}],
          family: Supervision.family()
        }
  def run(tracer, put) do
    pids = Process.list()
    family = Supervision.read(pids)

    pids
    |> Stream.flat_map(&rows(&1, family))
    |> Stream.chunk_every(@batch)
    |> Enum.each(put)

    held = for pid <- pids, {:other, holder} <- [Tracing.holder(pid, tracer)], do: {pid, holder}
    %{processes: length(pids), held: held, family: family}
  end

  @doc "The rows of one process: none when it is gone."
  @spec rows(pid(), Supervision.family()) :: [Row.t()]
  def rows(pid, family \\ %{}) do
    case Process.info(pid, @info) do
      nil -> []
      info -> [alive(pid, info, family) | names(pid, info) ++ links(pid, info)]
    end
  end

  @doc """
  What supervisors say now, over what was known: a row for each process of which something else is known than before, and all that is known now.
  A row always holds all that is known of a process, as readers keep only the last.
  """
  @spec families([pid()], Supervision.family()) :: {[Row.t()], Supervision.family()}
  def families(supervisors, known) do
    said = Supervision.read(supervisors)
    # Supervisors among the children may have no child yet, and so have never been noticed.
    below = for {pid, %{child: %{type: :supervisor}}} <- said, not is_map_key(said[pid], :supervisor), do: pid
    said = Map.merge(said, Supervision.read(below), fn _pid, above, below -> Map.merge(above, below) end)
    family = Map.merge(known, said, fn _pid, before, now -> Map.merge(before, now, &newer/3) end)

    rows = for {pid, _said} <- said, family[pid] != known[pid], info = Process.info(pid, @info), do: alive(pid, info, family)

    {rows, family}
  end

  # A supervisor that could not be asked this time is what it was.
  defp newer(:supervisor, before, now) when now == %{}, do: before
  defp newer(_key, _before, now), do: now

  defp alive(pid, info, family) do
    ancestors = ancestors(info[:dictionary])
    initial_call = proc_lib_call(info[:dictionary]) || info[:initial_call]
    module = ServerLoop.callback_module(info[:dictionary]) |> supervised(info[:dictionary])

    details =
      %{ancestors: ancestors, module: module} |> Map.merge(label(info[:dictionary])) |> Map.merge(Map.get(family, pid, %{}))

    %Row{kind: :alive, process: pid, peer: parent(ancestors), subject: initial_call, term: [details]}
  end

  # Of a supervisor, `$initial_call` names its own module.
  defp supervised(:supervisor, dictionary) do
    case List.keyfind(dictionary, :"$initial_call", 0) do
      {_, {:supervisor, module, 1}} -> module
      _other -> :supervisor
    end
  end

  defp supervised(module, _dictionary), do: module

  # `:proc_lib.set_label/1`, from OTP 27 on.
  defp label(dictionary) do
    case List.keyfind(dictionary, :"$process_label", 0) do
      {_, label} -> %{label: label}
      nil -> %{}
    end
  end

  defp names(pid, info) do
    case info[:registered_name] do
      name when is_atom(name) and name != nil -> [%Row{kind: :register, process: pid, subject: name}]
      _none -> []
    end
  end

  defp links(pid, info), do: for(other <- info[:links], is_pid(other), do: %Row{kind: :link, process: pid, peer: other})

  defp ancestors(dictionary) do
    case List.keyfind(dictionary, :"$ancestors", 0) do
      {_, ancestors} when is_list(ancestors) -> ancestors
      _none -> []
    end
  end

  defp proc_lib_call(dictionary) do
    case List.keyfind(dictionary, :"$initial_call", 0) do
      {_, {m, f, a} = mfa} when is_atom(m) and is_atom(f) and is_integer(a) -> mfa
      _none -> nil
    end
  end

  # An ancestor is a pid, or the name it had.
  defp parent([pid | _]) when is_pid(pid), do: pid
  defp parent([name | _]) when is_atom(name), do: Process.whereis(name)
  defp parent(_none), do: nil
end
