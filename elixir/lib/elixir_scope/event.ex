defmodule ElixirScope.Event do
  @moduledoc """
  One event of a trace.

    * `timestamp` - `System.monotonic_time(:nanosecond)` of the recorded node; it can be given wherever a time can, and so can the event itself
    * `at` - the same moment as a `DateTime`
    * `process` - the process that the event happened in
    * `peer` - the other process, name, port or reference of the event; ports and references are texts
    * `name` - the name that the process held at that time, or that it took or gave up
    * `term` - the message, arguments, value, state, exit reason or details, depending on `kind`
    * `complete` - whether all of the term was recorded: nothing in it is truncated, redacted or opaque

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
