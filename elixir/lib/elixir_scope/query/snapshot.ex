defmodule ElixirScope.Query.Snapshot do
  @moduledoc """
  The whole system at a moment. `ElixirScope` has the same function.
  """

  alias ElixirScope.Query.Client
  alias ElixirScope.Types

  @doc """
  The system at a time: `{:ok, %{timestamp, at, active_processes, process_states, pending_messages, names, in_flight_calls, waiting_on,
  supervision_tree}}`.

    * `active_processes` - the pids alive then
    * `process_states` - `%{pid => %{state, since, module, complete}}`, of the processes whose state was recorded
    * `pending_messages` - `%{pid => %{n_waiting, n_on_the_way, since, messages}}`: the number of messages that were delivered but not handled, the number
      that were sent but not delivered, and the first of them as `%{id, message, sent_at, delivered_at}`. It has the servers whose handling was recorded; for other
      processes the messages are unknown. Messages that were sent before `since` and not delivered are not counted; if `since` is `nil`, there are none
    * `supervision_tree` - the rows of `supervision_tree/1` at that time
    * `names` - `%{name => pid}`
    * `in_flight_calls` - `%{pid => [%{id, module, function, arity, args, since}]}`, outermost first, of processes in a traced call
    * `waiting_on` - `%{pid => %{id, server, request, since}}`, of processes that had called a server and had no reply yet

  Options: `:messages` (how many per mailbox, default 10), `:limit` (processes), `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0, name: :snapshot_doc)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> GenServer.call(counter, {:add, 1})
      1
      iex> {:ok, snapshot} = ElixirScope.system_snapshot_at(ElixirScope.now())
      iex> {counter in snapshot.active_processes, snapshot.process_states[counter].state, snapshot.names[:snapshot_doc] == counter}
      {true, 1, true}
      iex> snapshot.pending_messages[counter].n_waiting
      0
      iex> ElixirScope.stop()
      :ok
  """
  @spec system_snapshot_at(Types.time(), keyword()) :: {:ok, map()} | {:error, ElixirScope.Error.t()}
  def system_snapshot_at(time, options \\ []), do: Client.snapshot(time, options)
end
