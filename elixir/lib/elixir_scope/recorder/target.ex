defmodule ElixirScope.Recorder.Target do
  @moduledoc false
  # What somebody asked to be traced, and what it comes to.

  @enforce_keys [:key, :processes, :classes]
  defstruct [
    :key,
    :processes,
    :classes,
    :group,
    :timer,
    :expires_at,
    :max,
    functions: [],
    args: :full,
    follow: :none,
    selections: [],
    versions: %{}
  ]

  @type key ::
          {:module, module()}
          | {:function, mfa()}
          | {:process, pid()}
          | {:genserver, pid()}
          | {:messages, pid()}
          | :all_processes
          | :all_genservers
  @typedoc "`:major` are the states that `:minimal` records: the first, the last, and after the state was replaced or the code changed."
  @type class :: :message | :state | :call | :major

  # `processes`: where it applies. `functions`: whose calls are recorded there, each with whether its return is. `group`: the bit of
  # the call filter that joins these functions with these processes; nil when they apply everywhere. `max`: events after which it ends.
  # `selections`: how the functions were chosen, to choose again when one of these modules is loaded anew; `versions`: what was loaded.
  @type t :: %__MODULE__{
          key: key(),
          processes: :all | [pid()],
          classes: [class()],
          group: non_neg_integer() | nil,
          functions: [{mfa(), boolean()}],
          timer: reference() | nil,
          expires_at: DateTime.t() | nil,
          max: pos_integer() | nil,
          args: :full | :arity,
          follow: :none | :spawned,
          selections: [ElixirScope.Recorder.FunctionSelection.selection()],
          versions: %{module() => binary() | nil}
        }

  @doc "Messages and states everywhere; calls are traced by module."
  @spec all_processes() :: t()
  def all_processes, do: %__MODULE__{key: :all_processes, processes: :all, classes: [:message, :state]}

  @doc "States everywhere: only a server has them."
  @spec all_genservers() :: t()
  def all_genservers, do: %__MODULE__{key: :all_genservers, processes: :all, classes: [:state]}

  @doc "How the target is shown."
  @spec describe(key()) :: String.t()
  def describe({:module, module}), do: "module #{inspect(module)}"
  def describe({:function, {m, f, a}}), do: "function #{inspect(m)}.#{f}/#{a}"
  def describe({:process, pid}), do: "process #{inspect(pid)}"
  def describe({:genserver, pid}), do: "GenServer #{inspect(pid)}"
  def describe({:messages, pid}), do: "messages of #{inspect(pid)}"
  def describe(:all_processes), do: "all processes"
  def describe(:all_genservers), do: "all GenServers"

  @doc "The classes of it that a level records; of states at `:minimal` only the major ones."
  @spec classes_within(t(), atom()) :: [class()]
  def classes_within(target, :minimal), do: if(:state in target.classes, do: [:major], else: [])
  def classes_within(target, level), do: Enum.filter(target.classes, &(&1 in level_classes(level)))

  defp level_classes(:full), do: [:message, :state, :call]
  defp level_classes(:messages_only), do: [:message]
  defp level_classes(:states_only), do: [:state]
  defp level_classes(:off), do: []

  @doc "The classes of which everything is recorded: an answer about another may be incomplete."
  @spec watched(t(), atom()) :: [class()]
  def watched(target, level), do: classes_within(target, level) -- [:major]

  @doc "The target's bit in the native call filter; 0 without a group."
  @spec bit(t()) :: non_neg_integer()
  def bit(%{group: nil}), do: 0
  def bit(%{group: group}), do: Bitwise.bsl(1, group)
end
