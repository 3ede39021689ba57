defmodule ElixirScope.Recorder.Setup.Merge do
  @moduledoc false
  # What a setup means for a recorder that runs already: no change, the start of tracing into a store that was started alone, or a conflict.
  #
  # Invariant: pure.

  alias ElixirScope.Error
  alias ElixirScope.Recorder.Setup

  # A store cannot change these options once it is started.
  @of_the_store [:storage, :max_events, :max_bytes, :retention, :persist, :persist_path, :max_term_bytes, :redact, :meta]

  @typedoc "What setup's options are laid over: the defaults, or those that a store was started with, and which of these were given then."
  @type base :: {Setup.Options.t(), given :: [atom()]}

  @doc "Decides, by what runs with which options and the options that setup was given."
  @spec decide(Setup.Config.mode(), base(), Setup.Options.t(), keyword()) ::
          :same | {:adopt, Setup.Options.t(), Setup.Config.mode()} | {:error, Error.t()}
  def decide(:tracing, {base, _names}, options, given) do
    asked = struct!(base, given)
    if asked == options, do: :same, else: conflict(differences(options, Map.from_struct(asked)))
  end

  def decide(mode, {base, names}, _options, given) do
    case differences(base, Keyword.take(given, names ++ @of_the_store)) do
      [] -> {:adopt, struct!(base, given), if(mode == :waiting, do: :tracing, else: mode)}
      differences -> conflict(differences)
    end
  end

  defp differences(options, asked) do
    for {name, value} <- Enum.sort(asked), Map.fetch!(options, name) != value do
      "#{name} is #{inspect(Map.fetch!(options, name))}, not #{inspect(value)}"
    end
  end

  defp conflict(differences) do
    Error.new(
      :already_started,
      "ElixirScope is recording with other options (#{Enum.join(differences, "; ")}); ElixirScope.stop/0 ends that"
    )
  end
end
