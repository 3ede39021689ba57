# Secrets in messages, in states, in arguments and in an exit reason.
import Corpus.Recording

compiled(
  defmodule Vault do
    use GenServer
    def open(credentials), do: {:opened, Map.get(credentials, :user)}
    def init(secrets), do: {:ok, secrets}
    def handle_call({:put, more}, _from, secrets), do: {:reply, :ok, Map.merge(secrets, more)}
    def handle_cast(:crash, secrets), do: {:stop, {:leak, secrets}, secrets}
  end
)

start()
{:ok, _} = ElixirScope.trace_function({Vault, :open, 1})
{:ok, _} = ElixirScope.trace_all_processes()
hide = fn n -> "hunter2-" <> n end
{:ok, vault} = GenServer.start(Vault, %{user: "ada", password: hide.("state")}, name: :vault)

client =
  spawn(fn ->
    Process.register(self(), :client)
    receive do: (:go -> :ok)

    :ok =
      GenServer.call(
        :vault,
        {:put, %{"Api-Key" => hide.("message"), nested: [token: hide.("keyword")]}}
      )

    Vault.open(%{user: "ada", session: %{authorization: hide.("argument")}})
    GenServer.cast(:vault, :crash)
    receive do: (:end -> :ok)
  end)

Process.sleep(10)
began = time()
send(client, :go)
gone(vault)
Process.sleep(10)
ended = time()

write([
  [kind: :state_timeline, process: text(vault)],
  [kind: :message_flow, a: text(client), b: text(vault)],
  [kind: :execution_path, process: text(client)],
  [kind: :events, kinds: [:exit]],
  [kind: :events, classes: [:message, :call, :state], from: began, to: ended]
])
