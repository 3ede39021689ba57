defmodule ElixirScope.ArgumentTest do
  # A wrong argument is an error of the caller, whatever it is and wherever it is given: the recorder and what it recorded stay.
  use ElixirScope.RecordingCase
  alias ElixirScope.{Error, Recorder, Tails}

  @functions ElixirScope.__info__(:functions) -- [setup: 0, setup: 1, stop: 0, child_spec: 1, export: 1, import: 1]
  @n_calls 3_000
  @seed {16, 8, 1}

  # Values of every type, of the right shape and not.
  defp values do
    dead = spawn(fn -> :ok end)

    [nil, true, :_, :all, Tails, NoSuchModule, :no_such_name, self(), dead, make_ref(), 0, -1, 256, 1.5, 0xFFFFFFFFFFFFFFFF + 1] ++
      ["", "<0.1.0>", "#PID<0.1.0>", "control-0-0", "call-9-9", "kind:send", <<1::3>>, <<255>>, fn -> :ok end] ++
      [
        {Tails, :count, 1},
        {Tails, :count, :_},
        {Tails, :count, -1},
        {Tails, "count", 1},
        {Tails, :count},
        {:via, Tails, 1},
        {:global, 1}
      ] ++
      [
        {:ago, 5, :minute},
        {:ago, -1, :minute},
        {:ago, 1, :age},
        {},
        [],
        [1 | 2],
        [self() | 1],
        %{},
        %{kind: :info},
        %{kind: :call_tree}
      ] ++
      [
        %{"kind" => 7},
        %{kind: %{}},
        %{self() => 1},
        [for: 1],
        [for: 0xFFFFFFFFFF],
        [max: 0xFFFFFFFFFFFFFFFFFF],
        [in: []],
        [in: [1 | 2]]
      ] ++
      [
        [modules: [nil | 1]],
        [follow: :spawned],
        [limit: -1],
        [limit: :no],
        [after: "x"],
        [trace: 1],
        [at: 0],
        [from: nil, to: 1],
        [depth: 0]
      ] ++
      [
        %{call: [max_events: 0xFFFFFFFFFFFFFFFFFF]},
        %{call: [max_age: 0xFFFFFFFFFFFFFFF]},
        %{call: 1},
        DateTime.utc_now(),
        [{1, 2}]
      ]
  end

  defp call(function, arguments) do
    apply(ElixirScope, function, arguments)
  rescue
    _exception -> :refused
  end

  test "no call of a public function ends the recorder" do
    :rand.seed(:exsss, @seed)
    :ok = ElixirScope.setup()
    :ok = ElixirScope.mark(:first)
    recorder = Process.whereis(Recorder)
    values = values()

    for n <- 1..@n_calls do
      {function, arity} = Enum.random(@functions)
      arguments = for _ <- 1..arity//1, do: Enum.random(values)
      call(function, arguments)
      assert Process.whereis(Recorder) == recorder, "call #{n}: #{function} of #{inspect(arguments)}"
    end

    :ok = ElixirScope.set_level(:full)
    assert [%{term: %{label: :first}} | _] = ElixirScope.get_events_between({:ago, 1, :hour}, ElixirScope.now(), type: :mark)
  end

  test "a message or call that is not the recorder's own does nothing" do
    :ok = ElixirScope.setup()
    recorder = Process.whereis(Recorder)
    for message <- [:hello, {:DOWN, make_ref(), :process, self(), :x}, {:expire, :all_processes, 1}], do: send(recorder, message)
    GenServer.cast(recorder, :hello)
    assert {:error, %Error{code: :bad_argument}} = GenServer.call(recorder, :hello)
    assert {:ok, %{targets: []}} = ElixirScope.status()
    assert Process.whereis(Recorder) == recorder
  end

  test "what cannot be untraced is refused by name" do
    :ok = ElixirScope.setup()
    assert {:error, %{code: :bad_argument, message: message}} = ElixirScope.untrace_function(Tails)
    assert message == "ElixirScope.Tails is not a function: give {module, function, arity}, with :_ for any arity"
    assert {:error, %{code: :bad_argument, message: "\"Tails\" is not a module"}} = ElixirScope.untrace_module("Tails")
    assert {:error, %{code: :bad_argument}} = ElixirScope.untrace_process(7)
    assert {:error, %{code: :not_traced}} = ElixirScope.untrace_function({Tails, :count, 1})
  end

  test "a number that no timer and no limit can take is refused before it is passed on" do
    :ok = ElixirScope.setup()
    assert_raise ArgumentError, ~r/from 1 to 4294967295/, fn -> ElixirScope.trace_all_processes(for: 4_294_967_296) end
    assert_raise ArgumentError, ~r/at most 9007199254740991/, fn -> ElixirScope.trace_all_processes(max: 0x20000000000000) end
    assert_raise ArgumentError, ~r/max_age/, fn -> ElixirScope.set_retention(%{call: [max_age: 9_007_199_255]}) end
    assert {:ok, _} = ElixirScope.trace_all_processes(for: 4_294_967_295, max: 9_007_199_254_740_991)
    assert :ok = ElixirScope.set_retention(%{call: [max_age: 9_007_199_254, max_bytes: 9_007_199_254_740_991]})
  end
end
