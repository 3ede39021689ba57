%% The peer: a process tracer that keeps each event, with its time as ours has it, in an ETS ordered_set, keyed by a counter.
-module(bench_ets).
-export([start/0, drain/1, stop/1]).

start() ->
    Self = self(),
    Tracer = spawn(fun() ->
        process_flag(message_queue_data, off_heap),
        Table = ets:new(events, [ordered_set, public]),
        Self ! {table, self(), Table},
        insert(Table, 0)
    end),
    receive {table, Tracer, Table} -> {Tracer, Table} end.

insert(Table, N) ->
    receive
        Event when element(1, Event) =:= trace_ts ->
            ets:insert(Table, {N, Event}),
            insert(Table, N + 1);
        {drained, From} ->
            From ! {drained, self()},
            insert(Table, N);
        {stop, From} ->
            From ! {counts, self(), ets:foldl(fun count/2, #{}, Table)}
    end.

count({_, Event}, Counts) -> maps:update_with(kind(element(3, Event)), fun(N) -> N + 1 end, 1, Counts).

kind(return_from) -> return;
kind('receive') -> delivered;
kind(Kind) -> Kind.

%% Waits until everything that was traced is in the table.
drain({Tracer, _Table}) ->
    Delivered = erlang:trace_delivered(all),
    receive {trace_delivered, all, Delivered} -> ok end,
    Tracer ! {drained, self()},
    receive {drained, Tracer} -> ok end.

%% Rows by kind.
stop({Tracer, _Table}) ->
    Tracer ! {stop, self()},
    receive {counts, Tracer, Counts} -> Counts end.
