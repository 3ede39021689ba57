%% What is traced: fresh processes that do a burst of operations on request, and count what they do.
%%
%% Every event carries the operation's number, so that a reader can tell that none is missing and none is out of order.
-module(bench_workload).
-export([names/0, start/1, pids/1, burst/3, stop/1, events_per_op/1, expected/4, leaf/3]).

names() -> [calls, calls_return, pingpong, genserver].

%% Traced events of one operation, seen from outside; the round's own check proves it.
events_per_op(calls) -> 1;
events_per_op(calls_return) -> 2;
events_per_op(pingpong) -> 4;
events_per_op(genserver) -> 4.

%% Events by kind after N operations in so many bursts. The two messages that begin and end a burst are traced like any other.
expected(genserver, minimal, _N, _Bursts) -> [];
expected(genserver, states_only, N, _Bursts) -> [{state, N}];
expected(genserver, messages_only, N, Bursts) -> [{handled, N} | messages(N, Bursts)];
expected(genserver, full, N, Bursts) -> [{handled, N}, {state, N} | messages(N, Bursts)];
expected(calls, _Config, N, _Bursts) -> [{call, N}];
expected(calls_return, _Config, N, _Bursts) -> [{call, N}, {return, N}];
expected(_Messages, _Config, N, Bursts) -> messages(N, Bursts).

messages(N, Bursts) -> [{send, 2 * N + Bursts}, {delivered, 2 * N + Bursts}].

start(pingpong) ->
    Ponger = spawn(fun ponger/0),
    {spawn(fun() -> worker(fun(I) -> ping(Ponger, I) end) end), [Ponger]};
start(genserver) ->
    {ok, Server} = gen_server:start(bench_server, [], []),
    {spawn(fun() -> worker(fun(I) -> gen_server:call(Server, {get, I}) end) end), [Server]};
start(_Calls) ->
    {spawn(fun caller/0), []}.

pids({Worker, Others}) -> [Worker | Others].

stop(Workload) -> [exit(Pid, kill) || Pid <- pids(Workload)].

%% Operations First to First + N - 1; returns the number of the next one, as the worker counted it.
burst({Worker, _}, First, N) ->
    Worker ! {burst, self(), First, N},
    receive {done, Worker, Next} -> Next end.

worker(Op) ->
    receive {burst, From, First, N} -> From ! {done, self(), repeat(Op, First, First + N)} end,
    worker(Op).

repeat(_Op, End, End) -> End;
repeat(Op, I, End) ->
    I = Op(I),
    repeat(Op, I + 1, End).

%% The tight loop has no fun in it.
caller() ->
    receive {burst, From, First, N} -> From ! {done, self(), call(First, First + N)} end,
    caller().

call(End, End) -> End;
call(I, End) ->
    I = leaf(I, {item, I}, 3),
    call(I + 1, End).

leaf(I, _Item, _Quantity) -> I.

ping(Ponger, I) ->
    Ponger ! {ping, self(), I},
    receive {pong, J} -> J end.

ponger() ->
    receive {ping, From, I} -> From ! {pong, I} end,
    ponger().
