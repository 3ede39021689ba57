defmodule ElixirScope.StateRecorder do
  @moduledoc """
  Records the states of a GenServer from its own code, even when the server is not traced.

      # in the server's module, whose callbacks stay as they are
      use GenServer
      use ElixirScope.StateRecorder

  The message of each callback is recorded before the call, the state that it returns after it, and the last state when the server terminates. While no
  recording runs, a callback costs one table lookup. While the server's states are traced (`ElixirScope.trace_genserver/2`), they are recorded by tracing
  alone.

  Unlike tracing, this does not see `:sys.replace_state/2` or a reply that is thrown. The server waits until its state is copied, up to `max_term_bytes`,
  and stored.

      iex> ElixirScope.setup()
      :ok
      iex> {:ok, stack} = GenServer.start(ElixirScope.Doc.Stack, [])
      iex> GenServer.call(stack, {:push, :a})
      :ok
      iex> for row <- ElixirScope.state_timeline(stack), do: {row.state, row.module}
      [{[], ElixirScope.Doc.Stack}, {[:a], ElixirScope.Doc.Stack}]
      iex> ElixirScope.stop()
      :ok
  """

  alias ElixirScope.Error
  alias ElixirScope.Recorder.{Current, Row}

  @callbacks [init: 1, handle_call: 3, handle_cast: 2, handle_info: 2, handle_continue: 2, code_change: 3]

  @doc false
  defmacro __using__(_options) do
    quote do
      @before_compile ElixirScope.StateRecorder
    end
  end

  @doc false
  defmacro __before_compile__(env) do
    defined = for callback <- @callbacks, own?(env.module, callback), do: callback
    [Enum.map(defined, &wrapped/1), terminate(env.module)]
  end

  # `use GenServer` defines callbacks too, which change no state.
  defp own?(module, callback) do
    case Module.get_definition(module, callback) do
      {:v1, :def, meta, _clauses} -> meta[:context] != GenServer
      _none -> false
    end
  end

  defp wrapped({name, arity} = callback) do
    arguments = Macro.generate_arguments(arity, __MODULE__)

    quote do
      defoverridable unquote([callback])

      def unquote(name)(unquote_splicing(arguments)) do
        ElixirScope.StateRecorder.handled(__MODULE__, unquote(message(name, arguments)))
        ElixirScope.StateRecorder.returned(__MODULE__, super(unquote_splicing(arguments)))
      end
    end
  end

  # As the server received it.
  defp message(:handle_call, [request, from, _state]), do: quote(do: {:message, {:"$gen_call", unquote(from), unquote(request)}})
  defp message(:handle_cast, [request, _state]), do: quote(do: {:message, {:"$gen_cast", unquote(request)}})
  defp message(:handle_info, [message, _state]), do: quote(do: {:message, unquote(message)})
  defp message(_no_message, _arguments), do: :none

  defp terminate(module) do
    own? = own?(module, {:terminate, 2})

    quote do
      if unquote(Module.defines?(module, {:terminate, 2})), do: defoverridable(terminate: 2)

      @doc false
      def terminate(reason, state) do
        ElixirScope.StateRecorder.terminated(__MODULE__, state)
        unquote(if own?, do: quote(do: super(reason, state)), else: :ok)
      end
    end
  end

  @doc """
  Records a state of the calling process, like the callbacks do. It is meant for servers that are not a GenServer. The error is `:not_running` if no
  recording runs.

      iex> ElixirScope.StateRecorder.record(MyApp.Loop, %{n: 1}) |> elem(1) |> Map.fetch!(:code)
      :not_running
      iex> ElixirScope.setup()
      :ok
      iex> ElixirScope.StateRecorder.record(MyApp.Loop, %{n: 1})
      :ok
      iex> ElixirScope.get_state_at(self(), ElixirScope.now())
      {:ok, %{n: 1}}
      iex> ElixirScope.stop()
      :ok
  """
  @spec record(module(), term()) :: :ok | {:error, Error.t()}
  def record(module, state) when is_atom(module), do: Current.put([row(:state, module, state)])

  # The message of a callback is kept until its state can be recorded, so that both take one NIF call.
  @pending {__MODULE__, :message}

  @doc false
  def handled(_module, :none), do: :ok

  def handled(module, {:message, message}) do
    if Current.wants_states?(self()) do
      Process.put(@pending, %{row(:handled, module, message) | time: System.monotonic_time(:nanosecond)})
    else
      Process.delete(@pending)
    end
  end

  @doc false
  # Returns the result of a callback.
  def returned(module, result) do
    with {:state, state} <- state_of(result), do: put(row(:state, module, state))
    result
  end

  @doc false
  def terminated(module, state), do: put(row(:terminate, module, state))

  defp row(kind, module, term), do: %Row{kind: kind, process: self(), subject: module, term: [term]}

  defp put(row) do
    pending = List.wrap(Process.delete(@pending))
    if Current.wants_states?(self()), do: Current.put(pending ++ [row])
    :ok
  end

  defp state_of({:ok, state}), do: {:state, state}
  defp state_of({:ok, state, _timeout_or_continue}), do: {:state, state}
  defp state_of({:noreply, state}), do: {:state, state}
  defp state_of({:noreply, state, _timeout_or_continue}), do: {:state, state}
  defp state_of({:reply, _reply, state}), do: {:state, state}
  defp state_of({:reply, _reply, state, _timeout_or_continue}), do: {:state, state}
  # The state of a stop reaches terminate/2.
  defp state_of(_other), do: :none
end
