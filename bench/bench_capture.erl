%% Runs rounds of every workload under every tracer, interleaved, and writes one line per round to standard output.
%%
%% After a round with our recorder it waits for a line on standard input: the reader has checked the dump by then, and says
%% whether to go on or to do the round again. When standard input ends, so does the node.
-module(bench_capture).
-export([main/1]).
-import(bench_round, [in_process/1, rotate/2, say/2]).

%% Events of one burst: few enough that no buffer fills while the sealer sleeps.
-define(BURST_EVENTS, 20000).
%% Long enough for any tracer to empty its queue of one burst, the same for all.
-define(PAUSE_MS, 40).

main(#{dir := Dir} = Options) ->
    ok = bench_clock:load(Dir),
    ok = bench_noop:load(Dir),
    {module, _} = code:ensure_loaded('Elixir.ElixirScope.Native'),
    say("machine", [{otp, erlang:system_info(otp_release)}, {schedulers, erlang:system_info(schedulers)}]),
    run(Options),
    halt(0).

run(#{mode := rounds, rounds := Rounds, events := Events} = Options) ->
    %% The first pass loads code, maps the buffers and is not counted.
    pass(warm_up, Options#{events := Events div 4}, 0),
    [pass(round, Options, Shift) || Shift <- lists:seq(1, Rounds)];
run(#{mode := terms} = Options) ->
    bench_terms:run(Options);
run(#{mode := shop} = Options) ->
    bench_shop:run(Options);
run(#{mode := rates, rates := Rates} = Options) ->
    lists:foldl(fun(Rate, N) -> rate(Rate, N, 2, Options) end, 0, Rates).

%% One try more when events were lost: another program may have had the sealer's CPU. Nothing is tried beyond a rate that failed.
rate(_Rate, Dropped, _Tries, _Options) when Dropped > 0 ->
    Dropped;
rate(Rate, 0, Tries, #{buffer_bytes := BufferBytes, seconds := Seconds} = Options) ->
    {Offered, Dropped} = in_process(fun() -> bench_rate:run(BufferBytes, Rate, Seconds) end),
    say("rate", [{offered, Offered}, {dropped, Dropped}]),
    case Dropped of
        0 -> 0;
        _ when Tries > 1 -> rate(Rate, 0, Tries - 1, Options);
        _ -> Dropped
    end.

pass(Word, Options, Shift) ->
    [
        round(Word, Workload, Config, Options)
     || Workload <- bench_workload:names(), Config <- rotate(Shift, configs(Workload))
    ].

%% A server is also traced as each level does it, beside a tracer that does nothing with the same flags and patterns.
configs(genserver) -> [untraced, noop, ours, ets, sampled | lists:append([[L, {noop, L}] || L <- bench_levels:names()])];
configs(_) -> [untraced, noop, ours, ets, sampled].

round(Word, Workload, Config, Options) ->
    Fields = in_process(fun() -> round_of(Workload, Config, Options) end),
    say(atom_to_list(Word), [{workload, Workload}, {config, name(Config)} | Fields]),
    case lists:member(Config, [ours, sampled | bench_levels:names()]) andalso verdict() of
        <<"again\n">> -> round(Word, Workload, Config, Options);
        _ -> ok
    end.

name({noop, Level}) -> list_to_atom(atom_to_list(Level) ++ "_noop");
name(Config) -> Config.

round_of(Workload, Config, #{events := Events} = Options) ->
    PerBurst = ?BURST_EVENTS div bench_workload:events_per_op(Workload),
    Bursts = Events div ?BURST_EVENTS,
    Processes = bench_workload:start(Workload),
    Tracer = bench_tracer:start(Config, Workload, bench_workload:pids(Processes), Options),
    Clock = bench_tracer:clock(Tracer),
    Total0 = bench_clock:process_ns(),
    {Costs, N} = lists:mapfoldl(fun(_, First) -> burst(Processes, Tracer, Clock, First, PerBurst) end, 0, lists:seq(1, Bursts)),
    bench_tracer:still_traced(Tracer, bench_workload:pids(Processes)),
    {Total, Found} = bench_tracer:stop(Tracer, fun() -> bench_clock:process_ns() - Total0 end),
    bench_workload:stop(Processes),
    Expected = [{list_to_atom("expect_" ++ atom_to_list(Kind)), Count}
                || {Kind, Count} <- bench_workload:expected(Workload, Config, N, Bursts)],
    [{ops, N}, {cpu_ns, Bursts * median(Costs)}, {total_ns, Total}] ++ Expected ++ Found.

%% Another program that gets the CPU in the middle spoils a burst, not the round: hence the median of the bursts.
burst(Processes, Tracer, Clock, First, N) ->
    Before = Clock(),
    Next = bench_workload:burst(Processes, First, N),
    bench_tracer:settle(Tracer),
    Cost = Clock() - Before,
    timer:sleep(?PAUSE_MS),
    {Cost, Next}.

median(List) -> lists:nth((length(List) + 1) div 2, lists:sort(List)).

verdict() ->
    case io:get_line("") of
        eof -> halt(1);
        Line -> unicode:characters_to_binary(Line)
    end.
