defmodule ElixirScope.Recorder.ServerLoop.Row do
  @moduledoc false
  # A function inside OTP's behaviours, and where a call of it shows something of a server. The native library reads calls by it:
  # crates/scope-nif, `server_row.rs`.
  #
  # A place is a list: the number of an argument, then of an element of it, and so on, all from 0.

  @enforce_keys [:function, :kind, :wanted]
  defstruct [:function, :kind, :wanted, :module, expected: []]

  @type place :: [0..255]
  @typedoc """
  What is recorded: a term; two terms as a pair; a list of handlers of a `gen_event`; an event of a `gen_statem`, as the message it was; a message to
  a `gen_server`, where its own timers' tag stands, and the timer that runs.
  """
  @type wanted ::
          {:term, place()}
          | {:pair, place(), place()}
          | {:handlers, place()}
          | {:event, place()}
          | {:message, place(), tag :: place(), timer :: place()}
  @typedoc """
  `kind`: a state, the last one, the first one (read in what the function returns, as its one argument), or a message that is being
  handled. `module`: where the callback module stands. `expected`: atoms that must stand at places; a call where they do not is not read.
  """
  @type t :: %__MODULE__{
          function: mfa(),
          kind: :state | :last | :first | :handled,
          wanted: wanted(),
          module: place() | nil,
          expected: [{place(), atom()}]
        }

  @type native :: {kind :: atom(), wanted(), module :: place() | nil, expected :: [{place(), atom()}]}

  @doc "The row as the native library takes it."
  @spec native(t()) :: native()
  def native(row), do: {row.kind, row.wanted, row.module, row.expected}

  @doc "Whether it is read in what the function returns."
  @spec returned?(t()) :: boolean()
  def returned?(row), do: row.kind == :first

  @doc "How it is shown."
  @spec text(t()) :: String.t()
  def text(%{function: {module, function, arity}}), do: "#{module}.#{function}/#{arity}"
end
