defmodule ElixirScope.TraceDBOracleTest do
  # Random events, stored in any order, and the same questions to a plain list of them. A failure names its seed.
  use ElixirScope.RecordingCase, async: false
  alias ElixirScope.{Error, TraceDB}

  @moduletag timeout: 300_000
  @pids for n <- 1..4, do: "<0.3100#{n}.0>"
  # Few moments, so that many events share one.
  @moments 40
  @ms 1_000_000

  setup do
    log_level = Logger.level()
    # Questions about events that were evicted or not stored warn, thousands of times here.
    Logger.configure(level: :error)
    on_exit(fn -> Logger.configure(level: log_level) end)
  end

  defp random(n), do: :rand.uniform(n)
  defp moment, do: random(@moments) * @ms + random(2) - 1

  # Events as {type, map}; each has its number in its term. The lives of a pid are stored in their order, as the store requires.
  defp events(n) do
    lives = for {pid, p} <- Enum.with_index(@pids), do: lives(pid, p)
    others = for i <- 1..n, do: other(i)
    [others | lives] |> merge() |> List.flatten()
  end

  defp lives(pid, p) do
    times = for(_ <- 1..(random(5) - 1)//1, do: moment()) |> Enum.sort() |> Enum.dedup()

    for {at, i} <- Enum.with_index(times) do
      if rem(i, 2) == 0,
        do: {:process, %{event: :spawn, pid: pid, mfa: {Life, :run, [1_000_000 + p * 100 + i]}, timestamp: at}},
        else: {:process, %{event: :exit, pid: pid, reason: {:n, 1_000_000 + p * 100 + i}, timestamp: at}}
    end
  end

  defp other(i) do
    pid = Enum.random(@pids)

    case random(4) do
      1 -> {:message, %{from: pid, to: :unknown_name, message: {:n, i}, timestamp: moment()}}
      2 -> {:function, %{pid: pid, module: Life, function: :step, args: [i], timestamp: moment()}}
      _ -> {:genserver, %{pid: pid, state: {:n, i}, timestamp: moment()}}
    end
  end

  # The lists into one another at random, each in its own order.
  defp merge(lists) do
    case Enum.reject(lists, &(&1 == [])) do
      [] ->
        []

      lists ->
        {[head | tail], i} = lists |> Enum.with_index() |> Enum.random()
        [head | lists |> List.replace_at(i, tail) |> merge()]
    end
  end

  # What a list knows: type, kind, pid, which process of that pid, time, place in the telling, number.
  defp store(events) do
    {stored, _lives} =
      events
      |> Enum.with_index()
      |> Enum.map_reduce(%{}, fn {{type, map}, place}, lives ->
        :ok = TraceDB.store_event(type, map)
        pid = map[:pid] || map[:from]
        {nth, ended?} = Map.get(lives, pid, {1, false})
        kind = Map.get(map, :event, %{message: :send, function: :call, genserver: :state}[type])

        {nth, ended?} =
          case kind do
            :spawn -> {if(ended?, do: nth + 1, else: nth), false}
            :exit -> {nth, true}
            _other -> {nth, ended?}
          end

        stored = %{type: type, kind: kind, pid: pid, nth: nth, at: map.timestamp, place: place, n: number(map)}
        {stored, Map.put(lives, pid, {nth, ended?})}
      end)

    Enum.sort_by(stored, &{&1.at, &1.place})
  end

  defp number(%{reason: {:n, n}}), do: n
  defp number(%{mfa: {_, _, [n]}}), do: n
  defp number(%{message: {:n, n}}), do: n
  defp number(%{args: [n]}), do: n
  defp number(%{state: {:n, n}}), do: n

  defp shown(%{term: {:n, n}}), do: n
  defp shown(%{term: [n]}), do: n
  defp shown(nil), do: nil

  # First and last moment of each process of a pid; the next one cannot have begun before the one before it ended.
  defp lifetimes(stored, pid) do
    of_pid = Enum.filter(stored, &(&1.pid == pid))

    for nth <- of_pid |> Enum.map(& &1.nth) |> Enum.uniq() |> Enum.sort() do
      mine = Enum.filter(of_pid, &(&1.nth == nth))
      {nth, Enum.find_value(mine, &(&1.kind == :spawn && &1.at)), Enum.find_value(mine, &(&1.kind == :exit && &1.at))}
    end
  end

  # Which process of a pid a question about a stretch of time means: the last one alive in it, else the last.
  defp meant(stored, pid, from, to) do
    case lifetimes(stored, pid) do
      [] ->
        nil

      lives ->
        alive = for {nth, spawn, exit} <- lives, (spawn || 0) <= to, from <= (exit || :infinity), do: nth
        List.last(alive) || lives |> List.last() |> elem(0)
    end
  end

  defp state_at(stored, pid, at) do
    nth = meant(stored, pid, at, at)
    life = stored |> lifetimes(pid) |> List.keyfind(nth, 0)
    state = stored |> Enum.filter(&(&1.pid == pid and &1.nth == nth and &1.type == :genserver and &1.at <= at)) |> List.last()

    cond do
      nth == nil -> {:error, :not_found}
      (elem(life, 1) || 0) > at -> {:error, :not_found}
      (elem(life, 2) || :infinity) < at -> {:error, :not_found}
      state == nil -> {:error, :not_traced}
      true -> {:ok, {:n, state.n}}
    end
  end

  defp code({:error, %Error{code: code}}), do: {:error, code}
  defp code(found), do: found

  defp pid(text), do: text |> String.to_charlist() |> :erlang.list_to_pid()

  defp numbers(events), do: Enum.map(events, &shown/1)

  defp each_seed(n, options, check) do
    for seed <- 1..n do
      :rand.seed(:exsss, {seed, 7, 11})
      {:ok, db} = TraceDB.start_link([test_mode: true, epoch: 0] ++ options)

      try do
        check.()
      rescue
        error -> reraise "with seed #{seed}: #{Exception.message(error)}", __STACKTRACE__
      after
        GenServer.stop(db)
      end
    end
  end

  test "every question is answered as a list of the events answers it" do
    each_seed(40, [], fn ->
      stored = random(120) |> events() |> store()
      assert numbers(TraceDB.query_events()) == Enum.map(stored, & &1.n)
      moments = for m <- 0..(@moments + 1), d <- [0, 1], do: m * @ms + d

      for at <- moments do
        assert shown(TraceDB.next_event_after(at)) == Enum.find_value(stored, &(&1.at > at && &1.n))
        assert shown(TraceDB.prev_event_before(at)) == stored |> Enum.filter(&(&1.at < at)) |> List.last() |> then(&(&1 && &1.n))

        alive =
          for pid <- @pids,
              Enum.any?(lifetimes(stored, pid), fn {_, spawn, exit} ->
                spawn != nil and spawn <= at and at <= (exit || :infinity)
              end),
              do: pid(pid)

        assert TraceDB.get_processes_at(at) == alive
        for pid <- @pids, do: assert(code(TraceDB.get_state_at(pid, at)) == state_at(stored, pid, at), "state of #{pid} at #{at}")

        window = random(4) - 1
        near = Enum.filter(stored, &(abs(&1.at - at) <= window * @ms))
        assert numbers(TraceDB.get_events_at(at, window)) == Enum.map(near, & &1.n)
      end

      for pid <- @pids, nth = meant(stored, pid, 0, :infinity) do
        states = for event <- stored, event.pid == pid, event.nth == nth, event.type == :genserver, do: {:n, event.n}
        assert for(row <- TraceDB.get_state_history(pid), do: row.state) == states

        [from, to] = Enum.sort([moment(), moment()])
        nth = meant(stored, pid, from, to)
        types = Enum.take_random([:process, :message, :function, :genserver], random(4))
        wanted = for e <- stored, e.pid == pid, e.nth == nth, e.at in from..to, e.type in types, do: e.n
        assert numbers(TraceDB.query_events(pid: pid, type: types, from: from, to: to)) == wanted
        assert numbers(TraceDB.query_events(%{pid: pid, type: types, from: from, to: to, backward: true})) == Enum.reverse(wanted)
      end
    end)
  end

  test "after eviction answers are those of before, or say that it is gone" do
    each_seed(6, [max_events: 300], fn ->
      stored = events(800 + random(800)) |> store()
      {critical, others} = Enum.split_with(stored, &(&1.type == :process))
      held = Enum.take(others, -300)
      assert numbers(TraceDB.query_events(type: [:message, :function, :genserver])) == Enum.map(held, & &1.n)
      assert numbers(TraceDB.query_events()) == (critical ++ held) |> Enum.sort_by(&{&1.at, &1.place}) |> Enum.map(& &1.n)
      first = hd(held)

      answers =
        for at <- Enum.map(0..(@moments + 1), &(&1 * @ms)), pid <- @pids do
          {found, wanted} = {code(TraceDB.get_state_at(pid, at)), state_at(stored, pid, at)}
          assert found in [wanted, {:error, :evicted}]
          # That a process never had a state is only known from its spawn on, or where nothing was evicted.
          if at > first.at and wanted != {:error, :not_traced}, do: assert({pid, at, found} == {pid, at, wanted})
          found
        end

      # Else this would show nothing.
      assert {:error, :evicted} in answers and Enum.any?(answers, &match?({:ok, _}, &1))
    end)
  end
end
