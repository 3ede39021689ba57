defmodule ElixirScope.Query.Processes do
  @moduledoc """
  Processes: their identity, and how they belong together. `ElixirScope` has the same functions.

  With the option `at:` the functions answer for that time. Unknown values are `nil`. For example, the id of a child is unknown until the recorder has
  asked its supervisor. It does so at the start, and about 0.1 s after a supervisor started a child; with thousands of children it may take 2 s.

  Each function raises `ElixirScope.Error`: `:not_found` for a process or name that the trace has never seen, `:bad_argument` for a wrong process, time
  or option, `:not_running` without a recording.
  """

  alias ElixirScope.Query.Client
  alias ElixirScope.Types

  @doc """
  One process, alive or not: `%{process, pid, status, name, names, module, initial_call, parent, ancestors, label, links, spawned_at,
  first_seen, exited_at, exit_reason, supervises, child, counts, at, timestamp}`.

  `status` is `:alive`, `:exited` or `:not_yet`; `counts` are the events in the store, by class. A supervisor has `supervises`: `%{strategy, intensity, period_s}`.
  `child` is what its own supervisor knows about it: `%{id, type, restart, modules}`. Times are those of `ElixirScope.now/0`. Options: `:at` (a time), `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0, name: :doc_counter)
      iex> info = ElixirScope.process_info(:doc_counter)
      iex> {info.process == counter, info.module, info.names, info.parent == self(), info.status}
      {true, ElixirScope.Doc.Counter, [:doc_counter], true, :alive}
      iex> GenServer.stop(counter)
      :ok
      iex> info = ElixirScope.process_info(counter)
      iex> {info.status, info.exit_reason}
      {:exited, :normal}
      iex> ElixirScope.stop()
      :ok
  """
  @spec process_info(Types.process(), keyword()) :: map()
  def process_info(process, options \\ []), do: Client.one!(:process_info, [process: process], options, [:at])

  @doc """
  The processes that match every given filter, in the order of their pids: `%{process, pid, name, module, initial_call, parent, spawned_at, exited_at, exit_reason, crashed}`.

    * `:module` - the callback module, or the module of the first function
    * `:name` - a registered name it held (with `:alive_at`: at that time)
    * `:parent` - the process that spawned it
    * `:alive_at` - a time at which it was alive
    * `:crashed` - `true`: it exited other than by `:normal`, `:shutdown` or `{:shutdown, _}`; `false`: it did not

  Options `:limit`, `:after`, `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> Process.exit(counter, :kill)
      true
      iex> [found] = ElixirScope.find_processes(module: ElixirScope.Doc.Counter, parent: self(), crashed: true)
      iex> {found.process == counter, found.exit_reason}
      {true, :killed}
      iex> ElixirScope.stop()
      :ok
  """
  @spec find_processes(keyword()) :: [map()]
  def find_processes(filters \\ []) do
    processes = for {:parent, process} <- filters, do: {:parent, process}

    fields =
      Enum.flat_map(filters, fn
        {:module, module} -> [module: inspect(module)]
        {:name, name} when is_atom(name) -> [name: inspect(name)]
        {field, value} when field in [:name, :crashed] -> [{field, value}]
        _other -> []
      end)

    options = Keyword.drop(filters, [:module, :name, :parent, :crashed])
    Client.rows!(:find_processes, processes, fields, options, [:alive_at, :limit, :after])
  end

  @doc """
  The processes that a process is related to: `%{process, pid, parent, ancestors, children, links, supervisor, strategy, child, replaced_by, peers,
  sent_elsewhere, at, timestamp}`.

  `children` are the processes that it spawned and that were alive. `peers` are `%{process, sent, received}`, most messages first, for traced
  processes. `replaced_by` is the process that was started in its place; its `certainty` is `:certain` (the supervisor gave both the same id) or `:likely`.
  Options: `:at`, `:limit`, `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_all)
      iex> [{_, agent, _, _}] = Supervisor.which_children(supervisor)
      iex> relationships = ElixirScope.process_relationships(agent)
      iex> {relationships.parent == supervisor, relationships.supervisor == supervisor, relationships.links == [supervisor]}
      {true, true, true}
      iex> Supervisor.stop(supervisor)
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec process_relationships(Types.process(), keyword()) :: map()
  def process_relationships(process, options \\ []),
    do: Client.one!(:process_relationships, [process: process], options, [:at, :limit])

  @doc """
  The supervision tree now, or `at:` a time: a list of the topmost supervisors, each
  `%{process, pid, name, module, supervises, restarts, child, replaces, spawned_at, children}`. `children` has the same fields again; for a worker it is `[]`.

  `restarts` is the number of children that were replaced after an exit so far. Options: `:at`, `:root` (only the tree below this process), `:limit`, `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_all)
      iex> [top] = ElixirScope.supervision_tree(root: supervisor)
      iex> {top.process == supervisor, length(top.children), top.restarts}
      {true, 1, 0}
      iex> Supervisor.stop(supervisor)
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec supervision_tree(keyword()) :: [map()]
  def supervision_tree(options \\ []) do
    processes = for {:root, process} <- options, do: {:root, process}

    :supervision_tree
    |> Client.rows!(processes, [], Keyword.delete(options, :root), [:at, :limit])
    |> nest()
  end

  # Rows come in the order of the tree, with their depth.
  defp nest([]), do: []

  defp nest([%{depth: depth} = node | rest]) do
    {below, beside} = Enum.split_while(rest, &(&1.depth > depth))
    [node |> Map.delete(:depth) |> Map.put(:children, nest(below)) | nest(beside)]
  end
end
