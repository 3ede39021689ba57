defmodule ElixirScope.Soak.Round do
  @moduledoc false
  # One or several kinds of abuse for a while, with what was measured meanwhile.

  alias ElixirScope.Soak.{Abuse, Check, Wakeup}

  # A step may take its time, and is waited for: a worker that does not come to its end then hangs.
  @grace_ms 120_000
  @ask_every_ms 200

  @type t :: %{name: String.t(), kinds: [Abuse.t()]}
  @type outcome :: %{
          n_steps: non_neg_integer(),
          expected: %{atom() => non_neg_integer()},
          wakeup: Wakeup.t() | nil,
          asked_us: non_neg_integer(),
          wrong: [String.t()]
        }

  @doc "A round of some kinds."
  @spec new([Abuse.t()]) :: t()
  def new(kinds), do: %{name: Enum.map_join(kinds, "+", &Atom.to_string(&1.name)), kinds: kinds}

  @doc "Whether a number of events can be expected of it."
  @spec exact?(t()) :: boolean()
  def exact?(round), do: Enum.all?(round.kinds, & &1.exact?)

  @doc "Runs it. With `recording?`, the recorder is asked meanwhile. Its steps begin with a number drawn from the seed."
  @spec run(t(), pos_integer(), term(), boolean()) :: outcome()
  def run(round, ms, seed, recording?) do
    wakeup = Wakeup.start()
    until = now_ms() + ms
    asker = if recording?, do: spawn_monitor(fn -> exit({:shutdown, ask(until, round, 0, [])}) end)

    workers =
      for kind <- round.kinds, at <- 1..kind.workers, into: %{} do
        first = :erlang.phash2({seed, kind.name, at}, 1_000_000)
        {pid, monitor} = spawn_monitor(fn -> exit({:shutdown, {:steps, work(kind.step, first, until, 0, %{})}}) end)
        {monitor, {kind.name, pid}}
      end

    {n_steps, expected, wrong} = collect(workers, until + @grace_ms, {0, %{}, []})
    {asked_us, asked_wrong} = answered(asker, until + @grace_ms)
    %{n_steps: n_steps, expected: expected, wakeup: Wakeup.stop(wakeup), asked_us: asked_us, wrong: wrong ++ asked_wrong}
  end

  defp work(step, n, until, n_steps, events) do
    events = Map.merge(events, step.(n), fn _class, a, b -> a + b end)
    if now_ms() < until, do: work(step, n + 1, until, n_steps + 1, events), else: {n_steps + 1, events}
  end

  defp collect(workers, _deadline, found) when workers == %{}, do: found

  defp collect(workers, deadline, {n_steps, expected, wrong} = found) do
    receive do
      {:DOWN, monitor, :process, _pid, reason} when is_map_key(workers, monitor) ->
        {{name, _pid}, workers} = Map.pop!(workers, monitor)

        case reason do
          {:shutdown, {:steps, {n, events}}} ->
            collect(workers, deadline, {n_steps + n, Map.merge(expected, events, fn _class, a, b -> a + b end), wrong})

          reason ->
            collect(workers, deadline, {n_steps, expected, ["#{name} failed: #{shown(reason)}" | wrong]})
        end
    after
      max(deadline - now_ms(), 0) ->
        hung =
          for {_monitor, {name, pid}} <- workers, do: "#{name} hangs: #{shown(Process.info(pid, [:status, :current_stacktrace]))}"

        for {_monitor, {_name, pid}} <- workers, do: Process.exit(pid, :kill)
        {n_steps, expected, hung ++ elem(found, 2)}
    end
  end

  # Asks under load, and notes the longest wait.
  defp ask(until, round, longest_us, wrong) do
    {us, found} = :timer.tc(fn -> Check.under_load(round) end)
    {longest_us, wrong} = {max(longest_us, us), Enum.uniq(found ++ wrong)}

    if now_ms() < until do
      Process.sleep(@ask_every_ms)
      ask(until, round, longest_us, wrong)
    else
      {longest_us, wrong}
    end
  end

  defp answered(nil, _deadline), do: {0, []}

  defp answered({pid, monitor}, deadline) do
    receive do
      {:DOWN, ^monitor, :process, ^pid, {:shutdown, {us, wrong}}} -> {us, wrong}
      {:DOWN, ^monitor, :process, ^pid, reason} -> {0, ["who asked failed: #{shown(reason)}"]}
    after
      max(deadline - now_ms(), 0) ->
        where = Process.info(pid, :current_stacktrace)
        Process.exit(pid, :kill)
        {0, ["who asked hangs: #{shown(where)}"]}
    end
  end

  defp shown(term), do: term |> inspect(limit: 20, printable_limit: 200) |> String.slice(0, 600)
  defp now_ms, do: System.monotonic_time(:millisecond)
end
