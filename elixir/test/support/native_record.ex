defmodule ElixirScope.NativeRecord do
  @moduledoc false
  # A native record of OTP 29 in every place where one can stand; run in a node of its own.

  # RECORD_EXT: 67, u32 fields, u8 exported, module, name, keys, values. `#shop:cart{total = 12,id = {1,x}}`.
  @encoded <<131, 67, 2::32, 0, 119, 4, "shop", 119, 4, "cart", 119, 5, "total", 119, 2, "id", 97, 12, 104, 2, 97, 1, 119, 1,
             "x">>

  @doc "Whether this VM has native records."
  def supported? do
    :erlang.binary_to_term(@encoded) != nil
  rescue
    ArgumentError -> false
  end

  def new, do: :erlang.binary_to_term(@encoded)

  @doc "One with this in a field."
  def holding(term) do
    <<131, encoded::binary>> = :erlang.term_to_binary(term)
    :erlang.binary_to_term(<<131, 67, 1::32, 1, 119, 4, "shop", 119, 8, "password", 119, 8, "password", encoded::binary>>)
  end

  def echo(term), do: term

  # Each returns what the recorder shows, as a real term and as text.
  def in_message do
    pid = spawn(fn -> receive(do: (:end -> :ok)) end)
    {:ok, _} = ElixirScope.trace_process(pid, modules: [])
    send(pid, new())
    send(pid, {:list, [new()]})
    shown("kind:delivered process:#{inspect(pid)}")
  end

  def in_state do
    {:ok, pid} = Agent.start(fn -> new() end)
    {:ok, _} = ElixirScope.trace_genserver(pid)
    Agent.update(pid, fn record -> {record, 1} end)
    Agent.update(pid, fn {record, 1} -> record end)
    {Enum.map(ElixirScope.state_timeline(pid), & &1.state), ElixirScope.get_state_at(pid, ElixirScope.now())}
  end

  def in_argument_and_return do
    {:ok, _} = ElixirScope.trace_function({__MODULE__, :echo, 1})
    apply(__MODULE__, :echo, [new()])
    [call] = ElixirScope.function_calls({__MODULE__, :echo, 1})
    {call.args, call.result}
  end

  def in_exit_of_an_untargeted_process do
    {pid, monitor} = spawn_monitor(fn -> exit(new()) end)
    receive(do: ({:DOWN, ^monitor, _, _, _} -> :ok))
    ElixirScope.process_info(pid).exit_reason
  end

  def in_requests do
    {:error, error} = ElixirScope.query(%{kind: :events, filter: new()}, limit: 1)
    {:error, _} = ElixirScope.query(%{kind: new()}, limit: 1)
    {:error, _} = ElixirScope.query(%{kind: :events, from: [new()]}, limit: 1)
    :ok = ElixirScope.mark("a label", %{record: new()})
    # A pattern is a text, and errors of this function are raised.
    raised = raised(fn -> ElixirScope.events("kind:delivered", match: new()) end)
    {error.code, raised, Enum.map(ElixirScope.events("kind:mark"), & &1.term)}
  end

  defp raised(function) do
    function.()
  rescue
    error -> error.__struct__
  end

  def in_manual_events do
    :ok = ElixirScope.TraceDB.store_event(:message, %{from: self(), to: self(), message: new()})
    :ok = ElixirScope.TraceDB.log_state(__MODULE__, self(), new())
    {:error, _} = ElixirScope.TraceDB.store_event(:message, new())
    ElixirScope.get_state_at(self(), ElixirScope.now())
  catch
    :error, %FunctionClauseError{} -> :refused
  end

  def redacted do
    pid = spawn(fn -> receive(do: (:end -> :ok)) end)
    {:ok, _} = ElixirScope.trace_process(pid, modules: [])
    send(pid, holding("hunter2"))
    shown("kind:delivered process:#{inspect(pid)}")
  end

  def cut do
    pid = spawn(fn -> receive(do: (:end -> :ok)) end)
    {:ok, _} = ElixirScope.trace_process(pid, modules: [])
    for n <- [0, 100, 200, 300, 1000], do: send(pid, {String.duplicate("x", n), new(), Enum.to_list(1..n//1)})
    deep = Enum.reduce(1..50, new(), fn _, record -> holding([record]) end)
    send(pid, deep)
    length(ElixirScope.events("kind:delivered process:#{inspect(pid)}", limit: 10))
  end

  defp shown(filter) do
    {:ok, answer} = ElixirScope.query(%{kind: :events, filter: filter}, limit: 10)
    {Enum.map(ElixirScope.events(filter, limit: 10), & &1.term), Enum.map(answer.data, & &1.term.text)}
  end
end
