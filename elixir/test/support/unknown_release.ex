defmodule ElixirScope.UnknownRelease do
  @moduledoc false
  # An OTP to come: this one's gen_server with its `loop` renamed. For a node of its own.

  @doc "Puts it in the place of gen_server; servers that run already go on with the old one."
  def load do
    {:ok, {:gen_server, [abstract_code: {:raw_abstract_v1, forms}]}} =
      :beam_lib.chunks(:code.which(:gen_server), [:abstract_code])

    # A specification would be of a function that is not there.
    forms = for form <- forms, not match?({:attribute, _line, :spec, _spec}, form), do: rename(form)
    {:ok, :gen_server, binary} = :compile.forms(forms, [:deterministic])
    true = :code.unstick_mod(:gen_server)
    {:module, :gen_server} = :code.load_binary(:gen_server, ~c"gen_server.beam", binary)
    :ok
  end

  # In whatever it is a name: of a function, or of one that is called.
  defp rename({:function, line, :loop, arity, clauses}), do: {:function, line, :spin, arity, rename(clauses)}
  defp rename({:call, line, {:atom, at, :loop}, arguments}), do: {:call, line, {:atom, at, :spin}, rename(arguments)}
  defp rename(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> rename() |> List.to_tuple()
  defp rename([head | tail]), do: [rename(head) | rename(tail)]
  defp rename(other), do: other

  def record do
    :ok = ElixirScope.setup()
    {:ok, pid} = GenServer.start(ElixirScope.Probe, 1)
    {:ok, traced} = ElixirScope.trace_genserver(pid)
    for n <- 2..5, do: :ok = GenServer.call(pid, {:put, n})
    GenServer.stop(pid)
    {:ok, status} = ElixirScope.status()
    {:ok, machine} = :gen_statem.start(ElixirScope.Behaviours.Switch, 0, [])
    {:ok, _} = ElixirScope.trace_genserver(machine)
    :gen_statem.call(machine, :flip)

    %{
      state_functions: for({{:gen_server, :spin, arity}, _} <- ElixirScope.Recorder.ServerLoop.functions(), do: arity),
      warnings: traced.warnings,
      release: status.release.server_loop,
      state_events: Enum.count(ElixirScope.events("kind:state process:#{inspect(pid)}")),
      timeline: answer(fn -> ElixirScope.state_timeline(pid) end),
      state_at: answer(fn -> ElixirScope.get_state_at(pid, ElixirScope.now()) end),
      last: ElixirScope.events("kind:terminate process:#{inspect(pid)}") |> Enum.map(& &1.term),
      handled: Enum.count(ElixirScope.events("kind:handled process:#{inspect(pid)}")),
      others: match?({:ok, _}, ElixirScope.get_state_at(machine, ElixirScope.now())),
      dump: header()
    }
  end

  defp answer(question) do
    case question.() do
      {:error, error} -> error.code
      other -> other
    end
  rescue
    error in ElixirScope.Error -> error.code
  end

  # What a file of it says.
  defp header do
    path = Path.join(System.tmp_dir!(), "unknown_release_#{System.unique_integer([:positive])}.scope")
    :ok = ElixirScope.export(path)
    File.read!(path) =~ "gen_server.state" and File.read!(path) =~ "off: this OTP has no gen_server.loop/"
  end
end
