defmodule ElixirScope.Counted do
  @moduledoc false
  # A GenServer that records its own states, with every callback there is.

  use GenServer
  use ElixirScope.StateRecorder

  @impl true
  def init({:continue, n}), do: {:ok, n, {:continue, :double}}
  def init(:ignore), do: :ignore
  def init(n), do: {:ok, n}

  @impl true
  def handle_continue(:double, n), do: {:noreply, n * 2}

  @impl true
  def handle_call(:get, _from, n), do: {:reply, n, n}
  def handle_call({:put, new}, _from, _n), do: {:reply, :ok, new}
  def handle_call({:later, new}, from, _n), do: GenServer.reply(from, :ok) && {:noreply, new}
  def handle_call({:hibernate, new}, _from, _n), do: {:reply, :ok, new, :hibernate}
  def handle_call({:stop, new}, _from, _n), do: {:stop, :normal, :ok, new}

  @impl true
  def handle_cast({:add, m}, n), do: {:noreply, n + m}
  def handle_cast(:crash, _n), do: raise("planted")

  @impl true
  def handle_info({:put, new}, _n), do: {:noreply, new}
end
