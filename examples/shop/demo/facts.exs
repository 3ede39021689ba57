defmodule Demo.Facts do
  @moduledoc false
  # facts.md as data: what the answers must say, decided before anything was recorded.

  @ms 1_000_000

  @doc "The answers that are wrong, each with what was expected; `[]` when all are right."
  def wrong(answers) do
    for {fact, false} <- facts(answers), do: fact
  end

  @doc "How many facts are checked."
  def count(answers), do: length(facts(answers))

  defp facts(%{crash: crash, state: state, messages: messages, slowest: slowest}) do
    gateway = Enum.filter(slowest, &match?(%{function: {Shop.Gateway, _name, _arity}}, &1))
    waits = messages |> Enum.take(-3) |> Enum.map(& &1.waiting_ns)
    charge = slowest_of(gateway, :charge)

    [
      {"the cart died of :badarith", crash.reason == :badarith},
      {"its last state is #{inspect(last_state())}", state == last_state()},
      {"it was sent the six messages of facts.md, in that order", Enum.map(messages, & &1.message) == six_messages()},
      {"each message was handled, so its waiting time is known", Enum.all?(messages, &is_integer(&1.waiting_ns))},
      {"the last three waited behind the carrier's quote, between 20 ms and 5 s",
       Enum.all?(waits, &(&1 in (20 * @ms)..(5_000 * @ms)))},
      {"the slowest call into the gateway is a charge", hd(gateway) == charge},
      {"it took at least 120 ms", charge.duration_ns >= 120 * @ms},
      {"nearly all of that is the review's inside it", charge.own_ns < 20 * @ms},
      {"the slowest review took at least 120 ms", slowest_of(gateway, :review).duration_ns >= 120 * @ms},
      {"no answer holds a card's token", not (inspect({state, messages, slowest}, limit: :infinity) =~ "tok_live_")},
      {"the arguments of a charge show that a token was redacted", charge.args =~ ~r/token: #?[\w.%]*Redacted/}
    ]
  end

  defp slowest_of(calls, name),
    do: Enum.find(calls, &match?({_module, ^name, _arity}, &1.function))

  defp last_state do
    %Shop.Cart{
      id: "cart-99",
      customer: "mallory",
      items: %{"lamp" => %{price: 4000, quantity: 2}},
      discount: %{code: "WELCOME", on: "desk", percent: 10},
      shipping: 790,
      total: 8000
    }
  end

  defp six_messages do
    [
      {:call, {:add, "desk", 1}},
      {:call, {:add, "lamp", 2}},
      {:cast, :estimate_shipping},
      {:cast, {:discount, "WELCOME", 10}},
      {:cast, {:remove, "desk"}},
      {:cast, {:discount, "SUMMER", 20}}
    ]
  end
end
