defmodule ElixirScope.Peer do
  @moduledoc false
  # A node of its own, for what may end it, or what must not be done to this one. It has this one's code and is spoken to by its standard input.

  @timeout_ms 60_000

  @doc "Starts one; to be stopped."
  def start do
    paths = Enum.flat_map(:code.get_path(), &[~c"-pa", &1])
    {:ok, peer, _node} = :peer.start(%{connection: :standard_io, args: paths, wait_boot: @timeout_ms})
    {:ok, _} = call(peer, Application, :ensure_all_started, [:elixir_scope])
    call(peer, Logger, :configure, [[level: :none]])
    peer
  end

  @doc "Calls a function there; exits when the node ends meanwhile."
  def call(peer, module, function, arguments), do: :peer.call(peer, module, function, arguments, @timeout_ms)

  @doc "Ends it."
  def stop(peer) do
    :peer.stop(peer)
  catch
    # It has ended.
    :exit, _reason -> :ok
  end
end
