defmodule ElixirScope.PhoenixTracker do
  @moduledoc """
  Will record HTTP requests, LiveViews, channels and broadcasts of a Phoenix application. It is not built yet:

      iex> {:error, error} = ElixirScope.PhoenixTracker.setup()
      iex> {error.code, error.message}
      {:not_supported, "ElixirScope.PhoenixTracker is not built yet; the processes of a Phoenix application can be traced as any others"}
  """

  alias ElixirScope.Error

  @doc """
  Will track an application's requests, LiveViews, channels and broadcasts. `:not_supported` until it is built.

      iex> {:error, %{code: :not_supported}} = ElixirScope.PhoenixTracker.setup()
  """
  @spec setup(keyword()) :: {:error, Error.t()}
  def setup(_options \\ []) do
    Error.new(
      :not_supported,
      "#{inspect(__MODULE__)} is not built yet; the processes of a Phoenix application can be traced as any others"
    )
  end
end
