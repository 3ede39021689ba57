defmodule ElixirScope.Query.RequestTest do
  # What a caller passes in as a request is refused with a sentence, whatever it is; it never brings the node down.
  use ElixirScope.RecordingCase
  import Bitwise
  alias ElixirScope.Native

  setup do
    :ok = ElixirScope.setup()
    :ok
  end

  defp nested(n, outer), do: Enum.reduce(1..n, 1, fn _, inner -> outer.(inner) end)

  defp refused(request) do
    assert {:error, %ElixirScope.Error{code: :bad_argument, message: message}} = ElixirScope.query(request)
    message
  end

  test "deep nesting" do
    for outer <- [&[&1], &%{a: &1}, &[%{b: &1}]], n <- [17, 400, 100_000] do
      assert refused(%{kind: :events, filter: nested(n, outer)}) =~ "nested at most 16 deep"
    end
  end

  test "an improper list, alone and inside" do
    for list <- [[1 | 2], [[1 | 2]], ["a", "b" | :c]] do
      assert refused(%{kind: :events, classes: list}) =~ "improper"
    end
  end

  test "more values than any request has" do
    assert refused(%{kind: :events, classes: List.duplicate("call", 2_000_000)}) =~ "at most 100000 values"
  end

  test "numbers that no field holds" do
    for number <- [1 <<< 64, -(1 <<< 80), 1 <<< 100_000, 1.5] do
      assert refused(%{kind: :events, limit: number}) =~ "integers of at most 64 bits"
    end
  end

  test "terms that are no part of a request" do
    for term <- [self(), make_ref(), fn -> 1 end, {1, 2}, <<1::3>>, <<255, 255>>, Port.list() |> hd()] do
      assert refused(%{kind: :events, filter: term}) =~ "a request is made of"
      assert refused(%{kind: :events, classes: [term]}) =~ "a request is made of"
    end

    assert refused(%{{1, 2} => 3}) =~ "a field of a request"
    assert refused([]) =~ "a request is a map"
  end

  test "the native library refuses the same without Elixir's checks" do
    {:ok, recorder} = ElixirScope.Recorder.Current.native()
    snapshot = Native.snapshot(recorder)
    terms = [nested(100_000, &[&1]), [1 | 2], %{{1} => 2}, {1}, 1 <<< 70, make_ref(), [%{kind: [1 | 2]}]]

    for term <- terms do
      assert {:error, {:bad_argument, message, nil}} = Native.query(snapshot, term, 1_000)
      assert {:error, {:bad_argument, ^message, nil}} = Native.query_texts(snapshot, term)
    end
  end
end
