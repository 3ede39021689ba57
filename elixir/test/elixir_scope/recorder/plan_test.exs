defmodule ElixirScope.Recorder.PlanTest do
  use ExUnit.Case, async: true
  import Bitwise
  alias ElixirScope.Recorder.{Plan, Target}

  @loop {:gen_server, :loop, 7}
  @loop_functions ElixirScope.LoopFunctions.known()
  @f {Shop, :f, 1}
  @g {Shop, :g, 2}

  defp build(targets, level \\ :full, call_only \\ [], paused \\ []) do
    Plan.build(level, targets, @loop_functions, call_only: MapSet.new(call_only), paused: MapSet.new(paused))
  end

  defp module(functions), do: %Target{key: {:module, Shop}, processes: :all, classes: [:call], functions: functions}
  defp server(pid), do: %Target{key: {:genserver, pid}, processes: [pid], classes: [:message, :state]}

  defp process(pid, functions, group) do
    %Target{key: {:process, pid}, processes: [pid], classes: [:message, :state, :call], functions: functions, group: group}
  end

  # What the VM and the native filter together record: a call of this function in this process?
  defp recorded?(plan, mfa, pid) do
    flags = plan.all_flags ++ Map.get(plan.flags, pid, [])
    function = Map.get(plan.functions, mfa, %{mask: 0})
    :call in flags and (function.mask &&& Map.get(plan.masks, pid, plan.default_mask)) != 0
  end

  test "every level but :off has the lifecycle of all processes" do
    for level <- [:full, :messages_only, :states_only, :minimal], do: assert(build([], level).all_flags == [:procs])
    assert build([Target.all_processes(), server(self())], :off) == %Plan{}
  end

  test "a level records its classes of a target and no other" do
    targets = [process(self(), [{@f, true}], 6)]
    assert %{flags: flags, functions: functions} = build(targets, :messages_only)
    assert flags == %{self() => [:call, :receive, :send]}
    assert Map.keys(functions) == [{:gen_server, :decode_msg, 9}]

    assert %{flags: flags, functions: functions} = build(targets, :states_only)
    assert flags == %{self() => [:call]}
    assert Enum.sort(Map.keys(functions)) == Enum.sort([@loop, {:gen_server, :terminate, 10}])
  end

  test "functions of a module are recorded everywhere, those of a process only there" do
    {one, other} = {self(), spawn(fn -> :ok end)}
    plan = build([module([{@f, true}]), process(one, [{@g, true}], 6)])
    assert recorded?(plan, @f, one) and recorded?(plan, @f, other)
    assert recorded?(plan, @g, one) and not recorded?(plan, @g, other)
    assert recorded?(plan, @loop, one) and not recorded?(plan, @loop, other)
  end

  test "all processes have every server's loop, and no calls of a process's own" do
    other = spawn(fn -> :ok end)
    plan = build([Target.all_processes(), process(self(), [{@f, true}], 6)])
    assert recorded?(plan, @loop, other) and recorded?(plan, {:gen_server, :decode_msg, 9}, other)
    assert recorded?(plan, @f, self()) and not recorded?(plan, @f, other)
  end

  test "a function of two targets has the returns that one of them wants" do
    plan = build([module([{@f, false}]), process(self(), [{@f, true}], 6)])
    assert %{role: :call, args?: true, mask: 0b1000100} = plan.functions[@f]
  end

  test "returns that were switched off stay off" do
    assert %{role: :call_only} = build([module([{@f, true}])], :full, [@f]).functions[@f]
  end

  test "a paused process keeps everything but its calls" do
    {one, other} = {self(), spawn(fn -> :ok end)}
    plan = build([module([{@f, true}]), server(one)], :full, [], [one])
    assert Enum.sort(Plan.flags_of(plan, one)) == [:procs, :receive, :send]
    assert Enum.sort(Plan.flags_of(plan, other)) == [:call, :procs]
  end

  test "the server's loop is never a plain call" do
    assert %{role: {:state, _, _, _}} = build([module([{@loop, true}]), server(self())]).functions[@loop]
  end

  test "groups are handed out while there are any" do
    targets = for group <- 5..61, do: process(self(), [], group)
    assert Plan.free_group([]) == 5
    assert Plan.free_group(tl(targets)) == 5
    assert Plan.free_group(targets) == nil
  end

  test "the filter changes first, what ends goes before what begins" do
    old = build([module([{@f, true}])])
    new = build([server(self())])
    kinds = old |> Plan.steps(new) |> Enum.map(&elem(&1, 0)) |> Enum.dedup()
    assert kinds == [:filter, :patterns, :flags_off, :patterns, :flags_on]
    assert Plan.steps(old, old) == []
  end

  test "a pattern is set again when its returns change" do
    steps = Plan.steps(build([module([{@f, true}])]), build([module([{@f, true}])], :full, [@f]))
    assert [{:filter, _}, {:patterns, :calls, Shop, %{{:f, 1} => true}, %{{:f, 1} => false}}] = steps
  end

  # The VM's flags, simulated: what the steps leave on must be what the plan says, whatever the order of targets.
  test "any sequence of targets leaves exactly the flags and patterns of the last plan" do
    pids = [self() | for(_ <- 1..3, do: spawn(fn -> :ok end))]
    :rand.seed(:exsss, {1, 2, 3})

    targets =
      [Target.all_processes(), module([{@f, true}]), module([{@f, false}, {@g, true}])] ++
        Enum.map(pids, &server/1) ++ Enum.map(pids, &process(&1, [{@g, true}], 6))

    Enum.reduce(1..500, {%Plan{}, Map.new(pids, &{&1, []}), %{}}, fn _, {plan, flags, patterns} ->
      level = Enum.random([:full, :full, :messages_only, :states_only, :minimal, :off])
      next = build(Enum.take_random(targets, :rand.uniform(5) - 1), level, [], Enum.take_random(pids, Enum.random([0, 0, 1, 2])))
      {flags, patterns} = Enum.reduce(Plan.steps(plan, next), {flags, patterns}, &perform/2)

      for pid <- pids do
        wanted = Enum.uniq(next.all_flags ++ Map.get(next.flags, pid, []))
        wanted = if pid in next.paused, do: wanted -- [:call], else: wanted
        assert Enum.sort(flags[pid]) == Enum.sort(wanted)
      end

      assert patterns ==
               Map.new(next.functions, fn {mfa, entry} -> {mfa, entry.role == :call or match?({:first, _, _, _}, entry.role)} end)

      {next, flags, patterns}
    end)
  end

  defp perform({:filter, _plan}, vm), do: vm

  defp perform({:patterns, :calls, module, had, wanted}, {flags, patterns}) do
    assert had == for({{^module, f, a}, returns?} <- patterns, into: %{}, do: {{f, a}, returns?})
    others = Map.reject(patterns, fn {{m, _, _}, _} -> m == module end)
    {flags, for({{f, a}, returns?} <- wanted, into: others, do: {{module, f, a}, returns?})}
  end

  defp perform({:flags_off, who, off}, {flags, patterns}), do: {change(flags, who, &(&1 -- off)), patterns}
  defp perform({:flags_on, who, on}, {flags, patterns}), do: {change(flags, who, &Enum.uniq(&1 ++ on)), patterns}

  defp change(flags, :all, change), do: Map.new(flags, fn {pid, had} -> {pid, change.(had)} end)
  defp change(flags, pid, change), do: Map.update!(flags, pid, change)

  test "whose states a plan traces" do
    {one, other} = {self(), spawn(fn -> :ok end)}
    assert Plan.states(build([])) == {:only, []}
    assert Plan.states(build([server(one)])) == {:only, [one]}
    assert Plan.states(build([server(one)], :messages_only)) == {:only, []}
    assert Plan.states(build([server(one), server(other)], :full, [], [one])) == {:only, [other]}
    assert Plan.states(build([Target.all_processes(), server(one)], :full, [], [one])) == {:all_but, [one]}
    # Another tracer has the server loop's function.
    assert Plan.states(Plan.build(:full, [server(one)], %{})) == {:only, []}
  end
end
