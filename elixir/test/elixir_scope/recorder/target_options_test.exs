defmodule ElixirScope.Recorder.TargetOptionsTest do
  use ExUnit.Case, async: true
  alias ElixirScope.Recorder.Target

  @cases [
    for: {[1, 60_000], [0, :ever]},
    max: {[100], [0]},
    args: {[:full, :arity], [:none]},
    scope: {[:exported, :all], [:private]},
    in: {[:name, [:name]], [[]]},
    follow: {[:none, :spawned], [true]},
    returns: {[true, false], [nil]},
    modules: {[[], [Enum]], [Enum, ["Enum"]]},
    await: {[true, false], [:later]}
  ]
  @all Keyword.keys(@cases)

  test "the cases are those of the table" do
    assert @all == Enum.map(Target.Options.table(), fn {name, _default, _allowed} -> name end)
  end

  for {name, {honoured, wrong}} <- @cases do
    test "#{name} is honoured, or refused as wrong" do
      name = unquote(name)

      for value <- unquote(honoured) do
        assert %{^name => ^value} = Target.Options.new([{name, value}], @all, "f/1")
      end

      for value <- unquote(wrong) do
        assert_raise ArgumentError, ~r/option #{inspect(name)} of f\/1 must be/, fn ->
          Target.Options.new([{name, value}], @all, "f/1")
        end
      end
    end
  end

  test "an option that means nothing to a function is refused there" do
    assert_raise ArgumentError, ~r/unknown option :in of f\/1; there are :for/, fn ->
      Target.Options.new([in: self()], [:for], "f/1")
    end
  end
end
