defmodule ElixirScope.Query.States do
  @moduledoc """
  States of servers. `ElixirScope` has the same functions.
  """

  alias ElixirScope.{Error, Types}
  alias ElixirScope.Query.{Client, Comparison}

  @doc """
  Every recorded state of a process, oldest first: `%{id, timestamp, at, state, complete, module, at_termination, cause}`. `cause` is the
  event that led to it: the message that was handled before, or the spawn. The options are those of `message_flow/3`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> GenServer.call(counter, {:add, 7})
      7
      iex> [row] = ElixirScope.state_timeline(counter)
      iex> {row.state, row.module, row.cause.kind}
      {7, ElixirScope.Doc.Counter, :handled}
      iex> ElixirScope.stop()
      :ok
  """
  @spec state_timeline(Types.process(), keyword()) :: [map()]
  def state_timeline(process, options \\ []), do: Client.list!(:state_timeline, [process: process], [], options)

  @doc """
  The state of a process at a time, as a real term, if all of it was recorded. Else the error has one of these codes:

    * `:not_found` - the trace has never seen the process, or it was not alive at that time
    * `:not_traced` - its states were not recorded at that time; where they may have changed since the last one that was, as events were lost, `partial` has that one
    * `:evicted` - the state was recorded and has been evicted
    * `:incomplete_state` - parts are missing: `partial` has the rest, `paths` the places

  Option: `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> GenServer.call(counter, {:add, 1})
      1
      iex> then = ElixirScope.now()
      iex> GenServer.call(counter, {:add, 1})
      2
      iex> ElixirScope.get_state_at(counter, then)
      {:ok, 1}
      iex> ElixirScope.stop()
      :ok
  """
  @spec get_state_at(Types.process(), Types.time(), keyword()) :: {:ok, term()} | {:error, Error.t()}
  def get_state_at(process, time, options \\ []), do: Client.state_at(process, time, options)

  @doc """
  The difference of two states: `%{verdict, added, removed, changed, moved, unknown, n_changes}`. A state is an event, its id, a row of
  `state_timeline/2`, or, with the option `process:`, a time. Any two other terms are compared in the same way.

  `verdict` is `:equal`, `:different`, or `:unknown` if the recorded parts are equal and some parts were not recorded. `added`, `removed` and
  `moved` have `%{path, value}`, `changed` and `unknown` have `%{path, before, after}`. A path is `.name` for an atom key of a map or keyword list,
  `[key]` for another key, `[n]` for an element (from 0) of a list or tuple, and empty for the whole term.

  Options: `:process`, `:limit` (changes), `:trace`. Raises `ElixirScope.Error` (`:not_found`, `:not_traced`, `:evicted`, `:bad_argument`).

      iex> diff = ElixirScope.compare_states(%{items: [:desk], total: 5}, %{items: [:lamp, :desk], total: 9})
      iex> {diff.added, diff.changed}
      {[%{path: ".items[0]", value: :lamp}], [%{path: ".total", before: 5, after: 9}]}
  """
  @spec compare_states(term(), term(), keyword()) :: map()
  def compare_states(a, b, options \\ []), do: Comparison.difference!(a, b, options)

  @doc """
  When a part of the state of a process changed, oldest first: `%{id, timestamp, at, before, after, diff, cause}`. `path` is written as
  `compare_states/3` writes it (`items` means `.items`); `""` is the whole state. `diff` is that of `compare_states/3`, with at most 10 changes. If its
  verdict is `:unknown`, not all of the part was recorded, so that it may not have changed. The first state in the trace is not a change.
  A missing part is shown as `nil`, like a part that is `nil`: see `diff`. Options and errors are those of `state_timeline/2`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> for n <- [1, 0, 2], do: GenServer.call(counter, {:add, n})
      [1, 1, 3]
      iex> [change] = ElixirScope.state_changes(counter, "")
      iex> {change.before, change.after, change.cause.kind}
      {1, 3, :handled}
      iex> ElixirScope.stop()
      :ok
  """
  @spec state_changes(Types.process(), String.t(), keyword()) :: [map()]
  def state_changes(process, path, options \\ []),
    do: Client.list!(:state_changes, [process: process], [path: path], options)

  @doc """
  How a process changed from one state to another: `%{diff, trigger, causes, matches}`, where `matches` has
  `%{before, after, certain, n_between, diff, trigger, causes}` for every pair of such states. `diff`, `trigger` and `causes` are those of the first pair, or `nil`, `nil` and
  `[]` if there is none. `trigger` is the handled message that led to the second state. `causes` are the first steps of its chain of causes, as from
  `ElixirScope.Query.Causes.why/2`; the option `:causes` is their number (default 10, at most 100).

  Each state is given as an event, its id, a row of `state_timeline/2`, a time, or a term. A term stands for every state equal to it; a place that was cut
  matches any value, and the match is then not `certain`. An integer is a time; `{:like, 5}` is the state 5. `{:like, "%{total: 0, ...}"}` is a pattern, in
  which `_` matches any value and `...` other keys. The options are those of `state_timeline/2`. Raises `ElixirScope.Error`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> for n <- [1, 4], do: GenServer.call(counter, {:add, n})
      [1, 5]
      iex> found = ElixirScope.analyze_state_change(counter, {:like, 1}, {:like, "5"})
      iex> {found.diff.changed, found.trigger.kind, length(found.matches)}
      {[%{path: "", before: 1, after: 5}], :handled, 1}
      iex> ElixirScope.stop()
      :ok
  """
  @spec analyze_state_change(Types.process(), term(), term(), keyword()) :: map()
  def analyze_state_change(process, before, later, options \\ []),
    do: Comparison.transitions!(process, before, later, options)
end
