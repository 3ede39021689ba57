defmodule ElixirScope.Soak.Check do
  @moduledoc false
  # What must hold of a recorder whatever is done to the node. Each check gives what is wrong, as sentences.

  alias ElixirScope.{Probe, Recorder, VmTrace}
  alias ElixirScope.Recorder.{Janitor, Tracing}
  alias ElixirScope.Soak.{Recording, Wakeup}

  # Above the most without a recording. What is sent is collected now or later: terms of 50 MB that wait for it make most of the difference.
  @more_bytes 512 * 1024 * 1024
  # What a wake-up may be later than the latest without a recording, and the 99th percentile.
  @more_late_us 1_000_000
  @more_p99_us 100_000
  @answer_us 10_000_000
  @patience_ms 5_000

  @doc "Each event emitted was stored, evicted, left out or dropped."
  @spec accounted(map()) :: [String.t()]
  def accounted(status) do
    for {class, counts} <- status.classes,
        kept = counts.stored + counts.evicted + counts.sampled_out + counts.filtered + Enum.sum(Map.values(counts.dropped)),
        kept != counts.emitted,
        do: "#{counts.emitted} #{class} events were emitted, and #{kept} are accounted for: #{inspect(counts)}"
  end

  @doc "While a round is running; one that kills the recorder may find none."
  @spec under_load(map()) :: [String.t()]
  def under_load(round) do
    case ElixirScope.status() do
      {:ok, status} -> accounted(status) ++ bounded(status)
      {:error, %{code: :not_running}} -> if(gone_now?(round), do: [], else: ["the recorder is gone"])
      {:error, error} -> ["status: #{error.message}"]
    end
  end

  defp gone_now?(round), do: Enum.any?(round.kinds, &(&1.name == :recorder))

  @doc "After a round: it answers, accounts for all, and knows the state that a server was just given."
  @spec after_round(map() | nil, map(), boolean()) :: [String.t()]
  def after_round(before, outcome, exact?) do
    case ElixirScope.status() do
      {:ok, status} ->
        less = if exact? and before != nil, do: emitted(before, status, outcome.expected), else: []
        accounted(status) ++ bounded(status) ++ less ++ witnessed() ++ answered(outcome)

      {:error, error} ->
        ["status: #{error.message}"]
    end
  end

  @doc "As many events as the round made certain were emitted."
  @spec emitted(map(), map(), %{atom() => non_neg_integer()}) :: [String.t()]
  def emitted(before, status, expected) do
    for {class, n} <- expected,
        seen = status.classes[class].emitted - before.classes[class].emitted,
        seen < n,
        do: "#{n} #{class} events must have been emitted, and #{seen} were"
  end

  defp bounded(status) do
    if status.bytes <= Recording.max_bytes(), do: [], else: ["#{status.bytes} bytes are kept, more than #{Recording.max_bytes()}"]
  end

  # A truth that no load may have changed: a server's state, right after it was put.
  defp witnessed do
    {:ok, server} = GenServer.start(Probe, 0)
    token = {:witness, System.unique_integer()}
    :ok = GenServer.call(server, {:put, token}, :infinity)
    state = ElixirScope.get_state_at(server, ElixirScope.now())
    GenServer.stop(server, :normal, :infinity)
    if state == {:ok, token}, do: [], else: ["the state #{inspect(token)} was put, the answer is #{inspect(state, limit: 20)}"]
  end

  defp answered(%{asked_us: us}) when us > @answer_us, do: ["status took #{div(us, 1_000)} ms"]
  defp answered(_outcome), do: []

  @doc "Wake-ups are not much later than without a recording, nor is more memory taken than is allowed."
  @spec against(control :: Wakeup.t(), Wakeup.t() | nil, control_peak_bytes :: non_neg_integer()) :: [String.t()]
  def against(_control, nil, _peak), do: ["a process that wakes up each ms did not answer for a minute"]

  def against(control, wakeup, peak_bytes) do
    [
      wakeup.max_us > control.max_us + @more_late_us &&
        "a wake-up was #{wakeup.max_us} us late, #{control.max_us} without a recording",
      wakeup.p99_us > control.p99_us + @more_p99_us &&
        "1% of wake-ups were #{wakeup.p99_us} us late and more, #{control.p99_us} without a recording",
      wakeup.peak_bytes > peak_bytes + @more_bytes &&
        "the node took #{mib(wakeup.peak_bytes)} MiB, #{mib(peak_bytes)} MiB at most without a recording"
    ]
    |> Enum.filter(& &1)
  end

  defp mib(bytes), do: div(bytes, 1024 * 1024)

  @doc "When it is stopped, nothing is left: no flags, no patterns, no sessions, and of processes those before."
  @spec left([pid()], non_neg_integer()) :: [String.t()]
  def left(processes_before, patience_ms \\ @patience_ms) do
    ElixirScope.stop()
    Application.stop(:elixir_scope)
    soon(fn -> left_now(processes_before) end, System.monotonic_time(:millisecond) + patience_ms)
  end

  defp left_now(processes_before) do
    on = VmTrace.left_on()
    patterns = for module <- Recording.traced(), {f, a} <- functions(module), VmTrace.pattern?({module, f, a}), do: {module, f, a}
    ours = for name <- [ElixirScope.Supervisor, Janitor, Recorder], Process.whereis(name), do: name
    new = Process.list() -- processes_before

    for {what, [_ | _] = list} <- [{"traced", on}, {"patterns", patterns}, {"processes", ours}, {"new processes", shown(new)}],
        do: "left on, #{what}: #{inspect(Enum.take(list, 5))}"
  end

  # Before sessions, patterns are the node's.
  defp functions(module),
    do: if(Tracing.sessions?() or :code.is_loaded(module) == false, do: [], else: module.module_info(:functions))

  defp shown(pids) do
    for pid <- pids, info = Process.info(pid, [:initial_call, :current_function, :registered_name]), do: info
  end

  defp soon(check, until) do
    case check.() do
      [] -> []
      wrong -> if(System.monotonic_time(:millisecond) > until, do: wrong, else: Process.sleep(50) && soon(check, until))
    end
  end
end
