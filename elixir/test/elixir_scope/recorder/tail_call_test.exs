defmodule ElixirScope.Recorder.TailCallTest do
  use ExUnit.Case, async: true
  alias ElixirScope.Tails
  alias ElixirScope.Recorder.Call

  test "a function is cyclic when it has a tail call into its own call cycle" do
    {:ok, %{cyclic: cyclic, beyond: beyond}} = Call.TailCall.unsafe(Tails)
    # half/1 calls whole/1 under an addition; whole/1 tail-calls half/1 and so is in the cycle.
    assert Enum.sort(cyclic) == [even: 1, fold: 2, odd: 1, steps: 2, whole: 1]
    # Funs, `apply`, and what calls them last, here or in another module; not the field of a map, nor a call whose result is used.
    assert Enum.sort(beyond) == [applied: 2, elsewhere: 2, field: 2, last: 2, there: 1, unseen: 2]
  end

  test "each way of an apply is one" do
    assert {:ok, %{beyond: beyond}} = Call.TailCall.unsafe(ElixirScope.Tails.Applies)
    assert Enum.sort(beyond) == [apply_fun: 2, apply_list: 3, late: 1, name: 2, remote: 1, with_arguments: 2]
  end

  test "two modules that call each other last are a loop" do
    assert {:ok, %{beyond: beyond}} = Call.TailCall.unsafe(ElixirScope.Tails.Back)
    assert Enum.sort(beyond) == [back: 1, run: 2]
  end

  test "OTP's own modules can be read" do
    {:ok, %{cyclic: cyclic}} = Call.TailCall.unsafe(:lists)
    assert {:foldl_1, 3} in cyclic or {:foldl, 3} in cyclic
    refute {:map, 2} in cyclic
  end

  test "a module without compiled code on disk says so" do
    defmodule InMemory do
      def f, do: 1
    end

    assert {:error, why} = Call.TailCall.unsafe(InMemory)
    assert why =~ "InMemory cannot be read"
  end

  test "code on disk that is not the code that runs is not believed" do
    module = ElixirScope.TailCallsTest.Replaced
    directory = Path.join(System.tmp_dir!(), "elixir_scope_#{System.unique_integer([:positive])}")
    File.mkdir_p!(directory)
    on_exit(fn -> File.rm_rf!(directory) end)
    compile = fn body -> Code.compile_string("defmodule #{inspect(module)} do\n def f, do: #{body}\nend") end

    [{^module, beam}] = compile.("1")
    File.write!(Path.join(directory, "#{module}.beam"), beam)
    Code.prepend_path(directory)
    assert {:ok, _} = Call.TailCall.unsafe(module)

    Code.put_compiler_option(:ignore_module_conflict, true)
    compile.("2")
    Code.put_compiler_option(:ignore_module_conflict, false)
    assert {:error, why} = Call.TailCall.unsafe(module)
    assert why =~ "not the code that runs"
    Code.delete_path(directory)
  end
end
