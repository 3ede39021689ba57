%% What all rounds share: a process of their own, the order of what is compared, and the line that tells of them.
-module(bench_round).
-export([in_process/1, rotate/2, say/2]).

%% A round of its own process: what it held is gone after it.
in_process(Fun) ->
    {Pid, Monitor} = spawn_monitor(fun() -> exit({result, Fun()}) end),
    receive
        {'DOWN', Monitor, process, Pid, {result, Result}} -> Result;
        {'DOWN', Monitor, process, Pid, Reason} -> erlang:error({round_failed, Reason})
    end.

rotate(Shift, List) ->
    {Front, Back} = lists:split(Shift * 5 rem length(List), List),
    Back ++ Front.

say(Word, Fields) ->
    io:format("~s~s~n", [Word, [io_lib:format(" ~s=~s", [Key, text(Value)]) || {Key, Value} <- Fields]]).

text(Value) when is_integer(Value) -> integer_to_list(Value);
text(Value) when is_atom(Value) -> atom_to_list(Value);
text(Value) -> Value.
