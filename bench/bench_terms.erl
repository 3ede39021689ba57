%% The term of each type that costs a capture most: as many as fit into a state, each as long to read as it can be.
-module(bench_terms).
-export([all/0, run/1]).
-import(bench_round, [say/2]).

%% More than fit into the 16 KiB of a state.
-define(MANY, 9000).
-define(CAP, 16384).
-define(DEPTH, 12).
-define(ROUNDS, 31).

%% The median time of a walk of each.
run(_Options) ->
    [say("term", [{type, Type}, {ns, median(Make())}]) || {Type, Make} <- all()].

median(Term) ->
    Times = lists:sort([timed(Term) || _ <- lists:seq(1, ?ROUNDS)]),
    lists:nth(?ROUNDS div 2 + 1, Times).

timed(Term) ->
    Start = erlang:monotonic_time(nanosecond),
    {_Bytes, _Spent} = 'Elixir.ElixirScope.Native':walk_cost(Term, ?CAP, ?DEPTH),
    erlang:monotonic_time(nanosecond) - Start.

all() ->
    [
        {atom, many(ok)},
        {small_integer, many(1)},
        {integer, many(1 bsl 58)},
        {big_integer, many(1 bsl 2000)},
        {huge_integer, many(1 bsl 4000000)},
        {float, many(1.5)},
        {empty_list, many([])},
        {list_of_one, many([1])},
        {improper_list, many([1 | 2])},
        {long_list, fun() -> lists:seq(1, 1000000) end},
        {deep_list, fun() -> nested(fun(Inner) -> [Inner] end, 1000000) end},
        {list_of_deep_lists, fun() -> many_of(nested(fun(Inner) -> [Inner] end, 1000000)) end},
        {empty_tuple, many({})},
        {tuple_of_one, many({1})},
        {huge_tuple, many(list_to_tuple(lists:seq(1, 100000)))},
        {deep_tuple, fun() -> nested(fun(Inner) -> {Inner} end, 1000000) end},
        {list_of_deep_tuples, fun() -> many_of(nested(fun(Inner) -> {Inner} end, 1000000)) end},
        {tree, fun() -> nested(fun(Inner) -> {Inner, [Inner], #{Inner => Inner}} end, 11) end},
        {empty_map, many(#{})},
        {map_of_one, many(#{a => 1})},
        {small_map, many(integers(32))},
        {large_map, many(integers(33))},
        {huge_map, fun() -> integers(300000) end},
        {list_of_huge_maps, fun() -> many_of(integers(100000)) end},
        {map_of_maps, many(#{#{} => #{}})},
        {empty_binary, many(<<>>)},
        {binary, many(<<"a">>)},
        {huge_binary, fun() -> many_of(bytes()) end},
        {part_of_binary, fun() -> many_of(binary:part(bytes(), 1, 4000000)) end},
        {shifted_binary, fun() -> many_of(shifted()) end},
        {bitstring, many(<<5:3>>)},
        {huge_bitstring, fun() -> many_of(<<(bytes())/binary, 1:3>>) end},
        {pid, fun() -> many_of(self()) end},
        {remote_pid, many(decoded(88, <<0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1>>))},
        {port, fun() -> many_of(hd(erlang:ports())) end},
        {remote_port, many(decoded(89, <<0, 0, 0, 1, 0, 0, 0, 1>>))},
        {reference, fun() -> many_of(make_ref()) end},
        {alias, fun() -> many_of(monitor(process, self(), [{alias, demonitor}])) end},
        {resource, fun() -> many_of(atomics:new(1, [])) end},
        {remote_reference, many(decoded(90, <<0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3>>))},
        {'fun', fun() -> Held = lists:seq(1, 100000), many_of(fun() -> Held end) end},
        {exported_fun, many(fun erlang:halt/0)}
    ].

many(Term) -> fun() -> many_of(Term) end.
many_of(Term) -> lists:duplicate(?MANY, Term).

nested(Wrap, N) -> lists:foldl(fun(_, Inner) -> Wrap(Inner) end, 1, lists:seq(1, N)).

integers(N) -> maps:from_list([{I, I} || I <- lists:seq(1, N)]).

bytes() -> binary:copy(<<7>>, 5000000).

shifted() ->
    <<_:3, Shifted:4000000/binary, _/bitstring>> = bytes(),
    Shifted.

%% A term of another node; a reference has its number of words first.
decoded(90, Rest) -> binary_to_term(<<131, 90, 3:16, (node_atom())/binary, Rest/binary>>);
decoded(Tag, Rest) -> binary_to_term(<<131, Tag, (node_atom())/binary, Rest/binary>>).

node_atom() -> <<119, 14, "foreign@remote">>.
