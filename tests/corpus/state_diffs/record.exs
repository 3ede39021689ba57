# A server whose state is put in by its caller: maps, structs, a keyword list, a list whose elements move, a place that is cut.
import Corpus.Recording

compiled(
  defmodule Basket do
    defstruct [:owner, :count]
  end
)

defmodule Holding do
  use GenServer
  def init(state), do: {:ok, state}
  def handle_call({:put, new}, _from, _old), do: {:reply, :ok, new}
end

start(trace_all: true)

first = %{
  # Its last key, so that the recorder comes to the others first.
  "z_blob" => String.duplicate("x", 40_000),
  "note" => "short",
  items: [%{sku: :desk, quantity: 1}, %{sku: :lamp, quantity: 2}],
  opts: [retries: 1, timeout: 5],
  queue: [:a, :b, :c, :d],
  basket: struct!(Basket, owner: :ann, count: 1),
  password: "hunter2"
}

second = %{first | items: [%{sku: :chair, quantity: 1}, %{sku: :desk, quantity: 1}, %{sku: :lamp, quantity: 3}], opts: [timeout: 9, retries: 1]}
third = %{second | queue: [:d, :a, :b, :c], basket: struct!(Basket, owner: :ann, count: 2)}
fourth = third |> Map.delete("note") |> Map.put(:total, 7)

{:ok, server} = GenServer.start(Holding, first, name: :holding)
for state <- [second, third, fourth], do: :ok = GenServer.call(server, {:put, state})
{:ok, timeline} = ElixirScope.query(%{kind: :state_timeline, process: server})
[one, two, three, four] = for state <- timeline.data, do: state.id

write([
  [kind: :compare_states, was: one, became: two],
  [kind: :compare_states, was: two, became: three],
  [kind: :compare_states, was: three, became: four],
  [kind: :compare_states, was: one, became: one],
  [kind: :state_changes, process: ":holding", path: ".items[0].sku"],
  [kind: :state_changes, process: ":holding", path: "basket.count"],
  [kind: :analyze_state_change, process: ":holding", was: %{like: "%{basket: %Basket{count: 1}, ...}"}, became: %{like: "%{total: 7, ...}"}],
  [kind: :events_around, at: two, n_before: 1, n_after: 1, classes: [:state]],
  [kind: :term, id: two]
])
