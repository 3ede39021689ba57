defmodule ElixirScope.Error do
  @moduledoc """
  What went wrong: a stable `code` to match on, and a `message` for people.

      iex> error = %ElixirScope.Error{code: :not_found, message: "no process <0.999.0> in this trace"}
      iex> Exception.message(error)
      "no process <0.999.0> in this trace"

  `:incomplete_state` carries what is known of the state in `partial`, and in `paths` the places in it that were cut,
  redacted or opaque.
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
          | atom()
  @type t :: %__MODULE__{code: code(), message: String.t(), partial: term(), paths: [[term()]]}

  @doc false
  def new(code, message), do: {:error, %__MODULE__{code: code, message: message}}

  @doc false
  # An error of the native library.
  def from_native({code, message, _partial}), do: %__MODULE__{code: code, message: message}
end
