defmodule ElixirScope.Recorder.ServerLoop.Table do
  @moduledoc false
  # The candidates: which functions inside OTP's behaviours show a server's states and the messages it handles, and at which places.
  #
  # They are private to OTP and differ between releases. A role has several candidates, the newest first; a candidate is one or more rows
  # that are true together. ElixirScope.Recorder.ServerLoop.Probe finds out which are true on this VM: nothing here is believed because of a version.
  #
  # A state is what `sys:get_state` shows: that of a `gen_statem` is `{State, Data}`, that of a `gen_event` `[{Module, Id, State}]`.

  alias ElixirScope.Recorder.ServerLoop.Row

  @type behaviour :: :gen_server | :gen_statem | :gen_event
  @typedoc """
  `:state`: the state after each callback. `:replaced`: after a message of the module sys, which may have replaced it or changed the code.
  `:last`: the last state, and that of a crash. `:first`: the first state. `:handled`: each message when the server begins to handle it.
  """
  @type aspect :: :state | :replaced | :last | :first | :handled
  @type role :: {behaviour(), aspect()}
  @typedoc "What a role is needed for; `:major` are the states that the level `:minimal` records."
  @type class :: :state | :major | :message

  @classes %{state: [:state], replaced: [:major], last: [:state, :major], first: [:major], handled: [:message]}

  @doc "The classes of events that a role is needed for."
  @spec classes(role()) :: [class()]
  def classes({_behaviour, aspect}), do: @classes[aspect]

  @doc "All roles with their candidates."
  @spec candidates() :: [{role(), [[Row.t()]]}]
  def candidates, do: gen_server() ++ gen_statem() ++ gen_event()

  # From OTP 28 on a server's data are one record, {server_data, Parent, Tag, Name, Module, ...}; `system_continue` goes on in a loop of its own.
  # In OTP 26 and 27 the module stands in a cache of its callbacks, {callback_cache, Module, ...}; before, it is an argument.
  defp gen_server do
    data = [{[0, 0], :server_data}]

    continued = row({:gen_server, :system_continue, 3}, :state, {:term, [2, 1]}, [2, 0, 4], [{[2, 0, 0], :server_data}])

    [
      {{:gen_server, :state},
       [
         [row({:gen_server, :loop, 4}, :state, {:term, [1]}, [0, 4], data), continued],
         [row({:gen_server, :loop, 7}, :state, {:term, [2]}, [3, 1], [{[3, 0], :callback_cache}])],
         [row({:gen_server, :loop, 7}, :state, {:term, [2]}, [3])]
       ]},
      {{:gen_server, :replaced},
       [
         [continued],
         [row({:gen_server, :system_continue, 3}, :state, {:term, [2, 1]}, [2, 2, 1], [{[2, 2, 0], :callback_cache}])],
         [row({:gen_server, :system_continue, 3}, :state, {:term, [2, 1]}, [2, 2])]
       ]},
      {{:gen_server, :last},
       [
         [row({:gen_server, :terminate, 9}, :last, {:term, [1]}, [0, 4], data)],
         [row({:gen_server, :terminate, 10}, :last, {:term, [8]}, [7, 1], [{[7, 0], :callback_cache}])],
         [row({:gen_server, :terminate, 10}, :last, {:term, [8]}, [7])]
       ]},
      # `{ok, {ok, State}}`, or one with what the server is to do next.
      {{:gen_server, :first},
       [[row({:gen_server, :init_it, 2}, :first, {:term, [0, 1, 1]}, nil, [{[0, 0], :ok}, {[0, 1, 0], :ok}])]]},
      {{:gen_server, :handled},
       [
         [row({:gen_server, :decode_msg, 6}, :handled, {:message, [5], [0, 2], [4]}, [0, 4], data)],
         [row({:gen_server, :decode_msg, 9}, :handled, {:term, [0]}, [4, 1], [{[4, 0], :callback_cache}])],
         [row({:gen_server, :decode_msg, 9}, :handled, {:term, [0]}, [4])]
       ]}
    ]
  end

  # {params, CallbackMode, StateEnter, Parent, [Module | _], ...} and {state, {State, Data}, ...}.
  defp gen_statem do
    modules = [0, 4, 0]
    params = [{[0, 0], :params}]

    [
      {{:gen_statem, :state}, [[row({:gen_statem, :loop, 3}, :state, {:term, [2, 1]}, modules, params ++ [{[2, 0], :state}])]]},
      {{:gen_statem, :replaced},
       [
         [
           row(
             {:gen_statem, :system_continue, 3},
             :state,
             {:term, [2, 1, 1]},
             [2, 0, 4, 0],
             [{[2, 0, 0], :params}, {[2, 1, 0], :state}]
           )
         ]
       ]},
      {{:gen_statem, :last},
       [[row({:gen_statem, :terminate, 7}, :last, {:term, [5, 1]}, [3, 4, 0], [{[3, 0], :params}, {[5, 0], :state}])]]},
      {{:gen_statem, :first}, [[row({:gen_statem, :enter, 8}, :state, {:pair, [5], [6]}, [2])]]},
      {{:gen_statem, :handled},
       [
         [row({:gen_statem, :loop_msg_event, 5}, :handled, {:event, [3]}, modules, params)],
         [row({:gen_statem, :loop_receive_result, 4}, :handled, {:event, [3]}, modules, params)]
       ]}
    ]
  end

  defp gen_event do
    [
      {{:gen_event, :state}, [[row({:gen_event, :loop, 6}, :state, {:handlers, [2]})]]},
      {{:gen_event, :replaced}, [[row({:gen_event, :system_continue, 3}, :state, {:handlers, [2, 1]})]]},
      {{:gen_event, :last}, [[row({:gen_event, :terminate_server, 4}, :last, {:handlers, [2]})]]},
      {{:gen_event, :handled}, [[row({:gen_event, :handle_msg, 6}, :handled, {:term, [0]})]]}
    ]
  end

  defp row(function, kind, wanted, module \\ nil, expected \\ []) do
    %Row{function: function, kind: kind, wanted: wanted, module: module, expected: expected}
  end
end
