defmodule ElixirScope.Sweep do
  @moduledoc false
  # What the recorder writes down of processes that were alive before it: identity, parent, names and links.

  alias ElixirScope.{ServerLoop, Tracing}

  @info [:registered_name, :dictionary, :links, :initial_call]
  # Rows handed to the native library at once.
  @batch 512

  @type row :: {atom(), pid() | nil, pid() | nil, mfa() | atom() | nil, term()}

  @doc "Runs over all processes; `put` takes rows in batches. Returns how many there are and which another tracer holds."
  @spec run(Tracing.t(), ([row()] -> term())) :: %{processes: non_neg_integer(), held: [{pid(), term()}]}
  def run(tracer, put) do
    pids = Process.list()

    pids
    |> Stream.flat_map(&rows/1)
    |> Stream.chunk_every(@batch)
    |> Enum.each(put)

    held = for pid <- pids, {:other, holder} <- [Tracing.holder(pid, tracer)], do: {pid, holder}
    %{processes: length(pids), held: held}
  end

  @doc "The rows of one process: none when it is gone."
  @spec rows(pid()) :: [row()]
  def rows(pid) do
    case Process.info(pid, @info) do
      nil -> []
      info -> [alive(pid, info) | names(pid, info) ++ links(pid, info)]
    end
  end

  defp alive(pid, info) do
    ancestors = ancestors(info[:dictionary])
    initial_call = proc_lib_call(info[:dictionary]) || info[:initial_call]
    {:alive, pid, parent(ancestors), initial_call, %{ancestors: ancestors, module: ServerLoop.callback_module(info[:dictionary])}}
  end

  defp names(pid, info) do
    case info[:registered_name] do
      name when is_atom(name) and name != nil -> [{:register, pid, nil, name, nil}]
      _none -> []
    end
  end

  defp links(pid, info), do: for(other <- info[:links], is_pid(other), do: {:link, pid, other, nil, nil})

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
