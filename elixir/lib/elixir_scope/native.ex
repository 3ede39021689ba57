defmodule ElixirScope.Native do
  @moduledoc false
  # The one module that knows the native library, and the tracer module that the VM calls.
  #
  # Invariant: it is loaded once and never again, as the VM would silently stop tracing. So it contains stubs only.

  @on_load :load_library

  @version Mix.Project.config()[:version]

  @doc "The version of the library this package needs."
  def expected_version, do: @version

  def load_library do
    path = :elixir_scope |> Application.app_dir("priv/native/scope_nif") |> String.to_charlist()

    case :erlang.load_nif(path, samples()) do
      :ok -> check_version()
      error -> error
    end
  end

  # Parts of a binary that begin or end inside a byte: the first bit, and how many.
  @parts [{0, 13}, {0, 2399}, {8, 1605}, {3, 2397}, {5, 1600}, {5, 40}, {6, 21}]

  # What the library learns from how this VM keeps terms: the order in which it lists a large map, references of both kinds, and parts of a
  # binary, which begin or end inside a byte.
  defp samples do
    large = Map.new(1..100, &{&1, &1})
    alias_reference = :erlang.alias()
    :erlang.unalias(alias_reference)
    bytes = for i <- 0..299, into: <<>>, do: <<rem(i * 37 + 11, 256)>>

    bits = for {first, n} <- @parts, do: {part(bytes, first, n), first, n}
    {{large, Map.to_list(large)}, [make_ref(), alias_reference], bits}
  end

  # Elixir 1.20 wants a size pinned that is bound outside, which 1.14 cannot read.
  for {first, n} <- @parts do
    defp part(bytes, unquote(first), unquote(n)) do
      <<_::size(unquote(first)), part::bitstring-size(unquote(n)), _::bitstring>> = bytes
      part
    end
  end

  # As a library loaded here cannot be unloaded, one of another version fails the load of this module.
  defp check_version do
    case version() do
      @version -> :ok
      found -> {:error, "the native library has version #{found}, this package needs #{@version}"}
    end
  end

  def version, do: stub()
  def self_check, do: stub()
  def read_call(_row, _arguments), do: stub()
  def walk_cost(_term, _max_bytes, _max_depth), do: stub()
  def start(_owner, _config), do: stub()
  def stop(_recorder), do: stub()
  def set_filter(_recorder, _functions, _processes, _default_mask), do: stub()
  def set_budget(_recorder, _row), do: stub()
  def set_rate(_recorder, _ppm), do: stub()
  def set_limits(_recorder, _limits), do: stub()
  def put(_recorder, _rows), do: stub()
  def clear(_recorder, _instance), do: stub()
  def expect(_functions), do: stub()
  def expected, do: stub()
  def lose(_recorder, _classes, _from), do: stub()
  def census(_recorder, _processes), do: stub()
  def snapshot(_recorder), do: stub()
  def release(_snapshot), do: stub()
  def query(_snapshot, _request, _max_bytes), do: stub()
  def query_texts(_snapshot, _request), do: stub()
  def query_json(_snapshot, _request), do: stub()
  def hold(_node, _elixir, _creation, _terms), do: stub()
  def dump(_recorder), do: stub()
  def load(_binary, _max_bytes), do: stub()
  def status(_recorder), do: stub()
  def epoch(_recorder), do: stub()
  def anchor(_snapshot), do: stub()

  # What the VM looks up by name and arity in a tracer module.
  def enabled(_tag, _state, _tracee), do: stub()
  def enabled_call(_tag, _state, _tracee), do: stub()
  def enabled_procs(_tag, _state, _tracee), do: stub()
  def trace(_tag, _state, _tracee, _term, _options), do: stub()
  def trace_call(_tag, _state, _tracee, _term, _options), do: stub()
  def trace_send(_tag, _state, _tracee, _term, _options), do: stub()
  def trace_receive(_tag, _state, _tracee, _term, _options), do: stub()
  def trace_procs(_tag, _state, _tracee, _term, _options), do: stub()

  defp stub, do: :erlang.nif_error(:nif_not_loaded)
end
