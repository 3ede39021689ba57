defmodule ElixirScope.VmTrace do
  @moduledoc false
  # What the VM itself says is being traced, whether it has trace sessions (OTP 27 and later) or not.

  alias ElixirScope.Recorder
  alias ElixirScope.Recorder.{ServerLoop, Tracing}

  @doc "The trace flags of a process that are ours."
  def flags(pid) do
    sessions = sessions()

    if Tracing.sessions?() do
      for(
        session <- sessions,
        {:flags, flags} <- [apply(:trace, :info, [session, pid, :flags])],
        flag <- flags,
        uniq: true,
        do: flag
      )
      |> Enum.sort()
    else
      case :erlang.trace_info(pid, :flags) do
        {:flags, flags} -> Enum.sort(flags)
        :undefined -> []
      end
    end
  end

  @doc "Whether a function has a pattern, anybody's before sessions and ours with them."
  def pattern?(mfa) do
    infos =
      if Tracing.sessions?(),
        do: for(session <- sessions(), do: apply(:trace, :info, [session, mfa, :traced])),
        else: [:erlang.trace_info(mfa, :traced)]

    Enum.any?(infos, &match?({:traced, kind} when kind in [:local, :global], &1))
  end

  @doc "Everything that is still on: flags, patterns on the behaviours, the watch for loaded modules, sessions."
  def left_on do
    flags = for pid <- Process.list(), flags = flags(pid), flags != [], do: {pid, flags}
    patterns = for mfa <- Map.keys(ServerLoop.functions()), pattern?(mfa), do: mfa
    loads = if :erlang.trace_info({:erlang, :finish_loading, 1}, :meta) == {:meta, false}, do: [], else: [:finish_loading]
    flags ++ patterns ++ loads ++ session_names()
  end

  defp sessions do
    with pid when is_pid(pid) <- Process.whereis(Recorder),
         %{performer: %{tracer: tracer}} <- :sys.get_state(pid) do
      Map.values(tracer.sessions)
    end
    |> List.wrap()
  end

  # A running recorder has its sessions, with or without anything in them.
  defp session_names do
    if Tracing.sessions?() and Process.whereis(Recorder) == nil do
      for session <- apply(:trace, :session_info, [:all]), name = inspect(session), name =~ "elixir_scope_", do: name
    else
      []
    end
  end
end
