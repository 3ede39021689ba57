defmodule ElixirScope.Query.Processes do
  @moduledoc """
  Questions about processes: who they are or were, and whom they belong to. `ElixirScope` has the same functions.

  A time may be given wherever `at:` is taken: all that is asked is then answered as it was at that moment. What the trace cannot tell is `nil`:
  a child's id, for example, is known from the moment the recorder has looked at its supervisor (at the start, and about 0.1 s after the supervisor
  started a child, at the latest 2 s where there are thousands of children to look at).

  Each function raises `ElixirScope.Error`: `:not_found` for a process or name the trace has never seen, `:bad_argument` for what is no process, time
  or option, `:not_running` without a recording.
  """

  alias ElixirScope.Query.Client
  alias ElixirScope.Types

  @doc """
  What is known of one process, alive or not: `%{process, pid, status, name, names, module, initial_call, parent, ancestors, label, links, spawned_at,
  first_seen, exited_at, exit_reason, supervises, child, counts, at, timestamp}`.

  `status` is `:alive`, `:exited` or `:not_yet`; `counts` are the events held, by class; `supervises` is `%{strategy, intensity, period_s}` of a supervisor;
  `child` is what its own supervisor says of it: `%{id, type, restart, modules}`. Times are as `ElixirScope.now/0`. Options `:at` (a time), `:trace`.

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
  The processes that match every filter given, by pid: `%{process, pid, name, module, initial_call, parent, spawned_at, exited_at, exit_reason, crashed}`.

    * `:module` - the callback module, or the module of the first function
    * `:name` - a registered name it held (with `:alive_at`: at that time)
    * `:parent` - who spawned it
    * `:alive_at` - a time it lived at
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
  Whom a process belongs to and talks with: `%{process, pid, parent, ancestors, children, links, supervisor, strategy, child, replaced_by, peers,
  sent_elsewhere, at, timestamp}`.

  `children` are those it spawned that lived then; `peers` are `%{process, sent, received}`, most messages first (of traced processes); `replaced_by` is
  the process that came in its place, with how sure that is: `:certain` (its supervisor gave both the same id) or `:likely`. Options `:at`, `:limit`, `:trace`.

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
  The supervision tree now, or `at:` a time: a list of supervisors under no other one, each
  `%{process, pid, name, module, supervises, restarts, child, replaces, spawned_at, children}`, and so on below; `children` of a worker is `[]`.

  `restarts` counts the children that were replaced after an exit, up to then. Options `:at`, `:root` (only what is under this one), `:limit`, `:trace`.

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
