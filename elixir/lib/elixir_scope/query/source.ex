defmodule ElixirScope.Query.Source do
  @moduledoc false
  # Where an answer comes from: the running recording or an imported trace, with the clocks of its time 0.

  alias ElixirScope.{Answer, Error, Native, Trace}
  alias ElixirScope.Recorder.Current

  @enforce_keys [:native, :live?, :monotonic, :wall]
  defstruct [:native, :live?, :monotonic, :wall]

  @type t :: %__MODULE__{native: reference(), live?: boolean(), monotonic: integer(), wall: integer()}

  @doc "The source that the option `trace:` names."
  @spec open(keyword()) :: {:ok, t()} | {:error, Error.t()}
  def open(options) do
    case options[:trace] do
      nil -> with {:ok, native} <- Current.native(), do: {:ok, new(native, true)}
      %Trace{native: native} -> {:ok, new(native, false)}
      other -> Error.new(:bad_argument, "trace: must be what ElixirScope.import/1 returned, got: #{inspect(other)}")
    end
  end

  @doc "Terms of this node as a source of their own, with the ids of `Native.hold/3`."
  @spec hold([term()]) :: t()
  def hold(terms), do: node() |> Atom.to_string() |> Native.hold(:erlang.system_info(:creation), terms) |> new(true)

  defp new(native, live?) do
    {monotonic, wall} = Native.anchor(native)
    %__MODULE__{native: native, live?: live?, monotonic: monotonic, wall: wall}
  end

  @doc "Sends a request to the engine."
  @spec ask(t(), map()) :: {:ok, Answer.t()} | {:error, Error.t(), partial :: map() | nil}
  def ask(source, request) do
    case Native.query(source.native, request) do
      {:ok, answer} -> {:ok, struct!(Answer, answer)}
      {:error, {_code, _message, partial} = error} -> {:error, Error.from_native(error), partial}
    end
  end
end
