defmodule ElixirScope.Recorder.Sweep do
  @moduledoc false
  # Reads what the recorder records about processes that were alive before it: identity, parent, label, names and links, and what supervisors
  # know about themselves and their children. When a supervisor started children later, its children are recorded again.

  alias ElixirScope.Recorder.{Row, ServerLoop, Supervision, Tracing}

  @info [:registered_name, :dictionary, :links, :initial_call]
  # Rows per call of the native library.
  @batch 512

  @doc "Reads all processes; `put` is called with batches of rows. Returns the number of processes, those of another tracer, and what supervisors know."
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

  @doc "The rows of one process; none for a dead one."
  @spec rows(pid(), Supervision.family()) :: [Row.t()]
  def rows(pid, family \\ %{}) do
    case Process.info(pid, @info) do
      nil -> []
      info -> [alive(pid, info, family) | names(pid, info) ++ links(pid, info)]
    end
  end

  @doc """
  What supervisors know now, merged into what was `known`: a row for each process about which this changed, and the merged result.
  A row always contains everything known about a process, as readers keep only the last one.
  """
  @spec families([pid()], Supervision.family()) :: {[Row.t()], Supervision.family()}
  def families(supervisors, known) do
    said = Supervision.read(supervisors)
    # A child that is a supervisor without children has never spawned a process, and so has not been noticed.
    below = for {pid, %{child: %{type: :supervisor}}} <- said, not is_map_key(said[pid], :supervisor), do: pid
    said = Map.merge(said, Supervision.read(below), fn _pid, above, below -> Map.merge(above, below) end)
    family = Map.merge(known, said, fn _pid, before, now -> Map.merge(before, now, &newer/3) end)

    rows = for {pid, _said} <- said, family[pid] != known[pid], info = Process.info(pid, @info), do: alive(pid, info, family)

    {rows, family}
  end

  # A supervisor that could not be asked this time keeps its values.
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
