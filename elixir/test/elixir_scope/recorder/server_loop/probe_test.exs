defmodule ElixirScope.Recorder.ServerLoop.ProbeTest do
  use ElixirScope.RecordingCase, async: false
  import ExUnit.CaptureLog
  alias ElixirScope.Recorder.ServerLoop.{Probe, Table}
  alias ElixirScope.Recorder.Tracing

  # The fastest of some: what a busy machine adds is not the probe's.
  @at_most_ms 50

  test "every role is found on this VM, in time, with nothing left behind and nothing logged" do
    before = Process.list()

    {runs, log} =
      with_log(fn ->
        for _ <- 1..25 do
          {us, found} = :timer.tc(fn -> Probe.run() end)
          assert found.off == [], inspect(found.off)
          assert Enum.sort(Map.keys(found.roles)) == Enum.sort(for {role, _candidates} <- Table.candidates(), do: role)
          assert found.settled? and found.supervisors?
          assert [_idle, _hibernated | _] = found.waits
          us
        end
      end)

    assert log == ""
    assert Enum.min(runs) < @at_most_ms * 1000
    assert left_on() == []
    wait_until(fn -> Process.list() -- before == [] end)
  end

  test "a node that is too busy at first" do
    from = System.monotonic_time(:millisecond) + 5

    for _ <- 1..(4 * :erlang.system_info(:schedulers_online)),
        do: :erlang.spawn_opt(fn -> Process.sleep(5) && spin(from + 1_500) end, priority: :high)

    assert Probe.run().off == []
    assert System.monotonic_time(:millisecond) > from + 1_500
  end

  defp spin(until), do: if(System.monotonic_time(:millisecond) < until, do: spin(until))

  # Every candidate with its functions and places changed.
  defp changed(change) do
    for {role, candidates} <- Table.candidates(), do: {role, for(rows <- candidates, do: Enum.map(rows, change))}
  end

  test "a release that calls its functions otherwise has no role, and the reason names them" do
    candidates = changed(fn %{function: {m, f, a}} = row -> if f == :loop, do: %{row | function: {m, :spin, a}}, else: row end)

    found = Probe.run(candidates)
    assert {{:gen_server, :state}, "this OTP has no gen_server.spin/4, gen_server.spin/7"} in found.off
    assert {{:gen_statem, :state}, "this OTP has no gen_statem.spin/3"} in found.off
    # The others are what they were.
    assert is_map_key(found.roles, {:gen_server, :last}) and is_map_key(found.roles, {:gen_event, :handled})
  end

  test "a place that shows something else is refused" do
    next = fn place -> List.update_at(place, -1, &(&1 + 1)) end

    candidates =
      changed(fn
        %{wanted: {:pair, one, other}} = row -> %{row | wanted: {:pair, other, one}}
        %{wanted: {:message, message, tag, timer}} = row -> %{row | wanted: {:message, next.(next.(message)), tag, timer}}
        %{wanted: {how, place}} = row -> %{row | wanted: {how, next.(place)}}
      end)

    found = Probe.run(candidates)
    assert found.roles == %{}
    for {_role, why} <- found.off, do: assert(why =~ "did not show what throw-away servers did")
  end

  test "a row with the right states and another module is refused" do
    candidates = changed(fn row -> if row.module, do: %{row | module: [0]}, else: row end)
    off = for {role, _why} <- Probe.run(candidates).off, do: role
    assert {:gen_server, :state} in off and {:gen_statem, :handled} in off
    # Neither of these says a module.
    refute {:gen_server, :first} in off or {:gen_event, :state} in off
  end

  unless Tracing.sessions?() do
    test "another tracer's pattern is not touched; if it lets too little through, its role waits" do
      loop = {:gen_server, :loop, 7}
      on_exit(fn -> :erlang.trace_pattern(loop, false, [:local]) end)

      for {spec, there?} <- [{[{:_, [], [{:return_trace}]}], true}, {[{:_, [false], []}], false}] do
        :erlang.trace_pattern(loop, spec, [:local])
        found = Probe.run()
        assert is_map_key(found.roles, {:gen_server, :state}) == there?
        assert found.settled? == there?

        assert found.off ==
                 if(there?, do: [], else: [{{:gen_server, :state}, "another tracer has a pattern on gen_server.loop/7"}])

        assert :erlang.trace_info(loop, :match_spec) == {:match_spec, spec}
      end
    end
  end
end
