defmodule ElixirScope.Tails do
  @moduledoc false
  # One function for every way of calling oneself.

  def fold([], sum), do: sum
  def fold([head | tail], sum), do: fold(tail, sum + head)

  def count(0), do: 0
  def count(n), do: 1 + count(n - 1)

  def even(0), do: true
  def even(n), do: odd(n - 1)

  def odd(0), do: false
  def odd(n), do: __MODULE__.even(n - 1)

  def half([]), do: 0
  def half([_ | tail]), do: 1 + whole(tail)

  def whole(list), do: half(list)

  def outside(n), do: fold([n], 0)

  def steps(0, sum), do: sum
  def steps(n, sum), do: steps(n - 1, sum + 1)

  def unseen(0, _next), do: 0
  def unseen(n, next), do: next.(n - 1, next)

  def applied(0, _module), do: 0
  def applied(n, module), do: apply(module, :applied, [n - 1, module])

  def there(0), do: 0
  def there(n), do: ElixirScope.Tails.Back.back(n - 1)

  def elsewhere(n, fun), do: ElixirScope.Tails.Back.run(n, fun)
  def last(n, fun), do: unseen(n, fun)
  def each(list, fun), do: :lists.foreach(fun, list)
  def used(n, fun), do: [fun.(n)]
  def name(%{name: _} = map), do: map.name
  def value(map), do: map.value
  def field(module, n), do: module.unseen(n, &unseen/2)
  def known(list), do: Enum.map(list, &(&1 + 1))
  def called(pid, n), do: GenServer.call(pid, {:put, n})
end

defmodule ElixirScope.Tails.Back do
  @moduledoc false
  # Called last by ElixirScope.Tails, which it calls last.

  def back(n), do: ElixirScope.Tails.there(n)
  def run(n, fun), do: fun.(n)
end

defmodule ElixirScope.Tails.Applies do
  @moduledoc false
  # Every way to call what is known at run time only.

  def apply_fun(fun, arguments), do: apply(fun, arguments)
  def apply_list(module, name, arguments), do: apply(module, name, arguments)
  def with_arguments(module, n), do: module.step(n)
  def name(module, name), do: apply(module, name, [])
  def remote(n), do: then(n, &Process.get(:step).(&1))

  def late(n) do
    fun = Process.get(:step)
    send(self(), fun.(n))
    fun.(n - 1)
  end

  def not_last(fun, n), do: fun.(n) + 1
end
