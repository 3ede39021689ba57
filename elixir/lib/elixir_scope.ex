defmodule ElixirScope do
  @moduledoc """
  Records what happens inside a running Elixir system, and answers questions about any moment of it.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, %{matched: 1}} = ElixirScope.trace_genserver(counter)
      iex> GenServer.call(counter, {:add, 2})
      2
      iex> GenServer.call(counter, {:add, 3})
      5
      iex> for row <- ElixirScope.state_timeline(counter), do: row.state
      [2, 5]
      iex> ElixirScope.stop()
      :ok

  `setup/1` starts to record the life of every process. The `trace_*` functions add messages, states and calls of the processes and
  modules that they name. The other functions answer questions while the recording runs. With the option `trace:` they answer from a file that
  `export/1` wrote, on this node or on another one, and that `import/1` read.

  **Times** can be given as a `DateTime`, as `System.monotonic_time(:nanosecond)` of the recorded node, as `{:ago, 5, :minute}`, or as an event
  or its id. Rows of answers have `timestamp`, that same integer, and `at`, a `DateTime`. Durations are in ns, and their names end in `_ns`.

  **Processes** can be given as a pid, a string such as `"#PID<0.123.0>"` or `"<0.123.0>~2"` (the second process that had that pid), a registered name,
  `{:via, module, name}`, `{:global, name}`, or an `ElixirScope.Foreign` of an imported trace. A name means the process that held it at the time in question.

  **Functions that return a list** raise `ElixirScope.Error` for a wrong argument and for a process that the trace has never seen. They log one
  warning when rows may be missing: lost, evicted, not traced, or cut off by `limit:`. `query/2` returns the same facts as data.

  **Terms** are real terms. An `ElixirScope.Truncated` stands for a part that was too large to keep, an `ElixirScope.Opaque` for one that could not be
  kept, and an `ElixirScope.Redacted` for a secret.
  """

  alias ElixirScope.{Answer, Dump, Error, Event, Recorder, Trace, Types}
  alias ElixirScope.Query.Client
  alias ElixirScope.Recorder.{Current, Row, Target}

  @type process :: Types.process()
  @type time :: Types.time()
  @type traced :: Types.traced()

  @doc """
  Starts to record. If a recording with the same options runs already, it returns `:ok` and does nothing. If `ElixirScope.TraceDB.start_link/1` has
  started a store, the recording uses that store and its options.

    * `:tracing_level` - `:full` (default), `:messages_only`, `:states_only`, `:minimal` or `:off`: what is recorded of the targets of
      `trace_*`. Every level but `:off` records the life of all processes. `:minimal` adds the states of targets at their start, at their end or
      crash, and after a state was replaced or code changed; it costs nothing per message
    * `:sample_rate` - the share of calls and messages that is recorded, from 0.0 to 1.0 (default); see `ElixirScope.Settings.set_sample_rate/1`
    * `:retention` - limits of single classes, besides those below, `%{call: [max_events: 1_000, max_bytes: 1_000_000, max_age: 60_000]}` with ages
      in ms; see `ElixirScope.Settings.set_retention/1`
    * `:trace_all` - start with `trace_all_processes/1` (default `false`)
    * `:max_events` - how many messages, calls and states are kept in total (default 10,000); older ones are evicted
    * `:max_bytes` - how much memory they may take (default 256 MiB)
    * `:max_term_bytes` - how many bytes a term may take, by class (default 256; 16 KiB for `:state`, `:process` and `:control`)
    * `:redact` - keys whose values are never stored, besides password, passwd, secret, token, authorization, cookie, api_key and private_key;
      `:none` redacts nothing. A key is looked for in maps, keyword lists and pairs; a text that a program made of them, such as a log
      line, is only a text
    * `:meta` - a map of notes for the trace's header
    * `:storage` - `:memory`; `:ets` is accepted and means the same

  A wrong option raises `ArgumentError`. `:persist`, `:max_rate`, `:phoenix` and `:ai_integration` are not built yet and return an error with
  `code: :not_supported`.

      iex> ElixirScope.setup(max_events: 1_000)
      :ok
      iex> ElixirScope.setup(max_events: 1_000)
      :ok
      iex> {:error, error} = ElixirScope.setup(max_events: 2_000)
      iex> error.code
      :already_started
      iex> {:error, error} = ElixirScope.setup(max_rate: 1_000)
      iex> error.message
      "max_rate is not built yet"
      iex> ElixirScope.stop()
      :ok
  """
  @spec setup(keyword()) :: :ok | {:error, Error.t()}
  def setup(options \\ []), do: Recorder.setup(options)

  @doc """
  Stops the recording. Nothing is traced afterwards. The recording is gone, unless `export/1` wrote it to a file.

      iex> ElixirScope.stop()
      :ok
  """
  @spec stop() :: :ok
  def stop, do: Recorder.stop()

  @doc """
  Lets a supervisor start and stop the recording: put `{ElixirScope, options}` among its children.

      iex> {:ok, supervisor} = Supervisor.start_link([{ElixirScope, max_events: 500}], strategy: :one_for_one)
      iex> {:ok, %{level: :full}} = ElixirScope.status()
      iex> Supervisor.stop(supervisor)
      :ok
      iex> {:error, %{code: :not_running}} = ElixirScope.status()
  """
  @spec child_spec(keyword()) :: Supervisor.child_spec()
  def child_spec(options), do: %{id: __MODULE__, start: {ElixirScope.Recorder.Setup.Session, :start_link, [options]}}

  @doc """
  Records the calls of a module's functions with their arguments and, where that does not harm the traced process, their returns. A function gets no
  returns if it is in a loop of tail calls (`warnings` names it), or if it may be, as its last call is of a fun, by `apply`, or leads to one through other
  modules. `call_only` lists both.

    * `:scope` - `:exported` (default) or `:all` functions
    * `:in` - only calls in these processes
    * `:returns` - `false` to record calls without returns
    * `:for` - the time in ms after which tracing ends; `:max` - the number of events after which it ends
    * `:args` - `:arity` to record the number of arguments only
    * `:await` - `true` to wait for a module that is not loaded: it is traced as soon as it is

  A module that is compiled and loaded again stays traced. `warnings` also names functions that are called very often: calls are counted for 50 ms
  before tracing begins. Limit the tracing of such functions with `:in` or `:max`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, traced} = ElixirScope.trace_module(ElixirScope.Doc.Sum, in: self())
      iex> {traced.matched, traced.warnings}
      {2, ["no returns of fold/2 in ElixirScope.Doc.Sum: a return trace of a tail-recursive loop would grow the process without end"]}
      iex> ElixirScope.Doc.Sum.of([1, 2])
      3
      iex> [call | _] = ElixirScope.execution_path(self())
      iex> {call.function, call.args, call.result}
      {:of, [[1, 2]], 3}
      iex> {:error, error} = ElixirScope.trace_module(NoSuchModule)
      iex> error.message
      "module NoSuchModule cannot be loaded (nofile)"
      iex> ElixirScope.stop()
      :ok
  """
  @spec trace_module(module(), keyword()) :: {:ok, traced()} | {:error, Error.t()}
  def trace_module(module, options \\ []), do: Target.Request.trace_module(module, options)

  @doc """
  Records the calls of one function, exported or private; the arity `:_` means every arity. The options are those of `trace_module/2`, without `:scope`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, %{matched: 1}} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1})
      iex> {:error, error} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 3})
      iex> error.message
      "module ElixirScope.Doc.Sum has no function of/3; it has of/1"
      iex> ElixirScope.stop()
      :ok
  """
  @spec trace_function({module(), atom(), arity() | :_}, keyword()) :: {:ok, traced()} | {:error, Error.t()}
  def trace_function(function, options \\ []), do: Target.Request.trace_function(function, options)

  @doc """
  Records the messages and states of a GenServer, Agent, supervisor, `:gen_statem` or `:gen_event`. The state is recorded after each message that it
  handles, as `:sys.get_state/1` would return it. Options: `:for` and `:max` as in `trace_module/2`, `:follow` as in `trace_process/2`.

      iex> ElixirScope.setup()
      :ok
      iex> {:error, error} = ElixirScope.trace_genserver(:no_such_name)
      iex> error.message
      "no process is registered as :no_such_name"
      iex> ElixirScope.stop()
      :ok
  """
  @spec trace_genserver(process(), keyword()) :: {:ok, traced()} | {:error, Error.t()}
  def trace_genserver(process, options \\ []), do: Target.Request.trace_genserver(process, options)

  @doc """
  Records the messages of one process, its states if it is a server, and its calls of the module that it was started with, or of
  `modules: [..]`. With `follow: :spawned` the processes that it spawns are recorded in the same way, and those that they spawn. The other options are those of
  `trace_module/2`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, %{matched: 1}} = ElixirScope.trace_process(self(), modules: [ElixirScope.Doc.Sum])
      iex> ElixirScope.stop()
      :ok
  """
  @spec trace_process(process(), keyword()) :: {:ok, traced()} | {:error, Error.t()}
  def trace_process(process, options \\ []), do: Target.Request.trace_process(process, options)

  @doc """
  Does what `trace_process/2` does, for the process that now holds a registered name.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, %{matched: 1}} = ElixirScope.trace_named_process(:kernel_sup)
      iex> ElixirScope.stop()
      :ok
  """
  @spec trace_named_process(atom(), keyword()) :: {:ok, traced()} | {:error, Error.t()}
  def trace_named_process(name, options \\ []), do: Target.Request.trace_process(name, options)

  @doc """
  Records the messages of all processes and the states of all GenServers, including those that are started later. A busy node becomes several
  times slower: limit the time with `for: ms`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, traced} = ElixirScope.trace_all_processes(for: 1_000)
      iex> traced.matched > 10
      true
      iex> ElixirScope.untrace_all_processes()
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec trace_all_processes(keyword()) :: {:ok, traced()} | {:error, Error.t()}
  def trace_all_processes(options \\ []), do: Target.Request.trace_all_processes(options)

  @doc """
  Records the states of all GenServers, including those that are started later, but not their messages. So the cause of a state is unknown.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, %{matched: matched}} = ElixirScope.trace_all_genservers(for: 1_000)
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> GenServer.call(counter, {:add, 7})
      7
      iex> {matched > 5, for(row <- ElixirScope.state_timeline(counter), do: row.state)}
      {true, [0, 7]}
      iex> ElixirScope.untrace_all_genservers()
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec trace_all_genservers(keyword()) :: {:ok, traced()} | {:error, Error.t()}
  def trace_all_genservers(options \\ []), do: Target.Request.trace_all_genservers(options)

  @doc """
  Ends `trace_module/2`. What was recorded stays. If the module is not a target, the error is `:not_traced`. All `untrace_*` functions work like this.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_module(ElixirScope.Doc.Sum)
      iex> ElixirScope.untrace_module(ElixirScope.Doc.Sum)
      :ok
      iex> {:error, %{code: :not_traced}} = ElixirScope.untrace_module(ElixirScope.Doc.Sum)
      iex> ElixirScope.stop()
      :ok
  """
  @spec untrace_module(module()) :: :ok | {:error, Error.t()}
  def untrace_module(module), do: Target.Request.untrace_module(module)

  @doc """
  Ends `trace_function/2` for the same `{module, function, arity}`; see `untrace_module/1`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1})
      iex> ElixirScope.untrace_function({ElixirScope.Doc.Sum, :of, 1})
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec untrace_function({module(), atom(), arity() | :_}) :: :ok | {:error, Error.t()}
  def untrace_function(function), do: Target.Request.untrace_function(function)

  @doc """
  Ends `trace_genserver/2`; see `untrace_module/1`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.trace_genserver(counter)
      iex> ElixirScope.untrace_genserver(counter)
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec untrace_genserver(process()) :: :ok | {:error, Error.t()}
  def untrace_genserver(process), do: Target.Request.untrace_process(:genserver, process)

  @doc """
  Ends `trace_process/2`; see `untrace_module/1`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_process(self())
      iex> ElixirScope.untrace_process(self())
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec untrace_process(process()) :: :ok | {:error, Error.t()}
  def untrace_process(process), do: Target.Request.untrace_process(:process, process)

  @doc """
  Ends `trace_named_process/2`; see `untrace_module/1`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_named_process(:kernel_sup)
      iex> ElixirScope.untrace_named_process(:kernel_sup)
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec untrace_named_process(atom()) :: :ok | {:error, Error.t()}
  def untrace_named_process(name), do: Target.Request.untrace_process(:process, name)

  @doc """
  Ends `trace_all_processes/1`; see `untrace_module/1`.

      iex> ElixirScope.setup(trace_all: true)
      :ok
      iex> ElixirScope.untrace_all_processes()
      :ok
      iex> ElixirScope.stop()
      :ok
  """
  @spec untrace_all_processes() :: :ok | {:error, Error.t()}
  def untrace_all_processes, do: Target.Request.untrace_everywhere(:all_processes)

  @doc "Ends `trace_all_genservers/1`; see `untrace_module/1`."
  @spec untrace_all_genservers() :: :ok | {:error, Error.t()}
  def untrace_all_genservers, do: Target.Request.untrace_everywhere(:all_genservers)

  @doc "Changes the level of a running recording. See `ElixirScope.Settings.set_level/1`."
  @spec set_level(:full | :messages_only | :states_only | :minimal | :off) :: :ok | {:error, Error.t()}
  defdelegate set_level(level), to: ElixirScope.Settings

  @doc "Changes the sample rate of a running recording. See `ElixirScope.Settings.set_sample_rate/1`."
  @spec set_sample_rate(number()) :: :ok | {:error, Error.t()}
  defdelegate set_sample_rate(rate), to: ElixirScope.Settings

  @doc "Changes what a running recording may hold of each class. See `ElixirScope.Settings.set_retention/1`."
  @spec set_retention(%{atom() => keyword(pos_integer())}) :: :ok | {:error, Error.t()}
  defdelegate set_retention(retention), to: ElixirScope.Settings

  @doc "The messages between two processes, or of one (`b` is `nil`), with their three instants. See `ElixirScope.Query.Messages.message_flow/3`."
  @spec message_flow(process(), process() | nil, keyword()) :: [map()]
  defdelegate message_flow(a, b, options \\ []), to: ElixirScope.Query.Messages

  @doc "One message by the id of any of its events, with the call it belongs to. See `ElixirScope.Query.Messages.message/2`."
  @spec message(String.t() | Event.t(), keyword()) :: {:ok, map()} | {:error, Error.t()}
  defdelegate message(event, options \\ []), to: ElixirScope.Query.Messages

  @doc "The calls of a server, each request joined to its reply. See `ElixirScope.Query.Messages.server_calls/2`."
  @spec server_calls(process() | nil, keyword()) :: [map()]
  defdelegate server_calls(server, options \\ []), to: ElixirScope.Query.Messages

  @doc "The system at a time: processes, states, mailboxes, calls, names. See `ElixirScope.Query.Snapshot.system_snapshot_at/2`."
  @spec system_snapshot_at(time(), keyword()) :: {:ok, map()} | {:error, Error.t()}
  defdelegate system_snapshot_at(time, options \\ []), to: ElixirScope.Query.Snapshot

  @doc "Every recorded state of a process, oldest first, with what led to it. See `ElixirScope.Query.States.state_timeline/2`."
  @spec state_timeline(process(), keyword()) :: [map()]
  defdelegate state_timeline(process, options \\ []), to: ElixirScope.Query.States

  @doc "Every abnormal exit with its circumstances, grouped by cause. See `ElixirScope.Query.Crashes.crashes/1`."
  @spec crashes(keyword()) :: [map()]
  defdelegate crashes(options \\ []), to: ElixirScope.Query.Crashes

  @doc "The traced calls of a process in order, with depth and durations. See `ElixirScope.Query.Calls.execution_path/2`."
  @spec execution_path(process(), keyword()) :: [map()]
  defdelegate execution_path(process, options \\ []), to: ElixirScope.Query.Calls

  @doc "What the functions of a module cost. See `ElixirScope.Query.Performance.performance_analysis/2`."
  @spec performance_analysis(ElixirScope.Query.Performance.functions(), keyword()) :: [map()]
  defdelegate performance_analysis(functions, options \\ []), to: ElixirScope.Query.Performance

  @doc "The calls that took longest. See `ElixirScope.Query.Performance.slowest_function_calls/1`."
  @spec slowest_function_calls(keyword()) :: [map()]
  defdelegate slowest_function_calls(options \\ []), to: ElixirScope.Query.Performance

  @doc "The calls of a module or function in order, across processes. See `ElixirScope.Query.Performance.function_calls/2`."
  @spec function_calls(ElixirScope.Query.Performance.functions(), keyword()) :: [map()]
  defdelegate function_calls(functions, options \\ []), to: ElixirScope.Query.Performance

  @doc "The calls of a process as a tree, and as folded stacks. See `ElixirScope.Query.Performance.call_tree/2`."
  @spec call_tree(process() | :all, keyword()) :: [map()]
  defdelegate call_tree(process, options \\ []), to: ElixirScope.Query.Performance

  @doc "The message queues, and the process the others wait for. See `ElixirScope.Query.Queues.message_queue_analysis/1`."
  @spec message_queue_analysis(keyword()) :: %{bottleneck: map() | nil, queues: [map()]}
  defdelegate message_queue_analysis(options \\ []), to: ElixirScope.Query.Queues

  @doc "The chain of causes behind an event, across processes. See `ElixirScope.Query.Causes.why/2`."
  @spec why(Event.t() | map() | String.t(), keyword()) :: [map()]
  defdelegate why(event, options \\ []), to: ElixirScope.Query.Causes

  @doc "The effects of an event, across processes. See `ElixirScope.Query.Causes.impact/2`."
  @spec impact(Event.t() | map() | String.t(), keyword()) :: [map()]
  defdelegate impact(event, options \\ []), to: ElixirScope.Query.Causes

  @doc "An overview: what the trace covers, and what stands out. See `ElixirScope.Query.Overview.overview/1`."
  @spec overview(keyword()) :: map()
  defdelegate overview(options \\ []), to: ElixirScope.Query.Overview

  @doc """
  How many events happened in each bucket of time, by class: `%{from, to, bucket_ns, n_buckets, classes}`.

  `classes` has a map for each class with events: `%{class, events, possible, counts}`, where `counts` has a number for each bucket, and `possible` of
  the events are those of which the filter cannot decide. The n-th bucket, from 0, begins at `from + n * bucket_ns`. Options: `:from` and `:to` (times),
  `:buckets` (at most so many; 100 unless given, 4096 at most), `:filter` (count only what passes, such as `"kind:send"`), `:trace`. Raises
  `ElixirScope.Error` for wrong options.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.trace_function({ElixirScope.Doc.Sum, :of, 1}, in: self())
      iex> ElixirScope.Doc.Sum.of([1, 2])
      3
      iex> %{classes: [calls]} = ElixirScope.histogram(buckets: 1, filter: "kind:call")
      iex> {calls.class, calls.counts == [calls.events]}
      {:call, true}
      iex> ElixirScope.stop()
      :ok
  """
  @spec histogram(keyword()) :: map()
  def histogram(options \\ []), do: Client.plain!(:histogram, [:buckets, :filter], options)

  @doc "The state of a process at a time. See `ElixirScope.Query.States.get_state_at/3`."
  @spec get_state_at(process(), time(), keyword()) :: {:ok, term()} | {:error, Error.t()}
  defdelegate get_state_at(process, time, options \\ []), to: ElixirScope.Query.States

  @doc "The events between two times, filtered. See `ElixirScope.Query.Events.get_events_between/3`."
  @spec get_events_between(time(), time(), keyword()) :: [Event.t()]
  defdelegate get_events_between(from, to, options \\ []), to: ElixirScope.Query.Events

  @doc "The events that pass a filter such as `kind:send waiting>5ms`. See `ElixirScope.Query.Events.events/2`."
  @spec events(String.t(), keyword()) :: [Event.t()]
  defdelegate events(filter, options \\ []), to: ElixirScope.Query.Events

  @doc "What is known of a process, alive or not. See `ElixirScope.Query.Processes.process_info/2`."
  @spec process_info(process(), keyword()) :: map()
  defdelegate process_info(process, options \\ []), to: ElixirScope.Query.Processes

  @doc "The processes that match, alive or not. See `ElixirScope.Query.Processes.find_processes/1`."
  @spec find_processes(keyword()) :: [map()]
  defdelegate find_processes(filters \\ []), to: ElixirScope.Query.Processes

  @doc "Parent, children, links, supervisor and peers of a process. See `ElixirScope.Query.Processes.process_relationships/2`."
  @spec process_relationships(process(), keyword()) :: map()
  defdelegate process_relationships(process, options \\ []), to: ElixirScope.Query.Processes

  @doc "The supervision tree now, or at a time. See `ElixirScope.Query.Processes.supervision_tree/1`."
  @spec supervision_tree(keyword()) :: [map()]
  defdelegate supervision_tree(options \\ []), to: ElixirScope.Query.Processes
  @doc "The event after another, or after a time. See `ElixirScope.Query.Events.next_event/2`."
  @spec next_event(Event.t() | time(), keyword()) :: Event.t() | nil
  defdelegate next_event(at, options \\ []), to: ElixirScope.Query.Events

  @doc "The event before another, or before a time. See `ElixirScope.Query.Events.prev_event/2`."
  @spec prev_event(Event.t() | time(), keyword()) :: Event.t() | nil
  defdelegate prev_event(at, options \\ []), to: ElixirScope.Query.Events

  @doc "The events before and after one, or a time. See `ElixirScope.Query.Events.events_around/2`."
  @spec events_around(Event.t() | time(), keyword()) :: %{before: [Event.t()], event: Event.t() | nil, after: [Event.t()]}
  defdelegate events_around(at, options \\ []), to: ElixirScope.Query.Events

  @doc "The difference of two states, or of any two terms. See `ElixirScope.Query.States.compare_states/3`."
  @spec compare_states(term(), term(), keyword()) :: map()
  defdelegate compare_states(a, b, options \\ []), to: ElixirScope.Query.States

  @doc "When a part of a state changed, with the values before and after and the cause. See `ElixirScope.Query.States.state_changes/3`."
  @spec state_changes(process(), String.t(), keyword()) :: [map()]
  defdelegate state_changes(process, path, options \\ []), to: ElixirScope.Query.States

  @doc "How a process changed from one state to another. See `ElixirScope.Query.States.analyze_state_change/4`."
  @spec analyze_state_change(process(), term(), term(), keyword()) :: map()
  defdelegate analyze_state_change(process, before, later, options \\ []), to: ElixirScope.Query.States

  @doc """
  Sends any request of the API and returns the plain answer: see `ElixirScope.Answer`. Options: `:limit`, `:after`, `:trace`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, answer} = ElixirScope.query(%{kind: :events, classes: [:control]}, limit: 1)
      iex> {hd(answer.data).kind, is_binary(answer.next)}
      {"recorder_started", true}
      iex> {:error, error} = ElixirScope.query(%{kind: :nonsense})
      iex> error.code
      :bad_argument
      iex> ElixirScope.stop()
      :ok
  """
  @spec query(map(), keyword()) :: {:ok, Answer.t()} | {:error, Error.t()}
  def query(request, options \\ []), do: Client.raw(request, options)

  @doc """
  Writes a note into the trace, as an event of the calling process.

      iex> ElixirScope.setup()
      :ok
      iex> start = ElixirScope.now()
      iex> ElixirScope.mark("deploy", %{version: 2})
      :ok
      iex> [mark] = ElixirScope.get_events_between(start, ElixirScope.now(), type: :mark)
      iex> mark.term
      %{label: "deploy", meta: %{version: 2}}
      iex> ElixirScope.stop()
      :ok
  """
  @spec mark(term(), map()) :: :ok | {:error, Error.t()}
  def mark(label, meta \\ %{}) when is_map(meta), do: Current.put([Row.note(:mark, %{label: label, meta: meta}, self())])

  @doc """
  What is traced, and how many events of each class were emitted. Each emitted event was stored, evicted, sampled out, filtered or dropped, and
  is counted once.

  `lost_tracing` are the last times when others took what is set in the VM (by `:dbg.stop/0`, say), the newest first: `%{what, classes, found_at, lasting}`.
  Events of these classes were not recorded for a while, or, if `lasting`, are not now. `held_by_other_tracers` are processes that cannot be traced now.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, %{lost_tracing: []}} = ElixirScope.status()
      iex> {:ok, status} = ElixirScope.status()
      iex> {status.level, status.targets, status.classes.message.stored}
      {:full, [], 0}
      iex> ElixirScope.stop()
      :ok
  """
  @spec status() :: {:ok, map()} | {:error, Error.t()}
  def status, do: Recorder.call(:status)

  @doc """
  Writes the recording to a `.scope` file, which `import/1` reads.

      iex> path = Path.join(System.tmp_dir!(), "elixir_scope_doc.scope")
      iex> ElixirScope.setup()
      :ok
      iex> ElixirScope.mark("here")
      :ok
      iex> ElixirScope.export(path)
      :ok
      iex> ElixirScope.stop()
      :ok
      iex> {:ok, trace} = ElixirScope.import(path)
      iex> [mark] = ElixirScope.get_events_between({:ago, 1, :hour}, {:ago, 0, :second}, type: :mark, trace: trace)
      iex> mark.term.label
      "here"
      iex> File.rm(path)
      :ok
  """
  @spec export(Path.t()) :: :ok | {:error, Error.t()}
  def export(path), do: Dump.export(path)

  @doc """
  Reads a `.scope` file; the result is given to other functions as the option `trace:`, as in the example of `export/1`. A file that is not a trace is
  refused.

  So is one that takes more memory than `max_bytes:` when it is read (default 512 MiB): a file of a few kilobytes can be made to take gigabytes.

      iex> {:error, error} = ElixirScope.import("mix.exs")
      iex> error.code
      :not_a_trace
  """
  @spec import(Path.t(), keyword()) :: {:ok, Trace.t()} | {:error, Error.t()}
  def import(path, options \\ []), do: Dump.import(path, options)

  @doc """
  The time now, on the clock of the timestamps in answers.

      iex> ElixirScope.now() == System.monotonic_time(:nanosecond)
      false
      iex> is_integer(ElixirScope.now())
      true
  """
  @spec now() :: integer()
  def now, do: System.monotonic_time(:nanosecond)
end
