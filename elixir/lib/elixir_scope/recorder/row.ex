defmodule ElixirScope.Recorder.Row do
  @moduledoc false
  # One event that Elixir writes into the trace: a note of the recorder about itself, a fact about a live process, or an injected event.
  #
  # The native library reads the struct by its fields: crates/scope-nif/src/nif/manual_event.rs.

  @enforce_keys [:kind]
  defstruct [:kind, :process, :peer, :subject, :time, term: []]

  @typedoc """
  `subject` is the function or the atom that the event is about. `term` has one element or none, as the term itself may be `nil`. `time` is
  Erlang's monotonic time in ns; `nil` means now.
  """
  @type t :: %__MODULE__{
          kind: atom(),
          process: pid() | nil,
          peer: pid() | atom() | nil,
          subject: mfa() | atom() | nil,
          time: integer() | nil,
          term: [term()]
        }

  @doc "A row with details, of a process or of the whole node."
  @spec note(atom(), map(), pid() | nil) :: t()
  def note(kind, details, process \\ nil), do: %__MODULE__{kind: kind, process: process, term: [details]}
end
