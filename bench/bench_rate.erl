%% A load of traced calls at a given rate, to find where the recorder begins to lose.
-module(bench_rate).
-export([run/3]).

%% Events per second that were really made, and how many of them were dropped.
run(BufferBytes, Rate, Seconds) ->
    Processes = bench_workload:start(calls),
    {_, {Module, State}} = Recorder = bench_recorder:start(BufferBytes),
    bench_recorder:filter(Recorder, call_only),
    1 = erlang:trace_pattern({bench_workload, leaf, 3}, true, [local]),
    [1 = erlang:trace(Pid, true, [{tracer, Module, State}, call]) || Pid <- bench_workload:pids(Processes)],
    Start = now_us(),
    N = load(Processes, Rate, Start, Start + Seconds * 1000000, 0),
    Took = now_us() - Start,
    bench_workload:stop(Processes),
    ok = bench_recorder:stop(Recorder),
    #{emitted := N, dropped := Dropped} = bench_recorder:counts(Recorder),
    {N * 1000000 div Took, Dropped}.

%% Every millisecond, as many calls as are due.
load(Processes, Rate, Start, End, N) ->
    case now_us() of
        Now when Now >= End ->
            N;
        Now ->
            case (Now - Start) * Rate div 1000000 - N of
                Due when Due > 0 -> load(Processes, Rate, Start, End, bench_workload:burst(Processes, N, Due));
                _ -> timer:sleep(1), load(Processes, Rate, Start, End, N)
            end
    end.

now_us() -> erlang:monotonic_time(microsecond).
