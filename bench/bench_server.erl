%% The server of the `genserver` workload.
-module(bench_server).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

init([]) -> {ok, 0}.

handle_call({get, I}, _From, N) -> {reply, I, N + 1}.

handle_cast(_, N) -> {noreply, N}.
