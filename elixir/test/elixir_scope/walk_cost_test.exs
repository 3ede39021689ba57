defmodule ElixirScope.WalkCostTest do
  # What a tracer callback does with a term is bounded, whatever the term. Work is counted: bytes, calls of the VM's API, and memory.
  use ExUnit.Case, async: false
  @otp List.to_integer(:erlang.system_info(:otp_release))
  alias ElixirScope.{Native, NativeRecord, Probe}

  # The limits of a state, and of the walk: see `term_encoder`.
  @max_bytes 16_384
  @max_depth 12
  @max_slack 128
  @max_calls 1_024

  @layouts [:raw_atoms, :raw_pids, :raw_small_ints, :references, :bitstrings, :small_maps, :bignums]

  defp terms do
    if not Code.ensure_loaded?(:bench_terms) do
      source = String.to_charlist(Path.expand("../../../bench/bench_terms.erl", __DIR__))
      {:ok, module, code} = :compile.file(source, [:binary])
      {:module, ^module} = :code.load_binary(module, source, code)
    end

    records = if NativeRecord.supported?(), do: [native_record: fn -> List.duplicate(NativeRecord.new(), 9_000) end], else: []
    apply(:bench_terms, :all, []) ++ records
  end

  test "this VM's terms are read where they lie" do
    check = Native.self_check()
    assert for(name <- @layouts, not check[name], do: name) == []
  end

  test "the worst term of each type takes its bytes and its calls, and no more" do
    for {type, make} <- terms() do
      {n_bytes, n_calls} = Native.walk_cost(make.(), @max_bytes, @max_depth)
      assert n_bytes <= @max_bytes + @max_slack, "#{type}: #{n_bytes} bytes"
      assert n_calls <= @max_calls, "#{type}: #{n_calls} calls"
    end
  end

  test "terms that are made of others without number cost no call" do
    for type <- [:empty_map, :map_of_one, :small_map, :map_of_maps, :binary, :shifted_binary, :huge_bitstring, :reference, :alias] do
      assert {_n_bytes, 0} = Native.walk_cost(terms()[type].(), @max_bytes, @max_depth)
    end
  end

  # So many bits, from a bit on. The sizes are bound in the pattern: Elixir 1.20 wants outer ones pinned, which 1.14 cannot read.
  defp part(bits, first, n) do
    <<first::32, n::32, _::size(first), part::bitstring-size(n), _::bitstring>> = <<first::32, n::32, bits::bitstring>>
    part
  end

  test "a binary that begins inside a byte is not copied" do
    shifted = fn n ->
      part(:binary.copy("elixir", 4_000_000), 5, n * 8)
    end

    part = shifted.(20_000_000)
    before = :erlang.memory(:system)
    for _ <- 1..20, do: Native.walk_cost(List.duplicate(part, 100), @max_bytes, @max_depth)
    assert :erlang.memory(:system) - before < 10_000_000
  end

  describe "what is recorded" do
    setup do
      ElixirScope.setup()
      on_exit(&ElixirScope.stop/0)
      {:ok, pid} = GenServer.start(Probe, nil)
      {:ok, _} = ElixirScope.trace_genserver(pid)
      {:ok, pid: pid}
    end

    defp recorded(pid, state) do
      GenServer.call(pid, {:put, state})
      {:ok, recorded} = ElixirScope.get_state_at(pid, ElixirScope.now())
      recorded
    end

    test "of binaries however they lie in memory", %{pid: pid} do
      bytes = for i <- 0..499, into: <<>>, do: <<rem(i * 7, 256)>>

      for first <- [0, 1, 3, 7, 8, 100], n <- [0, 1, 7, 8, 63, 64, 65, 200, 400] do
        part = part(bytes, first, n * 8)
        assert recorded(pid, {part, [part]}) == {part, [part]}
      end
    end

    test "of a binary that is still appended to", %{pid: pid} do
      for n <- [1, 10, 300],
          do: assert(recorded(pid, Enum.reduce(1..n, <<>>, &<<&2::binary, &1>>)) == for(i <- 1..n, into: <<>>, do: <<i>>))
    end

    # What was there before the bytes moved to where there is room points to where they were.
    test "of binaries that were appended to", %{pid: pid} do
      parts = Enum.scan(1..60, "", &(&2 <> Integer.to_string(&1)))
      assert recorded(pid, parts) == parts
    end

    test "of maps of every size", %{pid: pid} do
      for n <- [0, 1, 2, 31, 32, 33, 100, 400], map = Map.new(1..n//1, &{&1, %{&1 => n}}), do: assert(recorded(pid, map) == map)
    end

    test "of bitstrings is equal for equal ones, however they lie in memory" do
      bytes = :binary.copy("elixir scope", 100)

      for n <- [1, 7, 9, 511, 513, 3001] do
        one = part(bytes, 0, n)
        other = part(<<0, bytes::binary>>, 8, n)
        shifted = part(<<0::3, bytes::binary, 0::5>>, 3, n)
        assert one == other and one == shifted
        assert may_be_equal?(one, other) and may_be_equal?(one, shifted)
        n_before = min(n, 500) - 1
        {head, <<bit::1, rest::bitstring>>} = {part(one, 0, n_before), part(one, n_before, n - n_before)}
        # From OTP 27 on the bytes of what was appended to are not where it says: of such a bitstring the size alone is recorded.
        if @otp < 27, do: refute(may_be_equal?(one, <<head::bitstring, 1 - bit::1, rest::bitstring>>))
        refute may_be_equal?(one, <<one::bitstring, 0::8>>)
      end
    end

    test "of what is too large to read is its size and its ends" do
      long = fn middle -> <<0::20_000_000, middle, 0::20_000_001>> end
      wide = fn middle -> Bitwise.bor(Bitwise.bsl(1, 4_000_000), Bitwise.bsl(middle, 2_000_000)) end
      for make <- [long, wide], do: assert(may_be_equal?(make.(0), make.(1)))
      huge = Bitwise.bsl(1, 4_000_000)
      for other <- [huge + 1, -huge, Bitwise.bsl(huge, 1), Bitwise.bsl(1, 3_000_000)], do: refute(may_be_equal?(huge, other))
    end

    # What a comparison tells of two opaque terms: that of others they differ, that of equal ones it is not known.
    defp may_be_equal?(one, other) do
      ElixirScope.compare_states(one, other).verdict != :different
    end
  end
end
