# Opens the file that record.exs wrote, in a node that recorded nothing, asks the same questions and compares.
# Started by `cargo xtask demo`, in examples/shop: mix run --no-start -r .. demo/reopen.exs DIR colour|plain

dir = Demo.Node.start(System.argv())
file = Path.join(dir, "shop.scope")
recorded = Path.join(dir, "answers.etf") |> File.read!() |> :erlang.binary_to_term()

{:ok, _} = Application.ensure_all_started(:elixir_scope)
{:ok, _} = Application.ensure_all_started(:logger)
for module <- Application.spec(:shop, :modules), do: {:module, ^module} = Code.ensure_loaded(module)
{:ok, trace} = ElixirScope.import(file)
answers = Demo.Story.ask(trace: trace)

differing = for {question, answer} <- recorded, answers[question] != answer, do: "#{question} differs"
Demo.Node.must_be_right(differing, "the file")
Demo.Node.must_be_right(Demo.Facts.wrong(answers), "the file")

{:ok, all} = ElixirScope.query(%{kind: :events}, trace: trace, limit: 100_000)
leaks = for %{term: %{text: text}} = event <- all.data, text =~ "tok_live_", do: "#{event.id} leaks a token"
Demo.Node.must_be_right(leaks, "the file")

Demo.Page.line("the same answers to all #{map_size(answers)} questions, without the shop running")

Demo.Node.must_be_right(Demo.Requests.write(trace, dir), "the file")
