defmodule ElixirScope.NativeRecordTest do
  # Native records came with OTP 29, and asking the VM what they are ends it. So each is met in a node of its own, which must live on.
  use ExUnit.Case, async: false
  alias ElixirScope.{NativeRecord, Peer}

  unless NativeRecord.supported?(),
    do: @moduletag(skip: "native records: this OTP (#{System.otp_release()}) has none; they came with 29")

  @text "#shop:cart{total = 12,id = {1,x}}"

  setup do
    peer = Peer.start()
    on_exit(fn -> Peer.stop(peer) end)
    :ok = Peer.call(peer, ElixirScope, :setup, [])
    {:ok, peer: peer, record: NativeRecord.new()}
  end

  defp there(peer, function) do
    result = Peer.call(peer, NativeRecord, function, [])
    # It goes on recording.
    assert Peer.call(peer, :erlang, :+, [1, 2]) == 3
    assert {:ok, _} = Peer.call(peer, ElixirScope, :status, [])
    result
  end

  test "in a message, shown as inspect shows it", %{peer: peer, record: record} do
    assert there(peer, :in_message) == {[record, {:list, [record]}], [@text, "{:list, [#{@text}]}"]}
    assert inspect(record) == @text
  end

  test "in a state", %{peer: peer, record: record} do
    assert there(peer, :in_state) == {[{record, 1}, record], {:ok, record}}
  end

  test "in an argument and in what is returned", %{peer: peer, record: record} do
    assert there(peer, :in_argument_and_return) == {[record], record}
  end

  test "as the exit reason of a process that no process targeted", %{peer: peer, record: record} do
    assert there(peer, :in_exit_of_an_untargeted_process) == record
  end

  test "in a request and in a mark", %{peer: peer, record: record} do
    assert {:bad_argument, ElixirScope.Error, [%{label: "a label", meta: %{record: ^record}}]} = there(peer, :in_requests)
  end

  test "in events given by hand", %{peer: peer, record: record} do
    assert there(peer, :in_manual_events) in [{:ok, record}, :refused]
  end

  test "its secrets are redacted", %{peer: peer} do
    assert {[term], [text]} = there(peer, :redacted)
    assert term == NativeRecord.holding(%ElixirScope.Redacted{})
    assert text == "#shop:password{password = #Redacted<>}"
  end

  test "cut at any byte, and nested deeply", %{peer: peer} do
    assert there(peer, :cut) == 6
  end
end
