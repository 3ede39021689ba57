defmodule ElixirScope.Recorder.Setup.Options do
  @moduledoc false
  # The options of setup/1: one table says what is allowed, what the default is, and what is not built yet.
  #
  # Invariant: an option is honoured, refused as wrong (ArgumentError) or refused as :not_supported. None is ignored.

  alias ElixirScope.Error

  @levels [:full, :messages_only, :states_only, :minimal, :off]
  @classes [:control, :process, :message, :call, :state, :span, :runtime]
  @redacted ~w(password passwd secret token authorization cookie api_key private_key)

  # Bytes a term may take. States are large, as most questions are about what is in them; arguments are small.
  @caps %{control: 16_384, process: 16_384, message: 256, call: 256, state: 16_384, span: 256, runtime: 256}

  # Lifecycle and control events are few and explain the others: they have a budget of their own.
  @max_critical_events 100_000
  @max_baseline_bytes 64 * 1024 * 1024

  @limits [:max_events, :max_bytes, :max_age]

  # What one record of a capture buffer can hold.
  @term_bytes 16..65_536

  # The largest number that every binding can hold, and the longest recording.
  @max_count 9_007_199_254_740_991
  @max_age_ms 9_007_199_254

  # {name, default, what is allowed}
  @table [
    {:storage, :memory, ":memory, or :ets, which means the same"},
    {:phoenix, false, "true or false"},
    {:trace_all, false, "true or false"},
    {:ai_integration, false, "true or false"},
    {:tracing_level, :full, "one of #{Enum.map_join(@levels, ", ", &inspect/1)}"},
    {:sample_rate, 1.0, "a number from 0.0 to 1.0"},
    {:max_events, 10_000, "a positive integer, at most #{@max_count}"},
    {:max_bytes, 256 * 1024 * 1024, "a positive integer (bytes), at most #{@max_count}"},
    {:retention, %{},
     "a map of class to limits, each of max_events:, max_bytes: (at most #{@max_count}) and max_age: (at most #{@max_age_ms} ms) a positive integer"},
    {:persist, false, "true or false"},
    {:persist_path, "./trace_data", "a path"},
    {:max_term_bytes, %{}, "a map of class (#{Enum.map_join(@classes, ", ", &inspect/1)}) to 16..65536 bytes"},
    {:redact, [], "a list of keys (atoms or strings) to redact besides the default ones, or :none to redact nothing"},
    {:max_rate, nil, "a positive integer (events a second)"},
    {:meta, %{}, "a map of atoms or strings to atoms, strings or numbers"}
  ]

  defstruct Enum.map(@table, fn {name, default, _allowed} -> {name, default} end)

  @type t :: %__MODULE__{}

  @doc "Every option with its default and what it may be."
  def table, do: @table

  @doc "The options as a struct; raises `ArgumentError` for a wrong one."
  @spec new(keyword()) :: {:ok, t()} | {:error, Error.t()}
  def new(options) do
    unless Keyword.keyword?(options) do
      raise ArgumentError, "the options of ElixirScope.setup/1 are a keyword list, got: #{inspect(options)}"
    end

    Enum.each(options, fn {name, value} -> check!(name, value, "ElixirScope.setup/1") end)
    options = struct!(__MODULE__, options)

    case Enum.find_value(Map.from_struct(options), fn {name, value} -> unbuilt(name, value) end) do
      nil -> {:ok, options}
      what -> Error.new(:not_supported, "#{what} is not built yet")
    end
  end

  @doc "Raises `ArgumentError` unless the value is allowed for the option; `function` is who was given it."
  @spec check!(atom(), term(), String.t()) :: :ok
  def check!(name, value, function) do
    case List.keyfind(@table, name, 0) do
      nil ->
        known = Enum.map_join(@table, ", ", fn {name, _default, _allowed} -> inspect(name) end)
        raise ArgumentError, "unknown option #{inspect(name)} of #{function}; there are #{known}"

      {name, _default, allowed} ->
        unless allowed?(name, value) do
          raise ArgumentError, "option #{inspect(name)} of #{function} must be #{allowed}, got: #{inspect(value)}"
        end

        :ok
    end
  end

  @doc "A rate in parts per million."
  @spec ppm(number()) :: 0..1_000_000
  def ppm(rate), do: round(rate * 1_000_000)

  @doc "What each class may hold, as the native library takes it: events, bytes and ns, nil for no limit of its own."
  def retention(options) do
    for class <- @classes, into: %{} do
      limits = Map.get(options.retention, class, [])
      age = limits[:max_age]
      {class, {limits[:max_events], limits[:max_bytes], age && age * 1_000_000}}
    end
  end

  @doc "Bytes a term of each class may take."
  def caps(options), do: Map.merge(@caps, options.max_term_bytes)

  @doc "What may be held: the part of the native library's configuration that can change while recording."
  @spec limits(t()) :: map()
  def limits(options) do
    %{
      max_events: options.max_events,
      max_bytes: options.max_bytes,
      max_critical_events: @max_critical_events,
      max_baseline_bytes: @max_baseline_bytes,
      retention: retention(options)
    }
  end

  @doc "The options as the trace shows them; `meta` has a place of its own."
  @spec texts(t()) :: %{atom() => String.t()}
  def texts(options) do
    for {name, _default, _allowed} <- @table, name != :meta, into: %{}, do: {name, inspect(Map.fetch!(options, name))}
  end

  @doc "The keys whose values are redacted."
  def redacted_keys(%{redact: :none}), do: []
  def redacted_keys(%{redact: keys}), do: Enum.uniq(@redacted ++ Enum.map(keys, &to_string/1))

  @doc "The user's notes for the trace's header; the native library redacts them as it does terms."
  @spec meta(t()) :: [{String.t(), String.t()}]
  def meta(options), do: Enum.sort(for {name, value} <- options.meta, do: {to_string(name), inspect(value)})

  defp allowed?(:storage, value), do: value in [:memory, :ets]
  defp allowed?(:tracing_level, value), do: value in @levels
  defp allowed?(:sample_rate, value), do: is_number(value) and value >= 0 and value <= 1

  defp allowed?(:retention, value),
    do: is_map(value) and Enum.all?(value, fn {class, limits} -> class in @classes and limits?(limits) end)

  defp allowed?(:persist_path, value), do: is_binary(value)
  defp allowed?(:max_rate, value), do: positive?(value)

  defp allowed?(:meta, value),
    do: is_map(value) and Enum.all?(value, fn {key, value} -> text?(key) and (text?(value) or is_number(value)) end)

  defp allowed?(:redact, :none), do: true
  defp allowed?(:redact, keys), do: is_list(keys) and not List.improper?(keys) and Enum.all?(keys, &text?/1)

  defp allowed?(:max_term_bytes, caps) do
    is_map(caps) and Enum.all?(caps, fn {class, bytes} -> class in @classes and is_integer(bytes) and bytes in @term_bytes end)
  end

  defp allowed?(name, value) when name in [:max_events, :max_bytes], do: positive?(value)
  defp allowed?(_switch, value), do: is_boolean(value)

  defp limits?(limits),
    do: Keyword.keyword?(limits) and Enum.all?(limits, fn {name, value} -> name in @limits and limit?(name, value) end)

  defp limit?(:max_age, value), do: is_integer(value) and value in 1..@max_age_ms
  defp limit?(_count, value), do: positive?(value)
  defp positive?(value), do: is_integer(value) and value in 1..@max_count
  defp text?(value), do: is_atom(value) or is_binary(value)

  defp unbuilt(:persist, true), do: "persist: true (ElixirScope.export/1 writes a file)"
  defp unbuilt(:max_rate, rate) when rate != nil, do: "max_rate"
  defp unbuilt(:phoenix, true), do: "phoenix: true"
  defp unbuilt(:ai_integration, true), do: "ai_integration: true"
  defp unbuilt(_name, _value), do: nil
end
