defmodule ElixirScope.MessageInterceptor do
  @moduledoc """
  Records the messages of processes. No message is held up: what is recorded are the trace events of the VM.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, %{matched: 1}} = ElixirScope.MessageInterceptor.intercept(counter)
      iex> GenServer.cast(counter, {:add, 1})
      :ok
      iex> GenServer.call(counter, {:add, 1})
      2
      iex> [delivered | _] = ElixirScope.MessageInterceptor.messages(counter)
      iex> {delivered.kind, delivered.term}
      {:delivered, {:"$gen_cast", {:add, 1}}}
      iex> ElixirScope.MessageInterceptor.release(counter)
      :ok
      iex> ElixirScope.stop()
      :ok
  """

  alias ElixirScope.{Error, Event, Query}
  alias ElixirScope.Query.Client
  alias ElixirScope.Recorder.Target

  @doc """
  Records the messages that a process sends, those that are delivered to it and, for a GenServer, when it handles them. States and calls are not recorded.
  Options: `:for` and `:max`; errors as in `ElixirScope.trace_process/2`. The example above uses it.

      iex> ElixirScope.setup()
      :ok
      iex> {:error, error} = ElixirScope.MessageInterceptor.intercept(:no_such_name)
      iex> error.message
      "no process is registered as :no_such_name"
      iex> ElixirScope.stop()
      :ok
  """
  @spec intercept(ElixirScope.process(), keyword()) :: {:ok, ElixirScope.traced()} | {:error, Error.t()}
  def intercept(process, options \\ []), do: Target.Request.trace_messages(process, options)

  @doc """
  Ends `intercept/2`. What was recorded stays. The error is `:not_traced` if the process was not intercepted.

      iex> ElixirScope.setup()
      :ok
      iex> {:error, %{code: :not_traced}} = ElixirScope.MessageInterceptor.release(self())
      iex> ElixirScope.stop()
      :ok
  """
  @spec release(ElixirScope.process()) :: :ok | {:error, Error.t()}
  def release(process), do: Target.Request.untrace_process(:messages, process)

  @doc """
  The message events of one process, oldest first: `:send`, `:delivered`, `:handled`. Options: `:from`, `:to`, `:limit`, `:after`, `:trace`. Raises
  `ElixirScope.Error` for a process that the trace has never seen.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, _} = ElixirScope.MessageInterceptor.intercept(self())
      iex> send(self(), :hello)
      :hello
      iex> receive do :hello -> :ok end
      :ok
      iex> for event <- ElixirScope.MessageInterceptor.messages(self()), event.term == :hello, do: event.kind
      [:send, :delivered]
      iex> ElixirScope.stop()
      :ok
  """
  @spec messages(ElixirScope.process(), keyword()) :: [Event.t()]
  def messages(process, options \\ []), do: Client.list!(:events, [process: process], [classes: ["message"]], options)

  @doc """
  The messages between two processes with their three instants. See `ElixirScope.Query.Messages.message_flow/3`.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, counter} = GenServer.start(ElixirScope.Doc.Counter, 0)
      iex> {:ok, _} = ElixirScope.MessageInterceptor.intercept(counter)
      iex> {:ok, _} = ElixirScope.MessageInterceptor.intercept(self())
      iex> GenServer.call(counter, {:add, 1})
      1
      iex> [call, _reply] = ElixirScope.MessageInterceptor.between(self(), counter)
      iex> {call.matched, call.waiting_ns > 0}
      {:matched, true}
      iex> ElixirScope.stop()
      :ok
  """
  @spec between(ElixirScope.process(), ElixirScope.process(), keyword()) :: [map()]
  def between(a, b, options \\ []), do: Query.Messages.message_flow(a, b, options)
end
