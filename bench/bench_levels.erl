%% What a level sets in the VM for two processes that are traced whole, as the product itself plans it.
-module(bench_levels).
-export([names/0, plan/2, filter/2, trace/2]).

-define(TARGET, 'Elixir.ElixirScope.Recorder.Target').
-define(PLAN, 'Elixir.ElixirScope.Recorder.Plan').

names() -> [minimal, states_only, messages_only, full].

plan(Level, Pids) ->
    Target = ?TARGET:'__struct__'(#{key => {process, hd(Pids)}, processes => Pids, classes => [message, state]}),
    ?PLAN:build(Level, [Target], 'Elixir.ElixirScope.Recorder.ServerLoop':functions()).

%% The native filter of a plan, as `set_filter` takes it.
filter(#{functions := Functions, masks := Masks, default_mask := Default}, Recorder) ->
    Rows = [{M, F, A, Role, Args, Mask} || {{M, F, A}, #{role := Role, args := Args, mask := Mask}} <- rows(Functions)],
    ok = 'Elixir.ElixirScope.Native':set_filter(Recorder, Rows, maps:to_list(Masks), Default).

rows(Functions) ->
    [{MFA, #{role => Role, args => Args, mask => Mask}}
     || {MFA, #{role := Role, 'args?' := Args, mask := Mask}} <- maps:to_list(Functions)].

%% Sets the flags and the patterns of a plan for a tracer.
trace(Plan, {Module, State}) ->
    #{functions := Functions, flags := Flags} = Plan,
    [1 = erlang:trace_pattern(MFA, spec(Role), [local]) || {MFA, #{role := Role}} <- maps:to_list(Functions)],
    [1 = erlang:trace(Pid, true, [{tracer, Module, State}, procs | Own]) || {Pid, Own} <- maps:to_list(Flags)].

spec(started) -> [{'_', [], [{exception_trace}]}];
spec(_CallOnly) -> true.
