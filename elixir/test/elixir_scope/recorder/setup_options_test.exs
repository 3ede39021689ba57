defmodule ElixirScope.Recorder.SetupOptionsTest do
  use ExUnit.Case, async: true
  alias ElixirScope.Recorder.Setup

  # For every option: values that are honoured, refused as not built, and refused as wrong.
  @cases [
    storage: {[:memory, :ets], [], [:disk, nil]},
    phoenix: {[false], [true], [1]},
    trace_all: {[true, false], [], [:yes]},
    ai_integration: {[false], [true], [nil]},
    tracing_level: {[:full, :messages_only, :states_only, :minimal, :off], [], [:loud, nil]},
    sample_rate: {[1.0, 1, 0.5, 0.0, 0], [], [1.1, -1, "1"]},
    max_events: {[1, 5_000], [], [0, -1, 1.0]},
    max_bytes: {[1], [], [0, :lots]},
    retention:
      {[%{}, %{message: [max_age: 5], call: [max_events: 1, max_bytes: 9]}], [],
       [%{messages: []}, [], %{call: [max_age: 0]}, %{call: [age: 1]}]},
    persist: {[false], [true], ["yes"]},
    persist_path: {["./there"], [], [:there]},
    max_term_bytes: {[%{}, %{state: 100}], [], [%{states: 100}, %{state: 15}, %{state: 65_537}, 100]},
    redact: {[[], [:ssn], ["iban"], :none], [], [:ssn, [1]]},
    max_rate: {[], [1_000], [0, 1.5]},
    meta: {[%{}, %{:build => 7, "by" => "ada"}], [], [[build: 7], %{build: [7]}]}
  ]

  test "the cases are those of the table" do
    assert Keyword.keys(@cases) == Enum.map(Setup.Options.table(), fn {name, _default, _allowed} -> name end)
  end

  for {name, {honoured, unbuilt, wrong}} <- @cases do
    test "#{name} is honoured, refused as not built, or refused as wrong" do
      name = unquote(name)

      for value <- unquote(Macro.escape(honoured)) do
        assert {:ok, options} = Setup.Options.new([{name, value}])
        assert Map.fetch!(options, name) == value
      end

      for value <- unquote(Macro.escape(unbuilt)) do
        assert {:error, %{code: :not_supported, message: message}} = Setup.Options.new([{name, value}])
        assert message =~ "#{name}"
      end

      for value <- unquote(Macro.escape(wrong)) do
        error = assert_raise ArgumentError, fn -> Setup.Options.new([{name, value}]) end
        assert error.message =~ inspect(name)
        assert error.message =~ "got: #{inspect(value)}"
      end
    end
  end

  test "the defaults are allowed, and built" do
    assert {:ok, options} = Setup.Options.new([])
    assert options == struct!(Setup.Options, for({name, default, _} <- Setup.Options.table(), do: {name, default}))
  end

  test "an unknown option is refused, and the known ones are named" do
    error = assert_raise ArgumentError, fn -> Setup.Options.new(max_event: 5) end
    assert error.message =~ ":max_event of"
    assert error.message =~ ":max_events"
    # As a value of any type: the compiler of Elixir 1.20 would refuse a map that it sees.
    Enum.each([%{max_events: 5}], fn map -> assert_raise ArgumentError, fn -> Setup.Options.new(map) end end)
  end

  test "keys to redact come on top of the default ones" do
    {:ok, options} = Setup.Options.new(redact: [:ssn, "token"])
    keys = Setup.Options.redacted_keys(options)
    assert "ssn" in keys and "password" in keys and "private_key" in keys
    assert keys == Enum.uniq(keys)
    {:ok, options} = Setup.Options.new(redact: :none)
    assert Setup.Options.redacted_keys(options) == []
  end

  test "a term's bytes are set per class" do
    {:ok, options} = Setup.Options.new(max_term_bytes: %{message: 1_000})
    assert %{message: 1_000, state: 16_384, call: 256} = Setup.Options.caps(options)
  end
end
