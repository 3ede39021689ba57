defmodule ElixirScope.Recorder.ServerLoop do
  @moduledoc false
  # The functions inside OTP's behaviours that show states and the handling of messages on this VM. They differ between releases:
  # ElixirScope.Recorder.ServerLoop.Table has the candidates, and ElixirScope.Recorder.ServerLoop.Probe finds out, once per VM, which of them are true.
  #
  # Invariant: a role for which no candidate is true is off, with a reason: nothing is recorded for it.

  alias ElixirScope.Recorder.ServerLoop.{Probe, Row, Table}

  @behaviours [:gen_server, :gen_statem, :gen_event]
  @found {__MODULE__, :found}

  @typedoc "Traced functions, each with its row and the classes of events it is needed for."
  @type functions :: %{mfa() => %{row: Row.t(), classes: [Table.class()]}}

  @doc "Finds out what is true on this VM, unless that is known."
  @spec prepare() :: Probe.result()
  def prepare do
    case :persistent_term.get(@found, nil) do
      %{settled?: true} = found ->
        found

      _unsettled ->
        found = Probe.run()
        :persistent_term.put(@found, found)
        found
    end
  end

  @doc "The functions to trace."
  @spec functions() :: functions()
  def functions do
    for {role, rows} <- Enum.sort(found().roles), row <- rows, reduce: %{} do
      functions ->
        classes = Table.classes(role)
        # One function may be needed for two roles, with one row.
        Map.update(functions, row.function, %{row: row, classes: classes}, &%{&1 | classes: Enum.uniq(&1.classes ++ classes)})
    end
  end

  @doc "The roles for which no candidate is true, with the reason, that one of these classes of events needs."
  @spec off([Table.class()]) :: [{Table.role(), String.t()}]
  def off(classes), do: for({role, why} <- found().off, Enum.any?(Table.classes(role), &(&1 in classes)), do: {role, why})

  @doc "What has been found, as text: the functions by role, and why a role is off."
  @spec description() :: %{rows: %{String.t() => String.t()}, off: %{String.t() => String.t()}}
  def description do
    found = found()

    %{
      rows: for({role, rows} <- found.roles, into: %{}, do: {text(role), Enum.map_join(rows, ", ", &Row.text/1)}),
      off: for({role, why} <- found.off, into: %{}, do: {text(role), why})
    }
  end

  @doc "How a role is shown."
  @spec text(Table.role()) :: String.t()
  def text({behaviour, aspect}), do: "#{behaviour}.#{aspect}"

  @doc "Whether a gen_server whose current function this is waits for a message, idle or in hibernation."
  @spec waits_in?(mfa()) :: boolean()
  def waits_in?({:gen_server, :loop, _arity}), do: true
  def waits_in?({:erlang, :hibernate, _arity}), do: true
  def waits_in?(function), do: function in found().waits

  @doc "Whether the state of a supervisor has the shape that is known."
  @spec supervisors?() :: boolean()
  def supervisors?, do: found().supervisors?

  defp found, do: :persistent_term.get(@found, nil) || prepare()

  @doc "Whether a live process runs one of OTP's behaviours whose states are known."
  @spec server?(pid()) :: boolean()
  def server?(pid) do
    case Process.info(pid, [:current_stacktrace, :dictionary]) do
      nil -> false
      info -> in_behaviour?(info[:current_stacktrace]) or behaves?(callback_module(info[:dictionary]))
    end
  end

  @doc "The module that a process of OTP or Elixir was started with, or nil."
  @spec callback_module(keyword()) :: module() | nil
  def callback_module(dictionary) do
    case List.keyfind(dictionary, :"$initial_call", 0) do
      {_, {module, _function, _arity}} -> module
      _none -> nil
    end
  end

  defp in_behaviour?(stacktrace), do: Enum.any?(stacktrace, fn {module, _, _, _} -> module in @behaviours end)

  # A hibernating server had no frame on its stack before OTP 28.
  defp behaves?(nil), do: false

  defp behaves?(module) do
    Code.ensure_loaded?(module) and
      Enum.any?(module.module_info(:attributes), fn {name, behaviours} ->
        name in [:behaviour, :behavior] and Enum.any?(behaviours, &(&1 in [GenServer | @behaviours]))
      end)
  end
end
