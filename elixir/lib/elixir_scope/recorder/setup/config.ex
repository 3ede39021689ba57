defmodule ElixirScope.Recorder.Setup.Config do
  @moduledoc false
  # What the native recorder is started with, from the options and from the node.

  alias ElixirScope.Native
  alias ElixirScope.Recorder.{ServerLoop, Setup}

  # Nesting a captured term is followed to; deeper parts are cut.
  @max_depth 12
  # Room between two drains, per scheduler thread; a power of two. More bridges longer bursts, and costs memory on every thread.
  @buffer_bytes 8 * 1024 * 1024

  @typedoc "Whether it traces, waits for a setup, or holds injected events only, with the time 0 of their times."
  @type mode :: :tracing | :waiting | {:manual, epoch :: integer() | nil}

  @doc "The configuration for `ElixirScope.Native.start/2`."
  @spec new(Setup.Options.t(), mode()) :: map()
  def new(options, mode) do
    Map.merge(Setup.Options.limits(options), %{
      manual: match?({:manual, _epoch}, mode),
      epoch: if(is_tuple(mode), do: elem(mode, 1)),
      sample_ppm: Setup.Options.ppm(options.sample_rate),
      caps: Setup.Options.caps(options),
      max_depth: @max_depth,
      buffer_bytes: @buffer_bytes,
      redact: Setup.Options.redacted_keys(options),
      header: Map.put(header(options), :release, release(mode))
    })
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
      options: options |> Setup.Options.texts() |> Enum.map(fn {name, value} -> {Atom.to_string(name), value} end) |> Enum.sort(),
      meta: Setup.Options.meta(options),
      instance: instance()
    }
  end

  # What a recording by hand would trace is of no interest.
  defp release({:by_hand, _epoch}), do: vm()

  defp release(_tracing) do
    ServerLoop.prepare()
    %{rows: rows, off: off} = ServerLoop.description()
    vm() ++ Enum.sort(Enum.to_list(rows) ++ for({role, why} <- off, do: {role, "off: " <> why}))
  end

  defp vm, do: [{"erts", List.to_string(:erlang.system_info(:version))}]

  @doc "A name that no other recording has."
  @spec instance() :: String.t()
  def instance, do: Base.encode16(:rand.bytes(16), case: :lower)

  defp applications do
    for {name, _description, version} <- Enum.sort(Application.started_applications()) do
      {Atom.to_string(name), List.to_string(version)}
    end
  end
end
