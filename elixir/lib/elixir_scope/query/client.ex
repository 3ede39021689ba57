defmodule ElixirScope.Query.Client do
  @moduledoc false
  # From the arguments of a public function to a request, and from the answer to what the function returns.

  require Logger
  alias ElixirScope.{Answer, Error, Opaque, ProcessArgument, Redacted, Truncated}
  alias ElixirScope.Answer.Decoder
  alias ElixirScope.Query.{Moment, Source}

  # The most rows that the API returns at once. The store is bounded, so a list is whole unless the user gives a limit.
  @limit 100_000
  @common [:trace, :limit, :after, :from, :to]

  @doc """
  The rows of a list request. Raises `ElixirScope.Error`; logs one warning when rows may be missing. `processes` are the fields that
  name a process.
  """
  @spec list!(atom(), keyword(), keyword(), keyword()) :: [map()]
  def list!(kind, processes, fields, options), do: list!(kind, processes, fields, options, @limit)

  @doc "The same for a request that gives fewer rows at once."
  @spec list!(atom(), keyword(), keyword(), keyword(), pos_integer()) :: [map()]
  def list!(kind, processes, fields, options, limit) do
    {answer, source} = answer!(kind, processes, fn _source -> {:ok, fields} end, options, limit)
    Decoder.rows(Atom.to_string(kind), answer.data, source)
  end

  @doc "The answer to a request that takes a page of a window, whose other fields may need the source; raises and warns as `list!/4`."
  @spec answer!(atom(), keyword(), (Source.t() -> {:ok, keyword()} | {:error, Error.t()}), keyword(), pos_integer()) ::
          {Answer.t(), Source.t()}
  def answer!(kind, processes, fields, options, limit \\ @limit) do
    source!(options, @common, kind, about(processes), fn source ->
      with {:ok, processes} <- texts(processes),
           {:ok, fields} <- fields.(source),
           {:ok, window} <- window(options, source),
           request = Map.merge(%{kind: Atom.to_string(kind), limit: options[:limit] || limit, after: options[:after]}, window),
           request = request |> Map.merge(Map.new(processes)) |> Map.merge(Map.new(fields)),
           {:ok, answer} <- ask(source, request) do
        warn(kind, answer)
        {:ok, {answer, source}}
      end
    end)
  end

  @doc "The data of a request that lists nothing, likewise."
  @spec whole!(atom(), keyword()) :: map()
  def whole!(kind, options) do
    source!(options, [:trace, :from, :to], kind, fn source ->
      with {:ok, window} <- window(options, source),
           {:ok, answer} <- ask(source, Map.put(window, :kind, Atom.to_string(kind))) do
        warn(kind, answer)
        {:ok, Decoder.rows(Atom.to_string(kind), answer.data, source)}
      end
    end)
  end

  @doc """
  The data of a request without a function of its own in the decoder, likewise. `fields` are the options that the request takes as they are;
  its times and words are converted, the rest is as the API has it.
  """
  @spec plain!(atom(), [atom()], keyword()) :: map()
  def plain!(kind, fields, options) do
    source!(options, [:trace, :from, :to] ++ fields, kind, fn source ->
      with {:ok, window} <- window(options, source),
           request = options |> Keyword.take(fields) |> Map.new() |> Map.merge(window) |> Map.put(:kind, Atom.to_string(kind)),
           {:ok, answer} <- ask(source, request) do
        warn(kind, answer)
        {:ok, Decoder.plain(answer.data, source)}
      end
    end)
  end

  @doc "The events next to one, at most so many on each side."
  @spec around!(term(), {non_neg_integer(), non_neg_integer()}, keyword()) :: map()
  def around!(at, {n_before, n_after}, options) do
    {filters, options} = Keyword.split(options, [:pid, :type, :module, :function, :filter, :match])

    source!(options, [:trace], :events_around, fn source ->
      with {:ok, processes} <- texts(for {:pid, process} <- filters, do: {:process, process}),
           {:ok, at} <- place(at, source),
           request = %{kind: "events_around", at: at, n_before: n_before, n_after: n_after},
           request = request |> Map.merge(Map.new(processes)) |> Map.merge(Map.new(Enum.flat_map(filters, &filter/1))),
           {:ok, answer} <- ask(source, request) do
        {:ok, Decoder.around(answer.data, source)}
      end
    end)
  end

  @doc "A moment in the API: the id of an event or of a row that has one, or a time."
  @spec place(term(), Source.t()) :: {:ok, String.t() | non_neg_integer()} | {:error, Error.t()}
  def place(%{id: id, timestamp: _}, _source) when is_binary(id), do: {:ok, id}
  def place(id, source) when is_binary(id), do: if(Moment.id?(id), do: {:ok, id}, else: Moment.to_api(id, source))
  def place(time, source), do: Moment.to_api(time, source)

  @doc "The events between two times, or from the first on and to the last, that pass every filter given."
  @spec events!(term(), term(), keyword()) :: [ElixirScope.Event.t()]
  def events!(from, to, options) do
    {filters, options} = Keyword.split(options, [:pid, :type, :module, :function, :backward, :filter, :match])
    processes = for {:pid, process} <- filters, do: {:process, process}

    list!(:events, processes, Enum.flat_map(filters, &filter/1), [from: from, to: to] ++ options)
  end

  @doc """
  The one map that a request answers with. `processes` are the fields that name a process, `times` those that are a time, `options` those
  the function takes. Raises `ElixirScope.Error`.
  """
  @spec one!(atom(), keyword(), keyword(), [atom()]) :: map()
  def one!(kind, processes, options, allowed) do
    {source, answer} = asked!(kind, processes, [], options, allowed)
    Decoder.one(Atom.to_string(kind), answer.data, source)
  end

  @doc "The rows of a request that is about a moment, not a stretch of time. As `one!/4`, with more fields in `fields`."
  @spec rows!(atom(), keyword(), keyword(), keyword(), [atom()]) :: [map()]
  def rows!(kind, processes, fields, options, allowed) do
    {source, answer} = asked!(kind, processes, [limit: @limit] ++ fields, options, allowed)
    Decoder.rows(Atom.to_string(kind), answer.data, source)
  end

  defp asked!(kind, processes, fields, options, allowed) do
    source!(options, [:trace | allowed], kind, about(processes), fn source ->
      with {:ok, processes} <- texts(processes),
           {:ok, times} <- times(Keyword.take(options, [:at, :alive_at]), source),
           fields = [kind: Atom.to_string(kind)] ++ fields ++ Keyword.take(options, [:limit, :after]) ++ processes,
           {:ok, answer} <- ask(source, fields |> Map.new() |> Map.merge(times)) do
        warn(kind, answer)
        {:ok, {source, answer}}
      end
    end)
  end

  @doc "The state of a process at a time."
  @spec state_at(term(), term(), keyword()) :: {:ok, term()} | {:error, Error.t()}
  def state_at(process, time, options) do
    source(options, [:trace], :get_state_at, about(process: process), fn source ->
      with {:ok, text} <- ProcessArgument.to_text(process),
           {:ok, time} <- Moment.to_api(time, source) do
        case Source.ask(source, %{kind: "state_at", process: text, time: time}) do
          {:ok, %{data: %{state: %{complete: true, value: state}}, coverage: coverage}} ->
            if since_lost?(coverage), do: {:error, outdated(state)}, else: {:ok, state}

          {:ok, %{data: %{state: %{value: state}}}} ->
            {:error, incomplete(state, "the state at that time was not recorded whole")}

          {:error, error, %{state: %{value: state}}} ->
            {:error, incomplete(state, error.message)}

          {:error, error, _none} ->
            {:error, error}
        end
      end
    end)
  end

  # Whether later states may have been lost.
  defp since_lost?(coverage), do: Enum.any?(coverage.dropped, &(&1.class in [nil, :state, "state"]))

  defp outdated(state) do
    %Error{
      code: :not_traced,
      message: "states since the last recorded one may have been lost; that one is in `partial`",
      partial: state
    }
  end

  @doc "The steps of a chain from an event on."
  @spec chain!(atom(), term(), keyword()) :: [map()]
  def chain!(kind, event, options) do
    source!(options, [:trace, :depth, :limit], kind, fn source ->
      with {:ok, id} <- event_id(event),
           request = options |> Keyword.take([:depth, :limit]) |> Map.new() |> Map.merge(%{kind: Atom.to_string(kind), id: id}),
           {:ok, answer} <- ask(source, request) do
        {:ok, Decoder.rows("chain", answer.data.rows, source)}
      end
    end)
  end

  defp event_id(%{id: id}) when is_binary(id), do: {:ok, id}
  defp event_id(id) when is_binary(id), do: {:ok, id}

  defp event_id(other) do
    Error.new(:bad_argument, "an event, a row that has an id, or an id is needed, got: #{inspect(other)}")
  end

  @doc "The one row of a request that is about one thing."
  @spec one(atom(), map(), keyword()) :: {:ok, map()} | {:error, Error.t()}
  def one(kind, fields, options) do
    source(options, [:trace], kind, fn source ->
      with {:ok, answer} <- ask(source, Map.put(fields, :kind, Atom.to_string(kind))) do
        {:ok, hd(Decoder.rows(Atom.to_string(kind), [answer.data], source))}
      end
    end)
  end

  @doc "The system at a time."
  @spec snapshot(term(), keyword()) :: {:ok, map()} | {:error, Error.t()}
  def snapshot(time, options) do
    source(options, [:trace, :limit, :messages], :system_snapshot_at, fn source ->
      with {:ok, time} <- Moment.to_api(time, source),
           limit = options[:limit] || @limit,
           request = %{kind: "snapshot_at", time: time, limit: limit, messages: options[:messages], tree: true},
           {:ok, answer} <- ask(source, request) do
        warn(:system_snapshot_at, answer)
        {:ok, Decoder.one("snapshot_at", answer.data, source)}
      end
    end)
  end

  @doc "Any request of the API. Pids are converted to text, and nothing else is."
  @spec raw(map(), keyword()) :: {:ok, Answer.t()} | {:error, Error.t()}
  def raw(request, options) do
    source(options, [:trace, :limit, :after], :query, about(if(is_map(request), do: request, else: [])), fn source ->
      with {:ok, request} <- request(request) do
        source
        |> Source.ask_texts(Map.merge(request, options |> Keyword.take([:limit, :after]) |> Map.new()))
        |> without_partial()
      end
    end)
  end

  # Runs a function on one source, for a public function that takes these options.
  defp source(options, allowed, function, about \\ [], fun) do
    with :ok <- known(options, allowed, function), do: Source.run(options, about, fun)
  end

  # The live processes that a request names.
  defp about(fields) do
    for {_field, given} <- fields, pid = live(given), pid != nil, do: pid
  end

  defp live(pid) when is_pid(pid), do: if(node(pid) == node(), do: pid)
  defp live(name) when is_atom(name), do: with(pid when is_pid(pid) <- Process.whereis(name), do: pid, else: (_none -> nil))
  defp live(_other), do: nil

  defp source!(options, allowed, function, about \\ [], fun) do
    case source(options, allowed, function, about, fun) do
      {:ok, result} -> result
      {:error, error} -> raise error
    end
  end

  defp ask(source, request), do: source |> Source.ask(request) |> without_partial()

  defp without_partial({:ok, answer}), do: {:ok, answer}
  defp without_partial({:error, error, _partial}), do: {:error, error}

  defp known(options, allowed, function) do
    case Keyword.keys(options) -- allowed do
      [] ->
        :ok

      [name | _] ->
        Error.new(
          :bad_argument,
          "unknown option #{inspect(name)} of #{function}; there are #{Enum.map_join(allowed, ", ", &inspect/1)}"
        )
    end
  end

  defp texts(processes) do
    Enum.reduce_while(processes, {:ok, []}, fn {field, process}, {:ok, texts} ->
      case ProcessArgument.to_text(process) do
        {:ok, text} -> {:cont, {:ok, [{field, text} | texts]}}
        {:error, _} = error -> {:halt, error}
      end
    end)
  end

  defp window(options, source) do
    options |> Keyword.take([:from, :to]) |> times(source)
  end

  defp times(times, source) do
    times
    |> Enum.reject(fn {_field, time} -> time == nil end)
    |> Enum.reduce_while({:ok, %{}}, fn {bound, time}, {:ok, window} ->
      case Moment.to_api(time, source) do
        {:ok, time} -> {:cont, {:ok, Map.put(window, bound, time)}}
        {:error, _} = error -> {:halt, error}
      end
    end)
  end

  # A type is a class (`:message`) or a kind (`:send`), as the user finds them in an event.
  defp filter({:type, types}) do
    {classes, kinds} =
      types
      |> List.wrap()
      |> Enum.map(&to_string/1)
      |> Enum.split_with(&(&1 in ~w(control process message call state span runtime)))

    # `call` and `state` name both; as a class they include returns and terminations.
    for {field, [_ | _] = names} <- [classes: classes, kinds: kinds], do: {field, names}
  end

  defp filter({:module, module}), do: [module: inspect(module)]
  defp filter({:function, function}), do: [function: to_string(function)]
  defp filter({:backward, backward}), do: [backward: backward]
  defp filter({field, value}) when field in [:filter, :match], do: [{field, value}]
  defp filter({:pid, _process}), do: []

  defp request(%{} = request) do
    Enum.reduce_while(request, {:ok, %{}}, fn {field, value}, {:ok, plain} ->
      with true <- is_atom(field) or is_binary(field), {:ok, value} <- plain(to_string(field), value) do
        {:cont, {:ok, Map.put(plain, field, value)}}
      else
        false -> {:halt, Error.new(:bad_argument, "a field of a request is an atom or a string, got: #{inspect(field)}")}
        {:error, _} = error -> {:halt, error}
      end
    end)
  end

  defp request(other), do: Error.new(:bad_argument, "a request is a map such as %{kind: :info}, got: #{inspect(other)}")

  defp plain(field, process) when field in ["process", "a", "b", "server", "caller", "parent", "root"],
    do: ProcessArgument.to_text(process)

  defp plain(_field, value) when value in [nil, true, false], do: {:ok, value}
  defp plain(_field, atom) when is_atom(atom), do: {:ok, word(atom)}

  # The length of an improper list is not known; the engine refuses it.
  defp plain(_field, list) when is_list(list) and length(list) >= 0,
    do: {:ok, Enum.map(list, &if(is_atom(&1), do: word(&1), else: &1))}

  defp plain(_field, value), do: {:ok, value}

  # `:state_at` is the word state_at; `Shop.Cart` is written as it is.
  defp word(atom), do: atom |> inspect() |> String.trim_leading(":")

  @doc "Logs one warning when rows of an answer may be missing, for other reasons than those `known`."
  @spec warn(atom(), Answer.t(), [String.t()]) :: :ok | nil
  def warn(kind, answer, known \\ []) do
    reasons = for warning <- answer.warnings, warning.topic not in known, do: warning.text
    if reasons != [], do: Logger.warning("ElixirScope: #{kind} may be incomplete: #{Enum.join(reasons, "; ")}")
  end

  defp incomplete(partial, message) do
    %Error{code: :incomplete_state, message: message, partial: partial, paths: cut_paths(partial)}
  end

  @doc "Where in a term something was cut, redacted or opaque: keys of maps, positions of lists and tuples."
  @spec cut_paths(term()) :: [[term()]]
  def cut_paths(%cut{}) when cut in [Truncated, Opaque, Redacted], do: [[]]
  def cut_paths(%_{} = struct), do: struct |> Map.from_struct() |> cut_paths()
  def cut_paths(%{} = map), do: for({key, value} <- map, path <- cut_paths(value), do: [key | path])
  def cut_paths(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> cut_paths()
  def cut_paths(list) when is_list(list), do: positions(list, 0)
  def cut_paths(_scalar), do: []

  defp positions([head | tail], n), do: Enum.map(cut_paths(head), &[n | &1]) ++ positions(tail, n + 1)
  defp positions([], _n), do: []
  defp positions(tail, n), do: Enum.map(cut_paths(tail), &[n | &1])
end
