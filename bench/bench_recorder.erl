%% Our recorder, through the functions of its NIF.
-module(bench_recorder).
-export([start/1, start/2, filter/2, stop/1, counts/1, dump/1]).

-define(NATIVE, 'Elixir.ElixirScope.Native').

start(BufferBytes) -> start(BufferBytes, 1000000).

%% With a sample rate in parts per million.
start(BufferBytes, Ppm) ->
    {ok, Recorder, State} = ?NATIVE:start(self(), (config(BufferBytes))#{sample_ppm => Ppm}),
    {Recorder, {?NATIVE, State}}.

filter({Recorder, _}, Role) ->
    ok = ?NATIVE:set_filter(Recorder, [{bench_workload, leaf, 3, Role, true, 4}], [], 4).

%% Ends recording, and waits until everything captured is sealed.
stop({Recorder, _}) -> ?NATIVE:stop(Recorder).

%% The recorder's counters of the classes that the workloads make. (A loss is itself an event, of the control class.)
counts({Recorder, _}) ->
    #{classes := #{call := Calls, message := Messages, state := States}} = ?NATIVE:status(Recorder),
    lists:foldl(fun add/2, #{}, [Calls, Messages, States]).

add(#{dropped := Dropped} = Counts, Sums) ->
    Flat = Counts#{dropped := lists:sum(maps:values(Dropped))},
    maps:map(fun(Key, N) -> N + maps:get(Key, Sums, 0) end, Flat).

dump({Recorder, _}) ->
    {ok, Bytes} = ?NATIVE:dump(Recorder),
    Bytes.

%% Nothing is evicted from rounds of this length; the sealer's work is that of any recording.
config(BufferBytes) ->
    #{
        manual => false,
        epoch => nil,
        max_events => 8000000,
        max_bytes => 4 bsl 30,
        max_critical_events => 100000,
        max_baseline_bytes => 64 bsl 20,
        retention => maps:from_keys([control, process, message, call, state, span, runtime], {nil, nil, nil}),
        caps => #{control => 16384, process => 16384, message => 256, call => 256, state => 16384, span => 256, runtime => 256},
        max_depth => 12,
        buffer_bytes => BufferBytes,
        redact => [<<"password">>, <<"passwd">>, <<"secret">>, <<"token">>, <<"authorization">>, <<"cookie">>, <<"api_key">>, <<"private_key">>],
        header => #{
            node => atom_to_binary(node()), creation => erlang:system_info(creation), recorder_version => ?NATIVE:version(),
            otp => list_to_binary(erlang:system_info(otp_release)), elixir => <<>>, os => <<"unix/linux">>,
            applications => [], options => [], meta => [], instance => <<"benchmark">>
        }
    }.
