# Records the shop while 20 customers use it and the bug strikes, asks what happened, and writes the recording to a file.
# Started by `cargo xtask demo`, in examples/shop: mix run -r demo/node.exs -r .. demo/record.exs DIR colour|plain

dir = Demo.Node.start(System.argv())

:ok = ElixirScope.setup(max_events: 100_000, max_term_bytes: %{call: 2_048}, meta: %{demo: "shop"})

{:ok, _} = ElixirScope.trace_all_processes()
modules = [Shop.Gateway, Shop.Payment]
for module <- modules, do: {:ok, _} = ElixirScope.trace_module(module)

customers = Task.async(fn -> Shop.Load.run(42, 20) end)
Process.sleep(100)
:ok = Task.await(Task.async(fn -> Shop.Load.unlucky("cart-99") end))
receipts = Task.await(customers, 60_000)
:ok = ElixirScope.untrace_all_processes()
for module <- modules, do: :ok = ElixirScope.untrace_module(module)

answers = Demo.Story.ask([])

Demo.Page.line("#{length(receipts)} customers paid, one cart crashed; #{answers.events} events recorded")

Demo.Page.print(answers)
Demo.Node.must_be_right(Demo.Facts.wrong(answers), "the running recorder")

file = Path.join(dir, "shop.scope")
:ok = ElixirScope.export(file)
:ok = ElixirScope.stop()
File.write!(Path.join(dir, "answers.etf"), :erlang.term_to_binary(answers))

Demo.Page.heading("All #{Demo.Facts.count(answers)} facts of examples/shop/facts.md hold.")

Demo.Page.line("wrote #{file}, #{File.stat!(file).size} bytes")
