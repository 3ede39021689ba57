defmodule Corpus.Recording do
  @moduledoc false
  # What every record.exs begins and ends with. Started by `cargo xtask corpus record`, in examples/shop, with the case's folder as argument.

  # Their modules are loaded before the recording begins: loading one sends messages with the paths of this machine.
  @applications [:kernel, :stdlib, :compiler, :elixir, :logger, :mix, :elixir_scope, :shop]

  @doc "Starts the recorder."
  def start(options \\ []) do
    Logger.configure(level: :none)
    {:ok, _} = Application.ensure_all_started(:elixir_scope)

    for application <- @applications do
      Application.load(application)
      Enum.each(Application.spec(application, :modules), &Code.ensure_loaded/1)
    end

    # Asked now: asking sends messages that hold the answers.
    places = [Path.expand("../..", hd(System.argv())), Path.dirname(File.cwd!()), Path.dirname(Mix.Project.build_path()), System.user_home!(), System.tmp_dir!()]
    :persistent_term.put(__MODULE__, places)
    :ok = ElixirScope.setup(options)
  end

  @doc """
  Puts a module of the script where compiled modules are: the recorder reads the compiled code of what it traces.

      compiled(defmodule Shown, do: ..)
  """
  def compiled({:module, module, code, _last}) do
    dir = Path.join(Mix.Project.build_path(), "beams")
    File.mkdir_p!(dir)
    File.write!(Path.join(dir, "#{module}.beam"), code)
    Code.prepend_path(dir)
    :code.purge(module)
    {:module, ^module} = :code.load_file(module)
  end

  @doc "Now, as the API counts time: ns since the recording began."
  def time do
    {:ok, answer} = ElixirScope.query(%{kind: :info})
    System.monotonic_time(:nanosecond) - String.to_integer(answer.data.monotonic_anchor_ns)
  end

  @doc "A pid as the API writes it."
  def text(pid), do: pid |> :erlang.pid_to_list() |> List.to_string()

  @doc "Waits for a process to end."
  def gone(pid) do
    monitor = Process.monitor(pid)
    receive do: ({:DOWN, ^monitor, :process, ^pid, _reason} -> :ok)
  end

  @doc "Writes the trace and the requests, one to a line, and stops the recorder."
  def write(requests) do
    [dir] = System.argv()
    refuse_places()
    :ok = ElixirScope.export(Path.join(dir, "trace.scope"))
    :ok = ElixirScope.stop()
    lines = Enum.map_join(requests, ",\n", &json/1)
    File.write!(Path.join(dir, "request.json"), "[\n#{lines}\n]\n")
  end

  # A recording is committed, so it must not name a place on the machine it was made on.
  defp refuse_places do
    {:ok, events} = ElixirScope.query(%{kind: :events}, limit: 100_000)

    for %{term: %{text: text}} = event <- events.data, String.contains?(text, :persistent_term.get(__MODULE__)) do
      raise "event #{event.id} (#{event.kind}) names a place on this machine: #{text}"
    end
  end

  defp json([{_key, _value} | _] = fields) do
    "{" <> Enum.map_join(fields, ",", fn {key, value} -> ~s("#{key}":) <> json(value) end) <> "}"
  end

  defp json(%{} = fields), do: fields |> Map.to_list() |> json()
  defp json(items) when is_list(items), do: "[" <> Enum.map_join(items, ",", &json/1) <> "]"
  defp json(value) when is_integer(value) or is_boolean(value), do: to_string(value)
  defp json(value) when is_atom(value), do: json(Atom.to_string(value))
  defp json(value) when is_binary(value), do: inspect(value, printable_limit: :infinity)
end
