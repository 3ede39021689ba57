defmodule ElixirScope.Recorder.Supervision do
  @moduledoc false
  # What supervisors know: their strategy, and which of their children is which.
  #
  # It is in their state and nowhere else, so they are asked, with the system message that every OTP process answers between two
  # messages of its own. ElixirScope.Recorder.Supervision.SupervisorState reads it.
  #
  # Invariant: only a real supervisor that waits for a message is asked: its `$initial_call` and its first function say that it is one, its current
  # function is the loop of gen_server or, as is usual from OTP 26 on, it hibernates. One that is busy, suspended, large or has a long queue is left
  # alone. (One that hibernates and was suspended by sys looks as any that hibernates. It answers too, and goes on hibernating, as the others do.)
  # Invariant: a call is bounded, and a late answer goes nowhere (the call's alias is gone).

  alias ElixirScope.Recorder.{ServerLoop, Supervision}

  @info [:initial_call, :dictionary, :current_function, :status, :message_queue_len, :memory]
  # An idle supervisor answers in microseconds.
  @timeout_ms 20
  # Its state is copied to be read.
  @max_memory 4_000_000
  @max_queue 20
  # So many that do not answer, and no more are asked: the node has other troubles.
  @max_silent 10

  @typedoc "By process, what is to be added to its row: as a supervisor, as a child, or as both."
  @type family :: %{pid() => %{optional(:supervisor) => map(), optional(:child) => map()}}

  @doc "What the supervisors among these processes say. Others are not asked."
  @spec read([pid()]) :: family()
  def read(pids) do
    {family, _silent} = Enum.reduce(pids, {%{}, 0}, &read/2)
    family
  end

  defp read(pid, {family, silent}) do
    case state(pid, silent) do
      :no_supervisor -> {family, silent}
      :unread -> {put(family, pid, :supervisor, %{}), silent}
      :silent -> {put(family, pid, :supervisor, %{}), silent + 1}
      {:ok, state} -> {said(family, pid, state), silent}
    end
  end

  defp said(family, pid, state) do
    case if(ServerLoop.supervisors?(), do: Supervision.SupervisorState.read(state), else: :unknown) do
      {strategy, children} ->
        # A child that is being restarted, or did not start, has no pid.
        for {child, facts} when is_pid(child) <- children, reduce: put(family, pid, :supervisor, strategy) do
          family -> put(family, child, :child, Map.put(facts, :supervisor, pid))
        end

      :unknown ->
        put(family, pid, :supervisor, %{})
    end
  end

  defp put(family, pid, key, value), do: Map.update(family, pid, %{key => value}, &Map.put(&1, key, value))

  @doc "Whether a process is a supervisor of OTP or Elixir, by what the VM and its dictionary say of it."
  @spec supervisor?(pid()) :: boolean()
  def supervisor?(pid), do: real?(Process.info(pid, @info))

  defp real?(nil), do: false

  defp real?(info) do
    info[:initial_call] == {:proc_lib, :init_p, 5} and
      match?({_, {:supervisor, module, 1}} when is_atom(module), List.keyfind(info[:dictionary], :"$initial_call", 0)) and
      match?({_, ancestors} when is_list(ancestors), List.keyfind(info[:dictionary], :"$ancestors", 0))
  end

  defp state(pid, silent) do
    # A child that is being restarted has no pid.
    info = is_pid(pid) && node(pid) == node() && Process.info(pid, @info)

    cond do
      !info or not real?(info) -> :no_supervisor
      silent >= @max_silent or not waiting?(info) -> :unread
      true -> ask(pid)
    end
  end

  defp waiting?(info) do
    ServerLoop.waits_in?(info[:current_function]) and info[:status] != :suspended and info[:message_queue_len] <= @max_queue and
      info[:memory] <= @max_memory
  end

  defp ask(pid) do
    {:ok, :sys.get_state(pid, @timeout_ms)}
  catch
    :exit, {:timeout, _call} -> :silent
    # It ended meanwhile, or has no state to give.
    _kind, _reason -> :unread
  end
end
