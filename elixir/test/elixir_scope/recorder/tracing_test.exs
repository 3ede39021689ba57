defmodule ElixirScope.Recorder.TracingTest do
  use ElixirScope.RecordingCase
  alias ElixirScope.Recorder.Tracing

  # A module of OTP that nothing in the tests calls.
  @module :sofs
  # Without sessions, also where there are some: the legacy interface of the VM is the same.
  @tracer %Tracing{state: 0}

  defp set(had, wanted), do: Tracing.perform({:patterns, :calls, @module, had, wanted}, @tracer)

  defp traced do
    for {f, a} = name <- @module.module_info(:functions),
        match?({:traced, :local}, :erlang.trace_info({@module, f, a}, :traced)),
        into: %{} do
      {:match_spec, spec} = :erlang.trace_info({@module, f, a}, :match_spec)
      {name, spec != []}
    end
  end

  setup do
    on_exit(fn -> :erlang.trace_pattern({@module, :_, :_}, false, [:local]) end)
    :ok
  end

  test "exactly the patterns wanted are set, few or many, from any to any" do
    names = @module.module_info(:functions)
    :rand.seed(:exsss, {4, 5, 6})

    Enum.reduce(1..12, %{}, fn _, had ->
      wanted =
        names
        |> Enum.take_random(Enum.random([0, 1, 5, length(names) - 3, length(names)]))
        |> Map.new(&{&1, :rand.uniform(5) > 1})

      set(had, wanted)
      assert traced() == wanted
      wanted
    end)
  end

  test "another tracer's pattern in the module is left alone" do
    :erlang.trace_pattern({@module, :set, 1}, true, [:local])
    wanted = for {f, a} <- @module.module_info(:exports), f not in [:set, :module_info], into: %{}, do: {{f, a}, true}
    set(%{}, wanted)
    assert traced() == Map.put(wanted, {:set, 1}, false)
    set(wanted, %{})
    assert traced() == %{{:set, 1} => false}
  end

  test "clear takes a recorder's patterns, and only those" do
    set(%{}, %{{:set, 1} => true, {:union, 2} => false})
    Tracing.clear(@tracer, [{@module, :union, 2}])
    assert traced() == %{{:set, 1} => true}
  end
end
