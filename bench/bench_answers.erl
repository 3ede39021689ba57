%% What an answer costs in Elixir: the example shop is recorded with everything traced, and then asked, from the question to the terms in hand.
-module(bench_answers).
-export([main/1]).

-define(SCOPE, 'Elixir.ElixirScope').
-define(SERVER, 'Elixir.Shop.Inventory').
-define(SEED, 42).
-define(CUSTOMERS, 150).
-define(LIMIT, 1000).
%% Nothing is evicted, so that every run asks the same.
-define(MAX_EVENTS, 100000).
%% Rounds that are not counted: code is loaded, and memory grows.
-define(WARM_UP, 5).

main(#{rounds := Rounds, dir := Dir}) ->
    {module, _} = code:load_abs(filename:join([Dir, "instant", "Elixir.Shop.Gateway"])),
    {ok, _Shop} = 'Elixir.Shop.Application':start(normal, []),
    [ok = ?SERVER:release(Sku, 1000000) || Sku <- [<<"chair">>, <<"desk">>, <<"lamp">>, <<"mug">>]],
    %% A warning is no part of an answer.
    ok = logger:set_primary_config(level, error),
    Began = ?SCOPE:now(),
    ok = ?SCOPE:setup([{max_events, ?MAX_EVENTS}]),
    {ok, _} = ?SCOPE:trace_all_processes([]),
    ?CUSTOMERS = length('Elixir.Shop.Load':run(?SEED, ?CUSTOMERS)),
    ok = ?SCOPE:untrace_all_processes(),
    Until = ?SCOPE:now(),
    [round(Name, Question) || {Name, Question} <- questions(Began, Until), _ <- lists:seq(1, ?WARM_UP + Rounds)],
    ok = ?SCOPE:stop(),
    halt(0).

questions(Began, Until) ->
    [
        {events, fun() -> length(?SCOPE:get_events_between(Began, Until, [{limit, ?LIMIT}])) end},
        {state_timeline, fun() -> length(?SCOPE:state_timeline(?SERVER, [{limit, ?LIMIT}])) end},
        {snapshot, fun() ->
            {ok, #{active_processes := Processes}} = ?SCOPE:system_snapshot_at(Until, []),
            length(Processes)
        end}
    ].

%% What an earlier answer left is not collected while the next one is timed.
round(Name, Question) ->
    true = erlang:garbage_collect(),
    Began = erlang:monotonic_time(nanosecond),
    Rows = Question(),
    Wall = erlang:monotonic_time(nanosecond) - Began,
    bench_round:say("answer", [{question, Name}, {wall_ns, Wall}, {rows, Rows}]).
