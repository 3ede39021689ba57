%% CPU time of the schedulers (where traced processes run) and of the whole VM; see cpu_clock.c.
-module(bench_clock).
-export([load/1, schedulers/0, threads_ns/1, process_ns/0]).
-nifs([threads_ns/1, process_ns/0]).

load(Dir) -> erlang:load_nif(filename:join(Dir, "cpu_clock"), 0).

%% The thread ids of the normal schedulers, by the names that the VM gives its threads.
schedulers() ->
    {ok, Tids} = file:list_dir("/proc/self/task"),
    [list_to_integer(Tid) || Tid <- Tids, is_scheduler(Tid)].

is_scheduler(Tid) ->
    case file:read_file(["/proc/self/task/", Tid, "/comm"]) of
        {ok, Name} -> re:run(Name, "^([0-9]+_scheduler|erts_sched_[0-9]+)$", [{capture, none}]) =:= match;
        {error, _} -> false
    end.

threads_ns(_Tids) -> erlang:nif_error(not_loaded).
process_ns() -> erlang:nif_error(not_loaded).
