defmodule ElixirScope.Soak.Abuse.Messages do
  @moduledoc false
  # Messages, states and arguments that are huge, deep, wide, of odd types, or too many.

  alias ElixirScope.Probe
  alias ElixirScope.Soak.Traced

  @n_bytes 50_000_000
  @deep 2_000_000
  @n_mail 1_000_000

  @doc "Binaries of 50 MB, alone and shared."
  def binaries(n) do
    binary = :binary.copy(<<rem(n, 256)>>, @n_bytes)
    shown(binary)
    shown(List.duplicate(binary, 500))
    shown(%{sub: binary_part(binary, 1, @n_bytes - 2), list: [binary | binary]})
  end

  @doc "Terms that are 2 million deep."
  def deep(n) do
    shown(
      case rem(n, 4) do
        0 -> Enum.reduce(1..@deep, [], fn _, inner -> [inner] end)
        1 -> Enum.reduce(1..@deep, {}, fn _, inner -> {inner} end)
        2 -> Enum.reduce(1..div(@deep, 4), %{}, fn at, inner -> %{at => inner} end)
        3 -> Enum.reduce(1..div(@deep, 4), nil, fn at, inner -> fn -> {at, inner} end end)
      end
    )
  end

  @doc "Bitstrings that are no binaries: 50 MB, and 500 references to one."
  def bitstrings(_n) do
    bits = <<0::size(@n_bytes * 8 - 3)>>
    shown(bits)
    shown(List.duplicate(bits, 500))
    shown(for at <- 1..1_000, do: <<at::size(13)>>)
  end

  @doc "Terms with very many parts."
  def wide(n) do
    shown(
      case rem(n, 5) do
        0 -> Enum.to_list(1..1_000_000)
        1 -> Map.new(1..200_000, &{&1, {&1}})
        2 -> List.to_tuple(Enum.to_list(1..1_000_000))
        3 -> [1 |> Bitwise.bsl(2_000_000), -1.0e300, make_ref(), &Traced.same/3, self()]
        4 -> for at <- 1..50_000, do: {make_ref(), Bitwise.bsl(at, 100), fn -> at end}
      end
    )
  end

  # Sent, kept as a state, given as an argument, and the reason of an exit.
  defp shown(term) do
    {:ok, server} = GenServer.start(Probe, 0)
    :ok = GenServer.call(server, {:put, term}, :infinity)
    send(server, {:put, term})
    Traced.same(0, 0, term)
    GenServer.stop(server, :normal, :infinity)
    {pid, monitor} = spawn_monitor(fn -> exit({:shutdown, term}) end)
    receive(do: ({:DOWN, ^monitor, :process, ^pid, _reason} -> :ok))
    %{process: 4, message: 5, call: 1}
  end

  @doc "A mailbox of a million messages, which is then searched and emptied."
  def mailbox(_n) do
    {pid, monitor} = spawn_monitor(fn -> receive(do: (:now -> empty(@n_mail))) end)
    for at <- 1..@n_mail, do: send(pid, {:mail, at})
    send(pid, :now)
    receive(do: ({:DOWN, ^monitor, :process, ^pid, :normal} -> :ok))
    %{process: 2, message: 2 * @n_mail}
  end

  defp empty(0), do: :ok
  defp empty(n), do: receive(do: ({:mail, _} -> empty(n - 1)))

  @doc "New atoms in messages, and as names. Half of those a VM can have, at most; then old ones again."
  def atoms(n) do
    {:ok, server} = GenServer.start(Probe, 0)
    room? = :erlang.system_info(:atom_count) < div(:erlang.system_info(:atom_limit), 2)

    for at <- 1..100 do
      atom = String.to_atom("soak #{if room?, do: n, else: 0} é #{at} #{inspect(self())}")
      Process.register(server, atom)
      send(atom, {:put, atom})
      Process.unregister(atom)
    end

    GenServer.stop(server, :normal, :infinity)
    %{process: 202, message: 200}
  end
end
