defmodule ElixirScope.Recorder.ServerLoop.TableTest do
  # The shapes of releases that no machine here has: what their sources pass to these functions, read by the table's rows.
  use ExUnit.Case, async: true
  alias ElixirScope.Native
  alias ElixirScope.Recorder.ServerLoop.{Row, Table}

  # What each candidate of a role reads in a call, without those of other functions.
  defp read(role, function, arguments) do
    {^role, candidates} = List.keyfind(Table.candidates(), role, 0)
    for rows <- candidates, row <- rows, row.function == function, do: Native.read_call(Row.native(row), arguments)
  end

  defp cache(module), do: {:callback_cache, module, & &1, & &1, & &1}
  defp data(tag), do: {:server_data, self(), tag, :name, Shop, :infinity, & &1, & &1, & &1, & &1}

  test "gen_server of OTP 25: the module is an argument" do
    assert read({:gen_server, :state}, {:gen_server, :loop, 7}, [self(), :name, 5, Shop, :infinity, :infinity, []]) ==
             [:unexpected, {Shop, 5}]

    assert read({:gen_server, :handled}, {:gen_server, :decode_msg, 9}, [:m, self(), :name, 5, Shop, 0, 0, [], false]) ==
             [:unexpected, {Shop, :m}]

    assert read({:gen_server, :last}, {:gen_server, :terminate, 10}, [:exit, :r, [], [], :name, nil, :m, Shop, 5, []]) ==
             [:unexpected, {Shop, 5}]

    assert read({:gen_server, :replaced}, {:gen_server, :system_continue, 3}, [self(), [], [:name, 5, Shop, :infinity, :infinity]]) ==
             [:unexpected, :unexpected, {Shop, 5}]
  end

  test "gen_server of OTP 26 and 27: the module is in a cache" do
    assert read({:gen_server, :state}, {:gen_server, :loop, 7}, [self(), :name, 5, cache(Shop), :infinity, :infinity, []]) ==
             [{Shop, 5}, :unexpected]

    assert read({:gen_server, :handled}, {:gen_server, :decode_msg, 9}, [:m, self(), :name, 5, cache(Shop), 0, 0, [], false]) ==
             [{Shop, :m}, :unexpected]

    assert read({:gen_server, :last}, {:gen_server, :terminate, 10}, [:exit, :r, [], [], :name, nil, :m, cache(Shop), 5, []]) ==
             [{Shop, 5}, :unexpected]

    assert read({:gen_server, :replaced}, {:gen_server, :system_continue, 3}, [self(), [], [:name, 5, cache(Shop), 0, 0]]) ==
             [:unexpected, {Shop, 5}, :unexpected]
  end

  test "gen_server of OTP 28 and 29: one record, and another loop after a message of sys" do
    data = data(make_ref())
    # A continue, a time-out or none: the state is where it is.
    for action <- [{:continue, :now}, :infinity, :hibernate, {:timeout, [make_ref() | :due], :infinity}, {:timeout_zero, :now}] do
      assert read({:gen_server, :state}, {:gen_server, :loop, 4}, [data, 5, action, []]) == [{Shop, 5}]
    end

    assert [{Shop, 5} | _] =
             read({:gen_server, :state}, {:gen_server, :system_continue, 3}, [self(), [], [data, 5, :infinity, []]])

    assert [{Shop, 5} | _] =
             read({:gen_server, :replaced}, {:gen_server, :system_continue, 3}, [self(), [], [data, 5, :hibernate, []]])

    assert read({:gen_server, :last}, {:gen_server, :terminate, 9}, [data, 5, :m, nil, :exit, :r, [], [], false]) == [{Shop, 5}]
  end

  test "gen_server of OTP 28 and 29: its own timers" do
    {tag, timer, stale} = {make_ref(), make_ref(), make_ref()}

    handled = fn message, running ->
      read({:gen_server, :handled}, {:gen_server, :decode_msg, 6}, [data(tag), 5, :infinity, [], running, message])
    end

    assert handled.({:"$gen_cast", :x}, []) == [{Shop, {:"$gen_cast", :x}}]
    assert handled.({:EXIT, self(), :r}, [timer | :due]) == [{Shop, {:EXIT, self(), :r}}]
    # The message is what the timer was set with, also when that is a list.
    assert handled.({:timeout, timer, tag}, [timer | :due]) == [{Shop, :due}]
    assert handled.({:timeout, timer, tag}, [timer, :a, :b]) == [{Shop, [:a, :b]}]
    # One that was let go is no message.
    assert handled.({:timeout, stale, tag}, [timer | :due]) == [:nothing]
    assert handled.({:timeout, stale, tag}, []) == [:nothing]
    # Timers of the callback module are messages.
    assert handled.({:timeout, timer, :mine}, [timer | :due]) == [{Shop, {:timeout, timer, :mine}}]
    other = make_ref()
    assert handled.({:timeout, timer, other}, [timer | :due]) == [{Shop, {:timeout, timer, other}}]
  end

  test "the first state of a gen_server is in what init_it/2 returns" do
    first = fn value -> read({:gen_server, :first}, {:gen_server, :init_it, 2}, [value]) end
    assert first.({:ok, {:ok, 5}}) == [{nil, 5}]
    for action <- [0, :hibernate, {:continue, 1}, {:timeout, 1, :m}], do: assert(first.({:ok, {:ok, 5, action}}) == [{nil, 5}])

    for other <- [{:ok, {:stop, 5}}, {:ok, :ignore}, {:ok, {:error, 5}}, {:EXIT, :error, 5, []}],
        do: assert(first.(other) == [:nothing])
  end

  test "gen_statem: state and data, also of a record that has grown" do
    params = {:params, :handle_event_function, false, self(), [Shop], :name, :infinity}

    for state <- [{:state, {:on, 1}, [], %{}, false}, {:state, {:on, 1}, [], %{}, [], false}] do
      assert read({:gen_statem, :state}, {:gen_statem, :loop, 3}, [params, [], state]) == [{Shop, {:on, 1}}]

      assert read({:gen_statem, :replaced}, {:gen_statem, :system_continue, 3}, [self(), [], {params, state}]) == [
               {Shop, {:on, 1}}
             ]

      assert read({:gen_statem, :last}, {:gen_statem, :terminate, 7}, [:exit, :r, [], params, [], state, []]) == [
               {Shop, {:on, 1}}
             ]
    end

    assert read({:gen_statem, :first}, {:gen_statem, :enter, 8}, [self(), [], Shop, :name, 0, :on, 1, []]) == [{Shop, {:on, 1}}]
    from = {self(), make_ref()}

    for {event, message} <- [
          {{{:call, from}, :x}, {:"$gen_call", from, :x}},
          {{:cast, :x}, {:"$gen_cast", :x}},
          {{:info, :x}, :x},
          {{:state_timeout, :x}, {:state_timeout, :x}}
        ] do
      assert read({:gen_statem, :handled}, {:gen_statem, :loop_msg_event, 5}, [params, [], :s, event, false]) == [{Shop, message}]
      assert read({:gen_statem, :handled}, {:gen_statem, :loop_receive_result, 4}, [params, [], :s, event]) == [{Shop, message}]
    end
  end

  test "gen_event: its handlers, without what else it knows of them" do
    handlers = [{:handler, Shop, false, 5, false}, {:handler, Shop, 2, 6, self()}]
    shown = [{Shop, false, 5}, {Shop, 2, 6}]
    assert read({:gen_event, :state}, {:gen_event, :loop, 6}, [self(), :name, handlers, :infinity, [], false]) == [{nil, shown}]
    assert read({:gen_event, :state}, {:gen_event, :loop, 6}, [self(), :name, [], :infinity, [], false]) == [{nil, []}]

    assert read({:gen_event, :replaced}, {:gen_event, :system_continue, 3}, [self(), [], [:name, handlers, :infinity, false]]) ==
             [{nil, shown}]

    assert read({:gen_event, :last}, {:gen_event, :terminate_server, 4}, [:normal, self(), handlers, :name]) == [{nil, shown}]
    assert read({:gen_event, :handled}, {:gen_event, :handle_msg, 6}, [:m, self(), :name, handlers, :infinity, []]) == [{nil, :m}]
  end

  test "a call of another shape is never read" do
    for {_role, candidates} <- Table.candidates(), rows <- candidates, row <- rows, Row.text(row) != "gen_event.handle_msg/6" do
      {_module, _function, arity} = row.function

      for stuff <- [5, "binary", {}, %{a: 1}, {:params}, make_ref(), self(), &Enum.map/2] do
        reading = Native.read_call(Row.native(row), List.duplicate(stuff, arity))
        assert reading in [:unexpected, :nothing], "#{Row.text(row)} read #{inspect(stuff)} as #{inspect(reading)}"
      end

      assert Native.read_call(Row.native(row), []) in [:unexpected, :nothing]
    end
  end
end
