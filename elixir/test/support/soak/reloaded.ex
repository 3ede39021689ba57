defmodule ElixirScope.Soak.Reloaded do
  @moduledoc false
  # A module that is there in two versions, which the soak loads one over the other.

  @name __MODULE__.Code

  @doc "The module that is loaded."
  def name, do: @name

  @doc "Loads the next version, without purging the one before."
  def load(n) do
    {:module, @name} = :code.load_binary(@name, ~c"nofile", elem(versions(), rem(n, 2)))
    :ok
  end

  defp versions do
    with nil <- :persistent_term.get(@name, nil) do
      versions = {compiled(1), compiled(2)}
      :persistent_term.put(@name, versions)
      versions
    end
  end

  # Calls itself from outside and inside, so that processes stay in the version they are in.
  defp compiled(version) do
    text = """
    -module('#{@name}').
    -export([run/1, step/1, version/0]).
    version() -> #{version}.
    run(Until) -> case erlang:monotonic_time(millisecond) < Until of true -> step(1), run(Until); false -> version() end.
    step(N) -> N + #{version}.
    """

    {:ok, tokens, _} = :erl_scan.string(String.to_charlist(text))
    {:ok, @name, binary} = tokens |> forms() |> :compile.forms([])
    binary
  end

  defp forms([]), do: []

  defp forms(tokens) do
    {form, [dot | rest]} = Enum.split_while(tokens, &(not match?({:dot, _}, &1)))
    {:ok, form} = :erl_parse.parse_form(form ++ [dot])
    [form | forms(rest)]
  end
end
