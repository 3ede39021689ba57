defmodule ElixirScope.Recorder.FunctionSelectionTest do
  use ExUnit.Case, async: true
  alias ElixirScope.{Doc, Tails}
  alias ElixirScope.Recorder.Call

  test "exported functions, without the compiler's own" do
    assert {:ok, %{functions: functions, warnings: [warning]}} = Call.FunctionSelection.find({:module, Doc.Sum, :exported, true})
    assert functions == [{{Doc.Sum, :fold, 2}, false}, {{Doc.Sum, :of, 1}, true}]
    assert warning =~ "no returns of fold/2"
  end

  test "without returns there is nothing to warn of" do
    assert {:ok, %{functions: functions, warnings: []}} = Call.FunctionSelection.find({:module, Tails, :exported, false})
    refute Enum.any?(functions, fn {_mfa, returns?} -> returns? end)
  end

  test "all functions include the private ones" do
    {:ok, exported} = Call.FunctionSelection.find({:module, ElixirScope.Recorder.Call.FunctionSelection, :exported, false})
    {:ok, all} = Call.FunctionSelection.find({:module, ElixirScope.Recorder.Call.FunctionSelection, :all, false})
    assert {{ElixirScope.Recorder.Call.FunctionSelection, :loaded, 1}, false} in (all.functions -- exported.functions)
  end

  test "one function, or all arities of a name" do
    assert {:ok, %{functions: [{{Tails, :fold, 2}, false}]}} = Call.FunctionSelection.find({:function, {Tails, :fold, 2}, true})
    assert {:ok, %{functions: found}} = Call.FunctionSelection.find({:function, {Enum, :map_join, :_}, false})
    assert Enum.map(found, &elem(&1, 0)) == [{Enum, :map_join, 2}, {Enum, :map_join, 3}]
  end

  test "no match says why" do
    assert {:error, %{code: :not_found, message: message}} = Call.FunctionSelection.find({:module, NoSuchModule, :exported, true})
    assert message =~ "NoSuchModule cannot be loaded"
    assert {:error, %{message: message}} = Call.FunctionSelection.find({:function, {Tails, :fold, 5}, true})
    assert message =~ "has no function fold/5; it has fold/2"
    assert {:error, %{message: message}} = Call.FunctionSelection.find({:module, Doc, :exported, true})
    assert message =~ "has no exported function"
  end
end
