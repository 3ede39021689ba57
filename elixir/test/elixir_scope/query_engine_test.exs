defmodule ElixirScope.QueryEngineTest do
  use ElixirScope.RecordingCase, async: false
  alias ElixirScope.{QueryEngine, TraceDB}

  defp topics do
    {:ok, modules} = :application.get_key(:elixir_scope, :modules)
    for module <- modules, match?(["ElixirScope", "Query", _topic], Module.split(module)), public?(module), do: module
  end

  defp public?(module) do
    {:docs_v1, _, _, _, doc, _, _} = Code.fetch_docs(module)
    doc != :hidden
  end

  test "it has the functions of every documented query module, each once, and no others" do
    functions = Enum.flat_map(topics(), & &1.__info__(:functions))
    assert {:get_state_at, 2} in functions
    assert functions == Enum.uniq(functions)
    assert QueryEngine.__info__(:functions) == Enum.sort(functions)
  end

  test "it answers as the module of the topic does" do
    start_supervised!({TraceDB, test_mode: true, epoch: 0})
    TraceDB.log_state(Cart, self(), %{n: 1}, timestamp: 5)
    assert QueryEngine.state_timeline(self()) == ElixirScope.state_timeline(self())
    assert QueryEngine.get_state_at(self(), 5) == {:ok, %{n: 1}}
    assert QueryEngine.get_events_between(0, 9, type: :state) == TraceDB.query_events()
    assert_raise ElixirScope.Error, fn -> QueryEngine.state_timeline("<0.32000.0>") end
  end
end
