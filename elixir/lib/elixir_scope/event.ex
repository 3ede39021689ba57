defmodule ElixirScope.Event do
  @moduledoc """
  One event of a trace.

  `timestamp` is `System.monotonic_time(:nanosecond)` of the recorded node and can be passed back wherever a time is asked,
  as can the event itself; `at` is the same moment as a `DateTime`. `process` is where it happened and `peer` the other party: a pid, a
  name, or the text of a port or reference. `name` is the name the process held then, or the one it took or gave up. `term` is the message, arguments, value, state, exit reason or
  details, by `kind`; `complete` says that nothing of it was cut, redacted or opaque.

      iex> event = %ElixirScope.Event{id: "process-0-1", class: :process, kind: :exit, timestamp: 5, term: :normal}
      iex> {event.kind, event.term}
      {:exit, :normal}
  """

  @enforce_keys [:id, :class, :kind, :timestamp]
  defstruct [
    :id,
    :class,
    :kind,
    :timestamp,
    :at,
    :process,
    :name,
    :peer,
    :module,
    :function,
    :arity,
    :term,
    complete: true,
    flags: []
  ]

  @type class :: :control | :process | :message | :call | :state | :span | :runtime
  @type t :: %__MODULE__{
          id: String.t(),
          class: class(),
          kind: atom(),
          timestamp: integer(),
          at: DateTime.t() | nil,
          process: pid() | ElixirScope.Foreign.t() | nil,
          name: atom() | String.t() | nil,
          peer: pid() | ElixirScope.Foreign.t() | atom() | String.t() | nil,
          module: module() | String.t() | nil,
          function: atom() | String.t() | nil,
          arity: arity() | nil,
          term: term(),
          complete: boolean(),
          flags: [atom()]
        }
end
