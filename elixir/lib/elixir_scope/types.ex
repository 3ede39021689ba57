defmodule ElixirScope.Types do
  @moduledoc """
  The types that the functions of `ElixirScope` share, in a module that depends on no other part.

      iex> {:ok, types} = Code.Typespec.fetch_types(ElixirScope.Types)
      iex> types |> Enum.map(fn {:type, {name, _type, []}} -> name end) |> Enum.sort()
      [:process, :time, :traced]
  """

  alias ElixirScope.{Event, Foreign}

  @typedoc "A pid, its text, a registered name, or a process of an imported trace."
  @type process :: pid() | String.t() | atom() | {:via, module(), term()} | {:global, term()} | Foreign.t()
  @typedoc "A `DateTime`, an integer of `ElixirScope.now/0`, an age, an event or its id."
  @type time :: DateTime.t() | integer() | {:ago, non_neg_integer(), atom()} | Event.t() | String.t() | %{timestamp: integer()}
  @typedoc "What a `trace_*` function began to trace; the calls of functions in `call_only` are recorded without their returns."
  @type traced :: %{
          matched: non_neg_integer(),
          skipped: [%{target: term(), reason: String.t()}],
          call_only: [mfa()],
          expires_at: DateTime.t() | nil,
          warnings: [String.t()]
        }
end
