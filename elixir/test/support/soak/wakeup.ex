defmodule ElixirScope.Soak.Wakeup do
  @moduledoc false
  # A process that sleeps 1 ms at a time and notes how late it wakes up: what any process of the node feels. It also notes how much memory the node has.

  @type t :: %{n: non_neg_integer(), p99_us: non_neg_integer(), max_us: non_neg_integer(), peak_bytes: non_neg_integer()}

  @doc "Starts one; it is watching when this returns, so that what holds it up from then on is seen."
  @spec start() :: pid()
  def start do
    asker = self()

    pid =
      spawn(fn ->
        send(asker, {self(), :watching})
        watch([], 1, 0)
      end)

    receive(do: ({^pid, :watching} -> pid))
  end

  @doc "Ends it; what it noted, or nil if it does not answer within a minute."
  @spec stop(pid()) :: t() | nil
  def stop(pid) do
    send(pid, {:stop, self()})
    receive(do: ({^pid, late, peak} -> summary(Enum.sort(late), peak)), after: (60_000 -> nil))
  end

  defp watch(all, n, peak) do
    due = now_us() + 1_000

    receive do
      # It may have been held up until now.
      {:stop, asker} -> send(asker, {self(), [max(now_us() - due, 0) | all], max(peak, resident_bytes())})
    after
      1 ->
        late = max(now_us() - due, 0)
        watch([late | all], n + 1, if(rem(n, 16) == 0 or late > 5_000, do: max(peak, resident_bytes()), else: peak))
    end
  end

  @doc "The summary of a list of latenesses, the shortest first."
  @spec summary([non_neg_integer()], non_neg_integer()) :: t()
  def summary(late, peak) do
    n = length(late)
    at = fn share -> Enum.at(late, trunc((n - 1) * share), 0) end
    %{n: n, p99_us: at.(0.99), max_us: at.(1), peak_bytes: peak}
  end

  @doc "The memory of the node; where there is no /proc, what the VM knows of."
  @spec resident_bytes() :: non_neg_integer()
  def resident_bytes do
    case File.read("/proc/self/statm") do
      {:ok, text} -> (text |> String.split() |> Enum.at(1) |> String.to_integer()) * 4_096
      {:error, _} -> :erlang.memory(:total)
    end
  end

  defp now_us, do: System.monotonic_time(:microsecond)
end
