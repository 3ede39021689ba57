defmodule ElixirScope.Recorder.Target do
  @moduledoc false
  # What the user wants to be traced: in which processes, which classes of events, which functions.

  alias ElixirScope.Recorder.Row

  @enforce_keys [:key, :processes, :classes]
  defstruct [
    :key,
    :processes,
    :classes,
    :group,
    :expiry,
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

  @typedoc "A bit of the filter, its events, its classes, its processes (`nil` for all) and its functions; 0 events end a budget."
  @type budget :: {non_neg_integer(), non_neg_integer(), [class()], [pid()] | nil, [mfa()]}

  # `processes`: where it applies. `functions`: whose calls are recorded there, each with whether its return is. `group`: the bit of
  # the call filter that joins these functions with these processes; nil when they apply everywhere. `max`: events after which it ends.
  # `selections`: how the functions were chosen, to choose again when one of these modules is loaded anew; `versions`: what was loaded.
  # `expiry`: the number of the timer that ends it.
  @type t :: %__MODULE__{
          key: key(),
          processes: :all | [pid()],
          classes: [class()],
          group: non_neg_integer() | nil,
          functions: [{mfa(), boolean()}],
          expiry: pos_integer() | nil,
          expires_at: DateTime.t() | nil,
          max: pos_integer() | nil,
          args: :full | :arity,
          follow: :none | :spawned,
          selections: [ElixirScope.Recorder.Call.FunctionSelection.selection()],
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

  @doc "The events that record that a target was added or removed; `why` is the reason if no user did it."
  @spec rows(t(), :target_added | :target_removed, atom(), String.t() | nil) :: [Row.t()]
  def rows(target, kind, level, why \\ nil) do
    classes = watched(target, level)
    details = %{target: describe(target.key), classes: classes}
    details = if :major in classes_within(target, level), do: Map.put(details, :states, :major), else: details
    details = if why, do: Map.put(details, :why, why), else: details
    pids = if target.processes == :all, do: [nil], else: target.processes
    patterns = if :call in classes, do: for({mfa, _returns?} <- target.functions, do: mfa), else: []
    of_pattern = %{target_added: :pattern_added, target_removed: :pattern_removed}[kind]
    for(pid <- pids, do: Row.note(kind, details, pid)) ++ for(mfa <- patterns, do: %Row{kind: of_pattern, subject: mfa})
  end

  @doc "The budget of a target with a maximum."
  @spec budget(t()) :: budget()
  def budget(target) do
    pids = if target.processes == :all, do: nil, else: target.processes
    {bit(target), target.max, target.classes, pids, for({mfa, _returns?} <- target.functions, do: mfa)}
  end

  @doc "The target's bit in the native call filter; 0 without a group."
  @spec bit(t()) :: non_neg_integer()
  def bit(%{group: nil}), do: 0
  def bit(%{group: group}), do: Bitwise.bsl(1, group)
end
