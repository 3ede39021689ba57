defmodule ElixirScope.Recorder.ServerLoop.UnknownReleaseTest do
  # An OTP that no process has seen yet: what it does not show is not recorded, is said, and is no answer.
  use ExUnit.Case, async: false
  alias ElixirScope.{Peer, UnknownRelease}

  test "a gen_server whose loop has another name: refused with the reason, and nothing wrong is stored" do
    peer = Peer.start()
    on_exit(fn -> Peer.stop(peer) end)
    :ok = Peer.call(peer, UnknownRelease, :load, [])
    found = Peer.call(peer, UnknownRelease, :record, [])

    assert found.state_functions == []
    assert Enum.any?(found.warnings, &(&1 =~ "gen_server.state is not recorded on this OTP"))
    assert %{"gen_server.state" => "this OTP has no gen_server.loop/" <> _} = found.release.off
    refute is_map_key(found.release.rows, "gen_server.state")
    assert {found.state_events, found.timeline, found.state_at} == {0, :not_supported, :not_supported}
    # What can be seen is, and is right: messages, the last state, servers of another behaviour.
    assert found.handled >= 4
    assert found.last == [5]
    assert found.others
    assert found.dump
  end
end
