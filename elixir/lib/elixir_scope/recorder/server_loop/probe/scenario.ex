defmodule ElixirScope.Recorder.ServerLoop.Probe.Scenario do
  @moduledoc false
  # What the throw-away servers of a probe do, and so what must be seen of them: through calls, casts, other messages, continuing, time-outs,
  # hibernation, replaced states, changed code, their end and a crash.
  #
  # Nothing here is reported to the log: the crashes are exits of shutdown.

  alias ElixirScope.Recorder.ServerLoop.Probe.{Handler, Server, StateMachine}
  alias ElixirScope.Recorder.ServerLoop.Probe.Supervisor, as: ProbeSupervisor
  alias ElixirScope.Recorder.ServerLoop.Table
  alias ElixirScope.Recorder.Supervision

  # For one step.
  @timeout_ms 1_000

  @typedoc "A process, its callback module, what must be seen of it in order, and how what is seen is compared."
  @type truth :: {pid(), module() | nil, [term()], :states | :messages | :last}

  @doc "Plays it, and returns what must be seen; in the process that is traced."
  @spec play() :: {:ok, %{truths: %{Table.role() => [truth()]}, waits: [mfa()], supervisors?: boolean()}} | {:error, String.t()}
  def play do
    {server, waits} = server()
    truths = Map.merge(server, Map.merge(state_machine(), manager()))
    {:ok, %{truths: truths, waits: waits, supervisors?: supervisor?()}}
  catch
    kind, reason -> {:error, "a throw-away server failed: #{Exception.format_banner(kind, reason)}"}
  end

  @doc "What was seen, as it is compared."
  @spec seen([term()], :states | :messages | :last) :: [term()]
  def seen(terms, :states), do: Enum.dedup(terms)
  def seen(terms, :messages), do: Enum.map(terms, &message/1)
  def seen(terms, :last), do: terms

  defp message({:"$gen_call", {_pid, _tag}, request}), do: {:call, request}
  defp message({:"$gen_cast", request}), do: {:cast, request}
  defp message({:system, _from, request}) when is_tuple(request), do: {:system, elem(request, 0)}
  defp message({:system, _from, request}), do: {:system, request}
  # A request to a gen_event.
  defp message({pid, {_to, _tag}, request}) when is_pid(pid), do: {:call, request}
  defp message(other), do: other

  # A state that no other term is taken for.
  defp s(n), do: {:elixir_scope_probe, n}

  defp server do
    timers? = timers?()
    {:ok, pid} = :gen_server.start(Server, {s(1), {:continue, {:set, s(2)}}}, [])
    ask(pid, {:set, s(3)})
    idle = waits_in(pid, [])
    :gen_server.cast(pid, {:set, s(4)})
    send(pid, {:set, s(5)})
    ask(pid, {:set, s(6), {:continue, {:set, s(7)}}})
    ask(pid, {:set, {self(), s(8)}, 0})
    timed_out()
    ask(pid, {:set, {self(), s(9)}, 1})
    timed_out()
    ask(pid, {:set, s(10), :hibernate})
    asleep = waits_in(pid, [idle])
    ask(pid, {:set, s(11)})
    # From OTP 28 on: a timer with a message of its own, and one that the next message ends.
    due = if timers?, do: [{:set, {self(), s(12)}, {:timeout, 1, :timeout}}], else: [{:set, {self(), s(12)}, 1}]
    Enum.each(due, &ask(pid, &1))
    timed_out()
    zero = if timers?, do: [{:set, s(13), {:timeout, 0, {:set, s(14)}}}], else: [{:set, s(13)}, {:set, s(14)}]
    Enum.each(zero, &ask(pid, &1))
    :sys.replace_state(pid, fn _ -> s(15) end, @timeout_ms)
    :ok = :sys.suspend(pid, @timeout_ms)
    :ok = :sys.change_code(pid, Server, :version, s(16), @timeout_ms)
    :ok = :sys.resume(pid, @timeout_ms)
    ask(pid, {:set, s(17), :hibernate})
    asleep_again = waits_in(pid, [idle])
    :sys.get_state(pid, @timeout_ms)
    ended(pid, fn -> :gen_server.cast(pid, {:stop, s(99)}) end)
    {crashed, last} = {crashed(:gen_server, Server, {s(20), {:continue, {:set, s(21)}}}), s(21)}

    after_callbacks =
      [1, 2, 3, 4, 5, 6, 7, {8}, 8, {9}, 9, 10, 11, {12}, 12, 13, 14, 15, 16, 17]
      |> Enum.map(fn
        {n} -> {self(), s(n)}
        n -> s(n)
      end)

    messages =
      [{:call, {:set, s(3)}}, {:cast, {:set, s(4)}}, {:set, s(5)}, {:call, {:set, s(6), {:continue, {:set, s(7)}}}}] ++
        [{:call, {:set, {self(), s(8)}, 0}}, :timeout, {:call, {:set, {self(), s(9)}, 1}}, :timeout] ++
        [{:call, {:set, s(10), :hibernate}}, {:call, {:set, s(11)}}] ++
        Enum.map(due, &{:call, &1}) ++
        [:timeout] ++
        Enum.map(zero, &{:call, &1}) ++
        if(timers?, do: [{:set, s(14)}], else: []) ++
        [
          {:system, :replace_state},
          {:system, :suspend},
          {:call, {:set, s(17), :hibernate}},
          {:system, :get_state},
          {:cast, {:stop, s(99)}}
        ]

    truths = %{
      # Nothing is seen of the process before it is a server: its first state is the first of all.
      {:gen_server, :state} => [{pid, Server, after_callbacks, :states}],
      {:gen_server, :replaced} => [{pid, Server, [s(15), s(16), s(17)], :states}],
      {:gen_server, :last} => [{pid, Server, [s(99)], :last}, {crashed, Server, [last], :last}],
      {:gen_server, :first} => [{pid, nil, [s(1)], :last}],
      {:gen_server, :handled} => [{pid, Server, messages, :messages}]
    }

    {truths, Enum.uniq([idle, asleep, asleep_again])}
  end

  # Whether a server may ask for a time-out with a message of its own: one of an older release that does is faulty.
  defp timers?, do: List.to_integer(:erlang.system_info(:otp_release)) >= 28

  defp state_machine do
    {:ok, pid} = :gen_statem.start(StateMachine, {s(1), 1}, [])
    ask(pid, {:set, s(2), 2, []})
    :gen_statem.cast(pid, {:set, s(3), 3})
    send(pid, {:set, s(4), 4})
    ask(pid, {:set, s(5), 5, [{:state_timeout, 1, {:tell, self(), s(6), 6}}]})
    timed_out()
    idle = waits_in(pid, [])
    ask(pid, {:set, s(7), 7, [:hibernate]})
    waits_in(pid, [idle])
    ask(pid, {:set, s(8), 8, []})
    :sys.replace_state(pid, fn _ -> {s(9), 9} end, @timeout_ms)
    :ok = :sys.suspend(pid, @timeout_ms)
    :ok = :sys.change_code(pid, StateMachine, :version, 10, @timeout_ms)
    :ok = :sys.resume(pid, @timeout_ms)
    ask(pid, {:set, s(11), 11, []})
    ended(pid, fn -> :gen_statem.cast(pid, {:stop, 99}) end)
    crashed = crashed(:gen_statem, StateMachine, {s(20), 20})

    messages =
      [{:call, {:set, s(2), 2, []}}, {:cast, {:set, s(3), 3}}, {:set, s(4), 4}] ++
        [{:call, {:set, s(5), 5, [{:state_timeout, 1, {:tell, self(), s(6), 6}}]}}, {:state_timeout, {:tell, self(), s(6), 6}}] ++
        [
          {:call, {:set, s(7), 7, [:hibernate]}},
          {:call, {:set, s(8), 8, []}},
          {:call, {:set, s(11), 11, []}},
          {:cast, {:stop, 99}}
        ]

    %{
      {:gen_statem, :state} => [
        {pid, StateMachine, Enum.map([1, 2, 3, 4, 5, 6, 7, 8, 9], &{s(&1), &1}) ++ [{s(9), 10}, {s(11), 11}], :states}
      ],
      {:gen_statem, :replaced} => [{pid, StateMachine, [{s(9), 9}, {s(9), 10}], :states}],
      {:gen_statem, :last} => [{pid, StateMachine, [{s(11), 99}], :last}, {crashed, StateMachine, [{s(20), 20}], :last}],
      {:gen_statem, :first} => [{pid, StateMachine, [{s(1), 1}], :last}],
      {:gen_statem, :handled} => [{pid, StateMachine, messages, :messages}]
    }
  end

  defp manager do
    {:ok, pid} = :gen_event.start()
    :ok = :gen_event.add_handler(pid, Handler, s(1))
    :ok = :gen_event.sync_notify(pid, {:set, s(2)})
    :ok = :gen_event.notify(pid, {:set, s(3)})
    send(pid, {:set, s(4)})
    :ok = :gen_event.call(pid, Handler, {:set, s(5)}, @timeout_ms)
    :sys.replace_state(pid, fn {module, id, _state} -> {module, id, s(6)} end, @timeout_ms)
    :ok = :sys.suspend(pid, @timeout_ms)
    :ok = :sys.change_code(pid, Handler, :version, s(7), @timeout_ms)
    :ok = :sys.resume(pid, @timeout_ms)
    :ok = :gen_event.sync_notify(pid, {:set, s(8)})
    ended(pid, fn -> :gen_event.stop(pid, :shutdown, @timeout_ms) end)
    handlers = fn n -> [{Handler, false, s(n)}] end

    messages =
      [{:call, {:add_handler, Handler, s(1)}}, {:call, {:sync_notify, {:set, s(2)}}}, {:notify, {:set, s(3)}}, {:set, s(4)}] ++
        [{:call, {:call, Handler, {:set, s(5)}}}, {:call, {:sync_notify, {:set, s(8)}}}]

    %{
      {:gen_event, :state} => [{pid, nil, [[]] ++ Enum.map(1..8, handlers), :states}],
      {:gen_event, :replaced} => [{pid, nil, [handlers.(6), handlers.(7)], :states}],
      {:gen_event, :last} => [{pid, nil, [handlers.(8)], :last}],
      {:gen_event, :handled} => [{pid, nil, messages, :messages}]
    }
  end

  # Whether what a supervisor says of itself and of its children stands where it is read.
  defp supervisor? do
    {:ok, pid} = :supervisor.start_link(ProbeSupervisor, [])
    Process.unlink(pid)
    state = :sys.get_state(pid, @timeout_ms)
    ended(pid, fn -> Process.exit(pid, :kill) end)
    child = %{id: :probe, restart: :transient, type: :worker, modules: [ProbeSupervisor]}
    Supervision.SupervisorState.read(state) == {%{strategy: :rest_for_one, intensity: 3, period: 7}, [{:undefined, child}]}
  end

  defp ask(pid, request), do: :ok = :gen_server.call(pid, request, @timeout_ms)

  defp timed_out do
    receive do
      {:probe, :timed_out} -> :ok
    after
      @timeout_ms -> throw(:timeout)
    end
  end

  # The function in which a process waits, once that is another than these.
  defp waits_in(pid, others, tries \\ @timeout_ms) do
    info = Process.info(pid, [:current_function, :status]) || throw(:noproc)

    if info[:status] == :waiting and info[:current_function] not in others do
      info[:current_function]
    else
      if tries == 0, do: throw(:timeout)
      Process.sleep(1)
      waits_in(pid, others, tries - 1)
    end
  end

  defp ended(pid, end_it) do
    monitor = Process.monitor(pid)
    end_it.()

    receive do
      {:DOWN, ^monitor, _, _, _} -> :ok
    after
      @timeout_ms -> throw(:timeout)
    end
  end

  defp crashed(behaviour, module, argument) do
    {:ok, pid} = behaviour.start(module, argument, [])
    ended(pid, fn -> behaviour.cast(pid, :crash) end)
    pid
  end
end
