defmodule ElixirScope.Error do
  @moduledoc """
  An error: a stable `code` to match on, and a `message` for people.

      iex> error = %ElixirScope.Error{code: :not_found, message: "no process <0.999.0> in this trace"}
      iex> Exception.message(error)
      "no process <0.999.0> in this trace"

  An `:incomplete_state` error has the known part of the state in `partial`, and in `paths` the places that were cut, redacted or opaque.
  """

  defexception [:code, :message, :partial, paths: []]

  @type code ::
          :already_started
          | :bad_argument
          | :corrupt
          | :evicted
          | :file
          | :incomplete_state
          | :held_by_other_tracer
          | :newer_format
          | :not_a_trace
          | :not_found
          | :not_loaded
          | :not_running
          | :not_supported
          | :not_traced
          | :too_costly
          | :too_large
          | atom()
  @type t :: %__MODULE__{code: code(), message: String.t(), partial: term(), paths: [[term()]]}

  @doc false
  def new(code, message), do: {:error, %__MODULE__{code: code, message: message}}

  @doc false
  # An error of the native library.
  def from_native({code, message, _partial}), do: %__MODULE__{code: code, message: message}
end
