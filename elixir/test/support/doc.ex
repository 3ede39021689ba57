defmodule ElixirScope.Doc do
  @moduledoc false
  # The modules that the examples of the documentation trace. They are compiled to files, unlike those of a test script, as the
  # returns of a function are only traced when its compiled code can be read.
end

defmodule ElixirScope.Doc.Counter do
  @moduledoc false
  use GenServer

  @impl true
  def init(count), do: {:ok, count}

  @impl true
  def handle_call({:add, n}, _from, count), do: {:reply, count + n, count + n}

  @impl true
  def handle_cast({:add, n}, count), do: {:noreply, count + n}
end

defmodule ElixirScope.Doc.Sum do
  @moduledoc false
  def of(list), do: fold(list, 0)

  def fold([], sum), do: sum
  def fold([head | tail], sum), do: fold(tail, sum + head)
end

defmodule ElixirScope.Doc.Stack do
  @moduledoc false
  use GenServer
  use ElixirScope.StateRecorder

  @impl true
  def init(items), do: {:ok, items}

  @impl true
  def handle_call({:push, item}, _from, items), do: {:reply, :ok, [item | items]}
end
