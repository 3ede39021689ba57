defmodule ElixirScope.Dump do
  @moduledoc false
  # Traces to files and back.
  #
  # Invariant: a file is complete or absent: it is written under another name and then renamed.

  alias ElixirScope.{Error, Native, Trace}
  alias ElixirScope.Recorder.Current

  # Invariant: the file belongs to its owner alone (0600), and a link at its path is replaced, never followed.

  @spec export(Path.t()) :: :ok | {:error, Error.t()}
  def export(path) do
    with {:ok, recorder} <- Current.native(),
         {:ok, bytes} <- native(Native.dump(recorder)),
         :ok <- file(File.mkdir_p(Path.dirname(path)), path) do
      file(replace(path, bytes), path)
    end
  end

  defp replace(path, bytes) do
    staged = "#{path}.#{Base.encode16(:rand.bytes(8), case: :lower)}.tmp"

    with :ok <- create(staged, bytes),
         :ok <- File.rename(staged, path) do
      :ok
    else
      {:error, :eexist} = error ->
        error

      error ->
        File.rm(staged)
        error
    end
  end

  # Exclusive: what is already at the name, a link too, is not opened. The mode is set before there is anything to read.
  defp create(staged, bytes) do
    with {:ok, device} <- :file.open(staged, [:write, :exclusive, :raw, :binary]) do
      written = with :ok <- File.chmod(staged, 0o600), :ok <- :file.write(device, bytes), do: :file.sync(device)
      with :ok <- :file.close(device), do: written
    end
  end

  # Twice what a recording holds by default. A small file can be made to take all memory there is.
  @max_bytes 536_870_912

  @spec import(Path.t(), keyword()) :: {:ok, Trace.t()} | {:error, Error.t()}
  def import(path, options) do
    with {:ok, max_bytes} <- max_bytes(options),
         {:ok, %{size: size}} when size <= max_bytes <- file(File.stat(path), path),
         {:ok, bytes} <- file(File.read(path), path),
         {:ok, native} <- Native.load(bytes, max_bytes) do
      {:ok, %Trace{path: path, native: native}}
    else
      {:ok, %File.Stat{}} -> too_large(path, options)
      {:error, %Error{}} = error -> error
      {:error, {:too_large, _message, _partial}} -> too_large(path, options)
      error -> native(error)
    end
  end

  defp max_bytes(max_bytes: max_bytes) when is_integer(max_bytes) and max_bytes in 1..9_007_199_254_740_991, do: {:ok, max_bytes}
  defp max_bytes([]), do: {:ok, @max_bytes}

  defp max_bytes(other) do
    Error.new(:bad_argument, "ElixirScope.import/2 takes max_bytes:, a positive integer (bytes), got: #{inspect(other)}")
  end

  defp too_large(path, options) do
    Error.new(
      :too_large,
      "#{path} takes more than #{options[:max_bytes] || @max_bytes} bytes of memory when it is read. " <>
        "If you trust the file and have the memory, give max_bytes: a larger number; a recording made with a smaller max_bytes: exports less"
    )
  end

  defp native({:ok, value}), do: {:ok, value}
  defp native({:error, error}), do: {:error, Error.from_native(error)}

  defp file({:error, reason}, path), do: Error.new(:file, "#{path}: #{:file.format_error(reason)}")
  defp file(done, _path), do: done
end
