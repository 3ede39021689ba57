%% What recording costs the example shop when it is left on: customers served, with nothing traced, with a tracer that does nothing, and with the settings
%% for production.
%%
%% A workload is {Name, Customers, as_is}: the shop's own load, all customers at once; or {Name, Customers, Visits}: the services outside the house answer at
%% once, clients serve customers one after the other, and a customer comes back to the cart so often before paying.
-module(bench_shop).
-export([run/1]).

-define(SCOPE, 'Elixir.ElixirScope').
-define(CART, 'Elixir.Shop.Cart').
-define(CLIENTS, 16).
-define(SEED, 42).
%% Until all that was captured is sealed, the same for all.
-define(PAUSE_MS, 100).

run(#{rounds := Rounds, workloads := Workloads, dir := Dir}) ->
    [round(warm_up, {Name, Customers div 4, How}, Config, Dir) || {Name, Customers, How} <- Workloads, Config <- configs()],
    [round(round, Workload, Config, Dir)
     || Shift <- lists:seq(1, Rounds), Workload <- Workloads, Config <- bench_round:rotate(Shift, configs())].

configs() -> [untraced, noop, production].

round(Word, {Name, Customers, How}, Config, Dir) ->
    gateway(How, Dir),
    Fields = bench_round:in_process(fun() -> serve(Customers, How, Config) end),
    bench_round:say(atom_to_list(Word), [{workload, Name}, {config, Config}, {customers, Customers} | Fields]).

%% The shop's own services are beside its other modules.
gateway(as_is, Dir) -> load(Dir);
gateway(_Visits, Dir) -> load(filename:join(Dir, "instant")).

load(Dir) ->
    code:purge('Elixir.Shop.Gateway'),
    {module, _} = code:load_abs(filename:join(Dir, "Elixir.Shop.Gateway")).

serve(Customers, How, Config) ->
    {ok, Shop} = 'Elixir.Shop.Application':start(normal, []),
    [ok = 'Elixir.Shop.Inventory':release(Sku, 100000000) || Sku <- [<<"chair">>, <<"desk">>, <<"lamp">>, <<"mug">>]],
    start(Config),
    Total0 = bench_clock:process_ns(),
    Began = erlang:monotonic_time(nanosecond),
    {Processes, Requests} = shopping(Customers, How),
    Wall = erlang:monotonic_time(nanosecond) - Began,
    timer:sleep(?PAUSE_MS),
    Total = bench_clock:process_ns() - Total0,
    Found = stop(Config, Began),
    Receipts = length(maps:get(receipts, sys:get_state('Elixir.Shop.Payment'))),
    ok = 'Elixir.Supervisor':stop(Shop),
    [{receipts, Receipts}, {requests, Requests}, {processes, Processes}, {wall_ns, Wall}, {total_ns, Total} | Found].

%% Returns how many processes that took at least, and how many requests were served. A customer has a cart and a printer, and a task or one client of all.
shopping(Customers, as_is) ->
    Customers = length('Elixir.Shop.Load':run(?SEED, Customers)),
    {3 * Customers, lists:sum([length(Steps) || {_Id, Steps} <- 'Elixir.Shop.Load':plan(?SEED, Customers)])};
shopping(Customers, Visits) ->
    Slices = slices('Elixir.Shop.Load':plan(?SEED, Customers)),
    Clients = [spawn_monitor(fun() -> exit({served, [customer(C, Visits) || C <- Slice]}) end) || Slice <- Slices],
    Requests = [receive {'DOWN', M, process, P, {served, Ns}} -> lists:sum(Ns) end || {P, M} <- Clients],
    {2 * Customers + ?CLIENTS, lists:sum(Requests)}.

slices(Plan) ->
    Numbered = lists:zip(lists:seq(1, length(Plan)), Plan),
    [[Customer || {N, Customer} <- Numbered, N rem ?CLIENTS =:= I] || I <- lists:seq(0, ?CLIENTS - 1)].

%% Returns how many requests were served.
customer({Id, Steps}, Visits) ->
    {ok, _} = ?CART:open(Id, <<"customer of ", Id/binary>>),
    {Shopping, [{pay, Payment}]} = lists:split(length(Steps) - 1, Steps),
    [perform(Step, Id) || _ <- lists:seq(1, Visits), Step <- Shopping],
    {ok, _} = ?CART:checkout(Id, Payment),
    Visits * length(Shopping) + 1.

perform({add, Sku, Quantity}, Id) -> ok = ?CART:add(Id, Sku, Quantity);
perform({remove, Sku}, Id) -> ok = ?CART:remove(Id, Sku);
perform(ship, Id) -> ok = ?CART:estimate_shipping(Id);
perform(total, Id) -> ?CART:total(Id).

start(untraced) -> ok;
start(noop) -> _ = erlang:trace(all, true, [{tracer, bench_noop, 1}, procs]);
start(production) -> ok = ?SCOPE:setup([{tracing_level, minimal}, {sample_rate, 0.01}, {max_events, 5000}]).

%% What was recorded since it began: the life of every process is asked for, and each must be there.
stop(untraced, _Began) -> [];
stop(noop, _Began) ->
    _ = erlang:trace(all, false, [{tracer, bench_noop, 1}, procs]),
    [];
stop(production, Began) ->
    {ok, #{classes := Classes}} = ?SCOPE:status(),
    Until = ?SCOPE:now(),
    Recorded = fun(Kind) -> length(?SCOPE:get_events_between(Began, Until, [{type, Kind}, {limit, 100000}])) end,
    Spawned = Recorded(spawn),
    Exited = Recorded(exit),
    ok = ?SCOPE:stop(),
    Dropped = lists:sum([N || #{dropped := Reasons} <- maps:values(Classes), N <- maps:values(Reasons)]),
    #{process := #{emitted := Emitted, stored := Stored}} = Classes,
    [{spawned, Spawned}, {exited, Exited}, {dropped, Dropped}, {emitted, Emitted}, {stored, Stored}].
