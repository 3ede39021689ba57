%% The tracer that does nothing; see noop_tracer.c.
-module(bench_noop).
-export([load/1, enabled/3, trace/5, trace_call/5, trace_send/5, trace_receive/5, trace_procs/5]).
-nifs([enabled/3, trace/5, trace_call/5, trace_send/5, trace_receive/5, trace_procs/5]).

load(Dir) -> erlang:load_nif(filename:join(Dir, "noop_tracer"), 0).

enabled(_, _, _) -> erlang:nif_error(not_loaded).
trace(_, _, _, _, _) -> erlang:nif_error(not_loaded).
trace_call(_, _, _, _, _) -> erlang:nif_error(not_loaded).
trace_send(_, _, _, _, _) -> erlang:nif_error(not_loaded).
trace_receive(_, _, _, _, _) -> erlang:nif_error(not_loaded).
trace_procs(_, _, _, _, _) -> erlang:nif_error(not_loaded).
