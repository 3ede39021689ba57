defmodule ElixirScope.Query.Source do
  @moduledoc false
  # What a question is asked about: one snapshot of the running recording, or an imported trace, with the clocks of its time 0.
  #
  # Invariant: all of a question goes to one snapshot, so that nothing is evicted between its parts.
  # Invariant: to ask waits for no process, but for the recorder, and that briefly, when the VM does not trace what it should.

  alias ElixirScope.{Answer, Error, Native, Recorder, Trace}
  alias ElixirScope.Recorder.{Current, Tracing}

  # A recorder that is free finds and repairs what is lost in a few ms; one that is not, does so later.
  @patience_ms 500

  # The most bytes of terms in one answer, before they are terms of the VM: more rows are left for the next page.
  @max_bytes 67_108_864

  @enforce_keys [:native, :live?, :monotonic, :wall, :midnight]
  defstruct [:native, :live?, :monotonic, :wall, :midnight]

  @type t :: %__MODULE__{
          native: reference(),
          live?: boolean(),
          monotonic: integer(),
          wall: integer(),
          midnight: {DateTime.t(), integer()}
        }

  @doc """
  Runs a function on the source that the option `trace:` names. What the calling process did before is in it. `about` are processes that the
  question is about.
  """
  @spec run(keyword(), [pid()], (t() -> result)) :: result | {:error, Error.t()} when result: term()
  def run(options, about \\ [], fun) do
    with {:ok, source} <- open(options, about) do
      try do
        fun.(source)
      after
        # A process that asks once may not collect garbage for a long time, and would keep what the recording evicts.
        if options[:trace] == nil, do: Native.release(source.native)
      end
    end
  end

  @doc "The source that the option `trace:` names, to be kept for several questions."
  @spec open(keyword(), [pid()]) :: {:ok, t()} | {:error, Error.t()}
  def open(options, about \\ []) do
    case options[:trace] do
      nil -> with {:ok, recorder} <- Current.native(), do: {:ok, recorder |> settled(about) |> Native.snapshot() |> new(true)}
      %Trace{native: native} -> {:ok, new(native, false)}
      other -> Error.new(:bad_argument, "trace: must be what ElixirScope.import/1 returned, got: #{inspect(other)}")
    end
  end

  # An answer about now says what was not traced until now.
  defp settled(recorder, about) do
    with %{} = expected <- Current.tracing() do
      lost =
        cond do
          Tracing.Integrity.intact?(expected, about) -> expected.lasting
          Recorder.check_tracing(@patience_ms) == :ok -> []
          true -> expected.classes
        end

      if lost != [], do: Native.lose(recorder, lost, expected.verified)
    end

    recorder
  end

  @doc "Terms of this node as a source of their own, with the ids of `Native.hold/4`."
  @spec hold([term()]) :: t()
  def hold(terms) do
    node() |> Atom.to_string() |> Native.hold(System.version(), :erlang.system_info(:creation), terms) |> new(true)
  end

  defp new(native, live?) do
    {monotonic, wall} = Native.anchor(native)
    %__MODULE__{native: native, live?: live?, monotonic: monotonic, wall: wall, midnight: midnight(wall)}
  end

  @doc "The first moment of the day of a time on the wall clock, and the same in ns."
  @spec midnight(integer()) :: {DateTime.t(), integer()}
  def midnight(wall) do
    midnight = %{DateTime.from_unix!(wall, :nanosecond) | hour: 0, minute: 0, second: 0, microsecond: {0, 6}}
    {midnight, DateTime.to_unix(midnight, :nanosecond)}
  end

  @doc "Sends a request to the engine. Terms in the answer are `%{value: term, complete: boolean}`."
  @spec ask(t(), map()) :: {:ok, Answer.t()} | {:error, Error.t(), partial :: map() | nil}
  def ask(source, request), do: answer(Native.query(source.native, request, max_bytes()))

  @doc "The same with terms as every binding shows them: `%{id: id, text: text, bytes: n, complete: boolean}`."
  @spec ask_texts(t(), map()) :: {:ok, Answer.t()} | {:error, Error.t(), partial :: map() | nil}
  def ask_texts(source, request), do: answer(Native.query_texts(source.native, request))

  defp answer({:ok, answer, warnings}), do: {:ok, struct!(Answer, Map.put(answer, :warnings, warnings))}
  defp answer({:error, {_code, _message, partial} = error}), do: {:error, Error.from_native(error), partial}

  defp max_bytes, do: Application.get_env(:elixir_scope, :max_answer_bytes, @max_bytes)
end
