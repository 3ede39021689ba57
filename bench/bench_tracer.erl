%% Puts a workload's processes under one of the tracers compared, and takes them from it again.
-module(bench_tracer).
-export([start/4, clock/1, settle/1, still_traced/2, stop/2]).

start(untraced, _Workload, _Pids, _Options) ->
    clear(),
    untraced;
start({noop, Level}, genserver, Pids, _Options) ->
    clear(),
    bench_levels:trace(bench_levels:plan(Level, Pids), {bench_noop, 1}),
    {noop, {bench_noop, 1}};
start(noop, Workload, Pids, _Options) ->
    trace({bench_noop, 1}, Workload, Pids),
    {noop, {bench_noop, 1}};
start(ets, Workload, Pids, _Options) ->
    {Tracer, _Table} = Ets = bench_ets:start(),
    trace(Tracer, Workload, Pids),
    {ets, Tracer, Ets};
start(ours, Workload, Pids, #{buffer_bytes := BufferBytes, dump := Dump}) ->
    {_, Tracer} = Recorder = bench_recorder:start(BufferBytes),
    bench_recorder:filter(Recorder, role(Workload)),
    trace(Tracer, Workload, Pids),
    {ours, Tracer, Recorder, Dump};
start(sampled, Workload, Pids, #{buffer_bytes := BufferBytes, dump := Dump}) ->
    {_, Tracer} = Recorder = bench_recorder:start(BufferBytes, 10000),
    bench_recorder:filter(Recorder, role(Workload)),
    trace(Tracer, Workload, Pids),
    {ours, Tracer, Recorder, Dump};
start(Level, genserver, Pids, #{buffer_bytes := BufferBytes, dump := Dump}) ->
    clear(),
    {Native, Tracer} = Recorder = bench_recorder:start(BufferBytes),
    Plan = bench_levels:plan(Level, Pids),
    bench_levels:filter(Plan, Native),
    bench_levels:trace(Plan, Tracer),
    {ours, Tracer, Recorder, Dump}.

%% A breakpoint left from the round before would cost this one.
clear() ->
    erlang:trace_pattern({bench_workload, leaf, 3}, false, [local]),
    erlang:trace_pattern({gen_server, '_', '_'}, false, [local]).

trace(Tracer, Workload, Pids) ->
    clear(),
    1 = erlang:trace_pattern({bench_workload, leaf, 3}, match_spec(Workload), [local]),
    [1 = erlang:trace(Pid, true, option(Tracer) ++ flags(Workload)) || Pid <- Pids].

%% A NIF tracer takes the time itself, a process tracer is sent it.
option({Module, State}) -> [{tracer, Module, State}];
option(Pid) -> [{tracer, Pid}, monotonic_timestamp].

flags(calls) -> [call];
flags(calls_return) -> [call];
flags(_Messages) -> [send, 'receive'].

match_spec(calls_return) -> [{'_', [], [{return_trace}]}];
match_spec(calls) -> true;
match_spec(_Messages) -> false.

role(calls_return) -> call;
role(_) -> call_only.

%% What a burst costs the traced side. A NIF tracer works in the traced process, on a scheduler; what a process tracer does is all
%% for the traced side, wherever the VM does it.
clock({ets, _, _}) ->
    fun bench_clock:process_ns/0;
clock(_) ->
    Schedulers = bench_clock:schedulers(),
    fun() -> bench_clock:threads_ns(Schedulers) end.

%% A process tracer's work is done when its queue is empty.
settle({ets, _, Ets}) -> bench_ets:drain(Ets);
settle(_) -> ok.

%% A tracer that the VM took away in the middle would be a cheap one.
still_traced(untraced, _Pids) ->
    ok;
still_traced(Traced, Pids) ->
    Tracer = element(2, Traced),
    [{tracer, Tracer} = erlang:trace_info(Pid, tracer) || Pid <- Pids],
    ok.

%% Stops once everything traced has arrived where the tracer keeps it; measures at that moment, and says what was kept.
stop({ets, _, Ets}, Measure) ->
    ok = bench_ets:drain(Ets),
    Total = Measure(),
    {Total, lists:sort(maps:to_list(bench_ets:stop(Ets)))};
stop({ours, _, Recorder, Dump}, Measure) ->
    ok = bench_recorder:stop(Recorder),
    Total = Measure(),
    Counts = bench_recorder:counts(Recorder),
    ok = file:write_file(Dump, bench_recorder:dump(Recorder)),
    {Total, [{Key, maps:get(Key, Counts)} || Key <- [emitted, stored, evicted, sampled_out, filtered, dropped]]};
stop(_, Measure) ->
    {Measure(), []}.
