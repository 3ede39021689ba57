defmodule ElixirScope.Soak.Traced do
  @moduledoc false
  # Functions whose calls and returns are recorded.

  def same(_n, _at, term), do: term
  def fails(n), do: raise(ArgumentError, "no #{n}")
end
