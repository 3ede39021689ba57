defmodule ElixirScope.LoopFunctions do
  @moduledoc false
  # Functions of the server loop as ElixirScope.Recorder.ServerLoop would find them, for tests of what follows from them.

  alias ElixirScope.Recorder.ServerLoop.Row

  @doc "Those of a gen_server of OTP 25."
  def known do
    for {function, kind, classes} <- [
          {{:gen_server, :loop, 7}, :state, [:state]},
          {{:gen_server, :terminate, 10}, :last, [:state, :major]},
          {{:gen_server, :decode_msg, 9}, :handled, [:message]},
          {{:gen_server, :init_it, 2}, :first, [:major]}
        ],
        into: %{},
        do: {function, %{row: %Row{function: function, kind: kind, wanted: {:term, [0]}}, classes: classes}}
  end
end
