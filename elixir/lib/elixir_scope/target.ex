defmodule ElixirScope.Target do
  @moduledoc false
  # What somebody asked to be traced, and what it comes to.

  @enforce_keys [:key, :processes, :classes]
  defstruct [:key, :processes, :classes, :group, :timer, :expires_at, functions: []]

  @type key ::
          {:module, module()}
          | {:function, mfa()}
          | {:process, pid()}
          | {:genserver, pid()}
          | {:messages, pid()}
          | :all_processes
  @type class :: :message | :state | :call

  # `processes`: where it applies. `functions`: whose calls are recorded there, each with whether its return is. `group`: the bit of
  # the call filter that joins these functions with these processes; nil when they apply everywhere.
  @type t :: %__MODULE__{
          key: key(),
          processes: :all | [pid()],
          classes: [class()],
          group: non_neg_integer() | nil,
          functions: [{mfa(), boolean()}],
          timer: reference() | nil,
          expires_at: DateTime.t() | nil
        }

  @doc "Messages and states everywhere; calls are traced by module."
  @spec all_processes() :: t()
  def all_processes, do: %__MODULE__{key: :all_processes, processes: :all, classes: [:message, :state]}

  @doc "How the target is shown."
  @spec describe(key()) :: String.t()
  def describe({:module, module}), do: "module #{inspect(module)}"
  def describe({:function, {m, f, a}}), do: "function #{inspect(m)}.#{f}/#{a}"
  def describe({:process, pid}), do: "process #{inspect(pid)}"
  def describe({:genserver, pid}), do: "GenServer #{inspect(pid)}"
  def describe({:messages, pid}), do: "messages of #{inspect(pid)}"
  def describe(:all_processes), do: "all processes"

  @doc "The classes of it that a level records."
  @spec classes_within(t(), atom()) :: [class()]
  def classes_within(target, level), do: Enum.filter(target.classes, &(&1 in level_classes(level)))

  defp level_classes(:full), do: [:message, :state, :call]
  defp level_classes(:messages_only), do: [:message]
  defp level_classes(:states_only), do: [:state]
  defp level_classes(:off), do: []
end
