defmodule ElixirScope.Dump do
  @moduledoc false
  # Traces to files and back.
  #
  # Invariant: a file is complete or absent: it is written under another name and then renamed.

  alias ElixirScope.{Error, Native, Trace}
  alias ElixirScope.Recorder.Current

  @spec export(Path.t()) :: :ok | {:error, Error.t()}
  def export(path) do
    staged = "#{path}.#{System.unique_integer([:positive])}.tmp"

    with {:ok, recorder} <- Current.native(),
         {:ok, bytes} <- native(Native.dump(recorder)),
         :ok <- file(File.mkdir_p(Path.dirname(path)), path),
         :ok <- file(File.write(staged, bytes), path) do
      file(File.rename(staged, path), path)
    end
  end

  @spec import(Path.t()) :: {:ok, Trace.t()} | {:error, Error.t()}
  def import(path) do
    with {:ok, bytes} <- file(File.read(path), path),
         {:ok, native} <- native(Native.load(bytes)) do
      {:ok, %Trace{path: path, native: native}}
    end
  end

  defp native({:ok, value}), do: {:ok, value}
  defp native({:error, error}), do: {:error, Error.from_native(error)}

  defp file({:error, reason}, path), do: Error.new(:file, "#{path}: #{:file.format_error(reason)}")
  defp file(done, _path), do: done
end
