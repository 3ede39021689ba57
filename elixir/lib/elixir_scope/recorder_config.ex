defmodule ElixirScope.RecorderConfig do
  @moduledoc false
  # What the native recorder is started with, from the options and from the node.

  alias ElixirScope.{Native, Options}

  # Nesting a captured term is followed to; deeper parts are cut.
  @max_depth 12
  # Room between two drains, per scheduler thread; a power of two. More bridges longer bursts, and costs memory on every thread.
  @buffer_bytes 8 * 1024 * 1024
  # Lifecycle and control events are few and explain the others: they have a budget of their own.
  @max_critical_events 100_000
  @max_baseline_bytes 64 * 1024 * 1024

  @doc "The configuration for `ElixirScope.Native.start/2`."
  @spec new(Options.t()) :: map()
  def new(options) do
    Map.merge(limits(options), %{
      sample_ppm: Options.ppm(options.sample_rate),
      caps: Options.caps(options),
      max_depth: @max_depth,
      buffer_bytes: @buffer_bytes,
      redact: Options.redacted_keys(options),
      header: header(options)
    })
  end

  @doc "What may be held: the part of the configuration that can change while recording."
  @spec limits(Options.t()) :: map()
  def limits(options) do
    %{
      max_events: options.max_events,
      max_bytes: options.max_bytes,
      max_critical_events: @max_critical_events,
      max_baseline_bytes: @max_baseline_bytes,
      retention: Options.retention(options)
    }
  end

  @doc "The options as the trace shows them; `meta` has a place of its own."
  @spec given(Options.t()) :: %{atom() => String.t()}
  def given(options) do
    for {name, _default, _allowed} <- Options.table(), name != :meta, into: %{}, do: {name, inspect(Map.fetch!(options, name))}
  end

  defp header(options) do
    %{
      node: Atom.to_string(node()),
      creation: :erlang.system_info(:creation),
      recorder_version: Native.expected_version(),
      otp: System.otp_release(),
      elixir: System.version(),
      os: :os.type() |> Tuple.to_list() |> Enum.join("/"),
      applications: applications(),
      options: options |> given() |> Enum.map(fn {name, value} -> {Atom.to_string(name), value} end) |> Enum.sort(),
      meta: Options.meta(options),
      instance: Base.encode16(:rand.bytes(16), case: :lower)
    }
  end

  defp applications do
    for {name, _description, version} <- Enum.sort(Application.started_applications()) do
      {Atom.to_string(name), List.to_string(version)}
    end
  end
end
