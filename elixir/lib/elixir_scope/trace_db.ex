defmodule ElixirScope.TraceDB do
  @moduledoc """
  The store by itself: it takes events from your own code, and answers questions about them.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true, epoch: 0)
      iex> alias ElixirScope.TraceDB
      iex> TraceDB.store_event(:process, %{event: :spawn, pid: self(), timestamp: 100})
      :ok
      iex> TraceDB.log_state(MyApp.Cart, self(), %{total: 5}, timestamp: 200)
      :ok
      iex> TraceDB.get_state_at(self(), 250)
      {:ok, %{total: 5}}
      iex> TraceDB.next_event_after(100).kind
      :state
      iex> TraceDB.get_processes_at(150) == [self()]
      true
      iex> GenServer.stop(db)
      :ok

  These events are stored like traced ones: secrets are redacted, terms are cut at `max_term_bytes`, the limits apply, and all functions of `ElixirScope`
  find them. There is one store, of sealed chunks; this module has none of its own.

  If a store was started here, a later `ElixirScope.setup/1` uses it. If not, `setup/1` starts one, and the functions here use that.
  In `test_mode` nothing is traced, even after a setup: the store holds the events that were passed to it, with the given times, as soon as the function
  returns.

  The functions here return events of processes, messages, calls, states, spans and the VM, but not those that the recorder writes about itself.
  `ElixirScope` describes how times and processes are given.
  """

  # After ElixirScope.stop/0 a supervisor must not start it again.
  use GenServer, restart: :transient
  alias ElixirScope.{Error, Event, Native, Query, Recorder}
  alias ElixirScope.Answer.{Decoder, Value}
  alias ElixirScope.Injected.ManualEvent
  alias ElixirScope.Query.{Client, Moment, Source}
  alias ElixirScope.Recorder.{Current, Setup}

  @classes [:process, :message, :call, :state, :span, :runtime]
  @renamed %{function: :call, genserver: :state}
  @filters [:type, :pid, :module, :function, :from, :to, :limit, :after, :backward]

  @doc """
  Starts the store, linked to the caller, with the options of `ElixirScope.setup/1` and

    * `:test_mode` - `true`: nothing is traced, and events have the times that they are given
    * `:epoch` - with `test_mode`: the integer, in ns, that is time 0 of the test's own clock. An event without a time then happens as many ns
      later as have passed since the start. Without `:epoch`, times are `System.monotonic_time(:nanosecond)`, up to 30 days in the past.

  When the store ends, or after `ElixirScope.stop/0`, its events are gone. A wrong option raises `ArgumentError`. The error is `:already_started` if a
  recording runs, and `:not_supported` for an option that is not built yet.

  A later `ElixirScope.setup/1` traces into this store. Its options must not contradict those given here, or change the limits of the store:

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(max_events: 500)
      iex> {:error, error} = ElixirScope.setup(max_events: 1_000)
      iex> error.message
      "ElixirScope is recording with other options (max_events is 500, not 1000); ElixirScope.stop/0 ends that"
      iex> ElixirScope.setup(tracing_level: :states_only)
      :ok
      iex> {:ok, %{level: :states_only}} = ElixirScope.status()
      iex> GenServer.stop(db)
      :ok
  """
  @spec start_link(keyword()) :: {:ok, pid()} | {:error, Error.t()}
  def start_link(options \\ []) do
    {own, options} = if Keyword.keyword?(options), do: Keyword.split(options, [:test_mode, :epoch]), else: {[], options}
    mode = mode(Keyword.get(own, :test_mode, false), own[:epoch])

    with {:ok, checked} <- Setup.Options.new(options) do
      case Recorder.start({checked, mode, {checked, Keyword.keys(options)}}) do
        {:ok, recorder} ->
          GenServer.start_link(__MODULE__, recorder, name: __MODULE__)

        {:error, {:already_started, _pid}} ->
          Error.new(
            :already_started,
            "ElixirScope is recording: start ElixirScope.TraceDB before, or end it with ElixirScope.stop/0"
          )

        {:error, %Error{} = error} ->
          {:error, error}
      end
    end
  end

  defp mode(false, nil), do: :waiting
  defp mode(true, epoch) when is_nil(epoch) or is_integer(epoch), do: {:manual, epoch}

  defp mode(test_mode, epoch) do
    raise ArgumentError,
          "option :test_mode of ElixirScope.TraceDB.start_link/1 must be true or false, and :epoch an integer (with test_mode: true), " <>
            "got: test_mode: #{inspect(test_mode)}, epoch: #{inspect(epoch)}"
  end

  @impl true
  def init(recorder) do
    Process.flag(:trap_exit, true)
    {:ok, Process.monitor(recorder)}
  end

  @impl true
  def handle_info({:DOWN, monitor, :process, _recorder, reason}, monitor) do
    {:stop, if(reason in [:normal, :shutdown, :noproc], do: :normal, else: {:recorder, reason}), monitor}
  end

  def handle_info(_other, monitor), do: {:noreply, monitor}

  @impl true
  def terminate(_reason, _monitor), do: Recorder.stop()

  @doc """
  Stores one event. `type` and the map's `:event` say what it is, and which keys the map has:

  | type | `:event` | keys |
  |---|---|---|
  | `:process` | `:spawn` | `:pid`; may have `:parent` and `:mfa` (`{module, function, arguments or arity}`) |
  | | `:exit` | `:pid`, `:reason` |
  | | `:link`, `:unlink` | `:pid`, `:peer` |
  | | `:register`, `:unregister` | `:pid`, `:name` |
  | `:message` | `:send` (default) | `:from`, `:to` (a pid or a name), `:message` |
  | | `:delivered` | `:to`, `:message` |
  | | `:handled` | `:to`, `:message`; may have `:module` |
  | `:function` | `:call` (default) | `:pid`, `:module`, `:function`, and `:args` or `:arity` |
  | | `:return` | `:pid`, `:module`, `:function`, `:arity`, `:result` |
  | | `:exception` | `:pid`, `:module`, `:function`, `:arity`, `:reason`; may have `:class` (`:error` by default) |
  | `:genserver` | `:state` (default), `:terminate` | `:pid`, `:state`; may have `:module` |

  Every event may have a `:timestamp`; without one it happens now. A process is a pid of this node or the text of one. It need not be alive or
  known to the store. If a pid is used twice, the second process begins with the first spawn after an exit.

  For a wrong type, key or value the error is `:bad_argument` and names it. So it is for a time before the recording's time 0 and, unless in
  `test_mode`, for a time in the future.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true)
      iex> alias ElixirScope.TraceDB
      iex> other = "#PID<0.4000.0>"
      iex> TraceDB.store_event(:process, %{event: :spawn, pid: other, parent: self(), mfa: {MyApp.Worker, :run, [1]}})
      :ok
      iex> TraceDB.store_event(:process, %{event: :register, pid: other, name: :worker})
      :ok
      iex> TraceDB.store_event(:process, %{event: :link, pid: other, peer: self()})
      :ok
      iex> TraceDB.store_event(:message, %{from: self(), to: other, message: {:job, 1}})
      :ok
      iex> TraceDB.store_event(:message, %{event: :delivered, to: other, message: {:job, 1}})
      :ok
      iex> TraceDB.store_event(:message, %{event: :handled, to: other, message: {:job, 1}, module: MyApp.Worker})
      :ok
      iex> TraceDB.store_event(:function, %{pid: other, module: MyApp.Worker, function: :run, args: [1]})
      :ok
      iex> TraceDB.store_event(:function, %{event: :return, pid: other, module: MyApp.Worker, function: :run, arity: 1, result: :done})
      :ok
      iex> TraceDB.store_event(:function, %{pid: other, module: MyApp.Worker, function: :run, arity: 1})
      :ok
      iex> failure = %{event: :exception, pid: other, module: MyApp.Worker, function: :run, arity: 1, class: :exit, reason: :late}
      iex> TraceDB.store_event(:function, failure)
      :ok
      iex> TraceDB.store_event(:genserver, %{pid: other, state: %{jobs: 1}, module: MyApp.Worker})
      :ok
      iex> TraceDB.store_event(:genserver, %{event: :terminate, pid: other, state: %{jobs: 1}})
      :ok
      iex> TraceDB.store_event(:process, %{event: :exit, pid: other, reason: :normal, timestamp: System.monotonic_time(:nanosecond)})
      :ok
      iex> for call <- ElixirScope.execution_path(other), do: {call.args, call.outcome, call.result}
      [{[1], :returned, :done}, {nil, :raised, {:exit, :late}}]
      iex> {:error, error} = TraceDB.store_event(:process, %{event: :spawn, pid: other, parnet: self()})
      iex> error.message
      "process event :spawn must be only :pid, :parent, :mfa, :event, :timestamp, got: the unknown key :parnet"
      iex> GenServer.stop(db)
      :ok
  """
  @spec store_event(:process | :message | :function | :genserver, map()) :: :ok | {:error, Error.t()}
  def store_event(type, event) do
    with {:ok, native} <- Current.native(),
         {monotonic, wall} = Native.epoch(native),
         {:ok, row} <- ManualEvent.row(type, event, wall - monotonic) do
      Current.put([row])
    end
  end

  @doc """
  Stores the state of a server: its module (or nil), its pid and the state. The option `:timestamp` and the errors are those of `store_event/2`.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true)
      iex> ElixirScope.TraceDB.log_state(MyApp.Cart, self(), %{total: 5})
      :ok
      iex> {:ok, %{total: 5}} = ElixirScope.TraceDB.get_state_at(self(), ElixirScope.now())
      iex> GenServer.stop(db)
      :ok
  """
  @spec log_state(module() | nil, pid() | String.t(), term(), keyword()) :: :ok | {:error, Error.t()}
  def log_state(module, pid, state, options \\ []) do
    of_module = if module == nil, do: %{}, else: %{module: module}
    store_event(:genserver, %{pid: pid, state: state} |> Map.merge(of_module) |> Map.merge(Map.new(options)))
  end

  @doc """
  The events that match every filter, oldest first, as `ElixirScope.Event`s. The filters are a map or a keyword list:

    * `:type` - `:process`, `:message`, `:function`, `:genserver`, another class or kind of an `ElixirScope.Event`, or a list of them
    * `:pid` - a process; `:module`, `:function` - of a call, a state or a spawn
    * `:from`, `:to` - times, inclusive
    * `:limit`, `:after` (cursor), `:backward` (newest first)

  Raises `ElixirScope.Error` for another key or a wrong value, and for a process the store has never seen.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true, epoch: 0)
      iex> for n <- 1..3, do: ElixirScope.TraceDB.log_state(nil, self(), n, timestamp: n * 10)
      [:ok, :ok, :ok]
      iex> for event <- ElixirScope.TraceDB.query_events(%{type: :genserver, from: 15}), do: {event.timestamp, event.term}
      [{20, 2}, {30, 3}]
      iex> ElixirScope.TraceDB.query_events(type: :message)
      []
      iex> GenServer.stop(db)
      :ok
  """
  @spec query_events(map() | keyword()) :: [Event.t()]
  def query_events(filters \\ []) do
    filters = Enum.to_list(filters)

    case Enum.reject(filters, &match?({name, _value} when name in @filters, &1)) do
      [] ->
        {times, filters} = Keyword.split(filters, [:from, :to])
        types = filters |> Keyword.get(:type, @classes) |> List.wrap() |> Enum.map(&Map.get(@renamed, &1, &1))
        Client.events!(times[:from], times[:to], Keyword.put(filters, :type, types))

      [unknown | _] ->
        raise %Error{
          code: :bad_argument,
          message: "no filter is #{inspect(unknown)}; there are #{Enum.map_join(@filters, ", ", &inspect/1)}"
        }
    end
  end

  @doc """
  Every stored state of a process, oldest first: the rows of `ElixirScope.state_timeline/2`, with the same errors.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true)
      iex> for n <- 1..3, do: ElixirScope.TraceDB.log_state(nil, self(), n)
      [:ok, :ok, :ok]
      iex> for row <- ElixirScope.TraceDB.get_state_history(self()), do: row.state
      [1, 2, 3]
      iex> GenServer.stop(db)
      :ok
  """
  @spec get_state_history(ElixirScope.process()) :: [map()]
  defdelegate get_state_history(process), to: Query.States, as: :state_timeline

  @doc """
  The state of a process at a time: the last one at or before it, as from `ElixirScope.get_state_at/3`, with the same errors.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true, epoch: 0)
      iex> ElixirScope.TraceDB.log_state(nil, self(), :early, timestamp: 10)
      :ok
      iex> ElixirScope.TraceDB.get_state_at(self(), 10)
      {:ok, :early}
      iex> {:error, %{code: :not_traced}} = ElixirScope.TraceDB.get_state_at(self(), 9)
      iex> GenServer.stop(db)
      :ok
  """
  @spec get_state_at(ElixirScope.process(), ElixirScope.time()) :: {:ok, term()} | {:error, Error.t()}
  defdelegate get_state_at(process, time), to: Query.States

  @doc """
  The events at most `window_ms` before or after a time, oldest first. Raises `ElixirScope.Error` if the time is not one.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true, epoch: 0)
      iex> for ms <- [1, 5, 9], do: ElixirScope.TraceDB.log_state(nil, self(), ms, timestamp: ms * 1_000_000)
      [:ok, :ok, :ok]
      iex> for event <- ElixirScope.TraceDB.get_events_at(4_000_000, 3), do: event.term
      [1, 5]
      iex> GenServer.stop(db)
      :ok
  """
  @spec get_events_at(ElixirScope.time(), non_neg_integer()) :: [Event.t()]
  def get_events_at(time, window_ms) when is_integer(window_ms) and window_ms >= 0 do
    at = timestamp!(time)
    query_events(from: at - window_ms * 1_000_000, to: at + window_ms * 1_000_000)
  end

  @doc """
  The first event later than a time, or nil. Of several at that later time, it is the one stored first. Raises as `get_events_at/2`.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true, epoch: 0)
      iex> for n <- [10, 20], do: ElixirScope.TraceDB.log_state(nil, self(), n, timestamp: n)
      [:ok, :ok]
      iex> event = ElixirScope.TraceDB.next_event_after(5)
      iex> {event.term, ElixirScope.TraceDB.next_event_after(event).term, ElixirScope.TraceDB.next_event_after(20)}
      {10, 20, nil}
      iex> GenServer.stop(db)
      :ok
  """
  @spec next_event_after(ElixirScope.time()) :: Event.t() | nil
  def next_event_after(time), do: neighbour!(time, fn at -> %{from: at + 1, backward: false} end)

  @doc """
  The last event earlier than a time, or nil. Of several at that earlier time, it is the one stored last. Raises as `get_events_at/2`, and with
  `:evicted` if that event was evicted.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true, epoch: 0)
      iex> for n <- [10, 20], do: ElixirScope.TraceDB.log_state(nil, self(), n, timestamp: n)
      [:ok, :ok]
      iex> {ElixirScope.TraceDB.prev_event_before(20).term, ElixirScope.TraceDB.prev_event_before(10)}
      {10, nil}
      iex> GenServer.stop(db)
      :ok
  """
  @spec prev_event_before(ElixirScope.time()) :: Event.t() | nil
  def prev_event_before(time), do: neighbour!(time, fn at -> if at > 0, do: %{to: at - 1, backward: true} end)

  @doc """
  The processes that were alive at a time, as far as the store knows, in the order of their pids. These are the processes that were spawned, or found alive
  when the recording began, and had not exited before that time. Raises as `get_events_at/2`.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true, epoch: 0)
      iex> ElixirScope.TraceDB.store_event(:process, %{event: :spawn, pid: self(), timestamp: 10})
      :ok
      iex> ElixirScope.TraceDB.store_event(:process, %{event: :exit, pid: self(), reason: :normal, timestamp: 20})
      :ok
      iex> for time <- [9, 10, 20, 21], do: ElixirScope.TraceDB.get_processes_at(time) == [self()]
      [false, true, true, false]
      iex> GenServer.stop(db)
      :ok
  """
  @spec get_processes_at(ElixirScope.time()) :: [pid()]
  def get_processes_at(time) do
    {source, at} = moment!(time)
    rows = pages!(source, %{kind: "events", kinds: ["spawn", "alive", "exit"]}, [])
    lives = Enum.group_by(rows, & &1.process.pid)

    pids = for {pid, events} <- lives, Enum.any?(events, &begins?(&1, at)), not Enum.any?(events, &ended?(&1, at)), do: pid
    pids |> Enum.map(&Value.process(%{pid: &1}, source)) |> Enum.uniq() |> Enum.sort()
  end

  defp begins?(%{kind: "alive"}, _at), do: true
  defp begins?(%{kind: kind, time: time}, at), do: kind == "spawn" and time <= at

  defp ended?(%{kind: kind, time: time}, at), do: kind == "exit" and time < at

  @doc """
  Removes all events from the store. Tracing goes on; the ids of events start again from the beginning.

      iex> {:ok, db} = ElixirScope.TraceDB.start_link(test_mode: true)
      iex> ElixirScope.TraceDB.log_state(nil, self(), 1)
      :ok
      iex> ElixirScope.TraceDB.clear()
      :ok
      iex> ElixirScope.TraceDB.query_events()
      []
      iex> GenServer.stop(db)
      :ok
  """
  @spec clear() :: :ok | {:error, Error.t()}
  def clear, do: Recorder.call(:clear)

  defp neighbour!(time, window) do
    {source, at} = moment!(time)

    case window.(at) do
      nil -> nil
      window -> source |> ask!(Map.merge(window, %{kind: "events", classes: names(@classes), limit: 1})) |> first!(window, source)
    end
  end

  defp first!(%{data: [row | _]} = answer, window, source) do
    # Going backward, the events in the store are nearer than the evicted ones.
    if not window.backward, do: Client.warn(:next_event_after, answer, ["cut"])
    hd(Decoder.rows("events", [row], source))
  end

  # Events before it were evicted, which is different from no event having happened.
  defp first!(%{coverage: %{evicted_before: before}}, %{backward: true}, _source) when is_integer(before) do
    raise %Error{code: :evicted, message: "events before that time have been evicted (max_events, max_bytes)"}
  end

  defp first!(_none, _window, _source), do: nil

  defp pages!(source, request, pages) do
    answer = ask!(source, Map.put(request, :limit, 100_000))
    if pages == [], do: Client.warn(:get_processes_at, answer, ["cut"])
    pages = [answer.data | pages]

    if answer.next,
      do: pages!(source, Map.put(request, :after, answer.next), pages),
      else: pages |> Enum.reverse() |> Enum.concat()
  end

  defp names(atoms), do: Enum.map(atoms, &Atom.to_string/1)

  defp timestamp!(time) do
    {source, at} = moment!(time)
    Moment.timestamp(at, source)
  end

  defp moment!(time) do
    with {:ok, source} <- Source.open([]),
         {:ok, at} <- Moment.to_api(time, source) do
      {source, at}
    else
      {:error, error} -> raise error
    end
  end

  defp ask!(source, request) do
    case Source.ask(source, request) do
      {:ok, answer} -> answer
      {:error, error, _partial} -> raise error
    end
  end
end
