defmodule ElixirScope.AIIntegration do
  @moduledoc """
  Will offer tools to an assistant that talks to a running system. It is not built yet:

      iex> {:error, error} = ElixirScope.AIIntegration.setup()
      iex> {error.code, error.message}
      {:not_supported, "ElixirScope.AIIntegration is not built yet; an assistant that evaluates code can call the functions of ElixirScope"}
  """

  alias ElixirScope.Error

  @doc """
  Will offer the tools. `:not_supported` until it is built.

      iex> {:error, %{code: :not_supported}} = ElixirScope.AIIntegration.setup()
  """
  @spec setup(keyword()) :: {:error, Error.t()}
  def setup(_options \\ []) do
    Error.new(
      :not_supported,
      "#{inspect(__MODULE__)} is not built yet; an assistant that evaluates code can call the functions of ElixirScope"
    )
  end
end
