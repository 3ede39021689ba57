defmodule ElixirScope.Soak.Abuse do
  @moduledoc false
  # The table of what a node is put through: each kind is a function that so many processes call again and again, without a pause, until the round is over.
  #
  # A step says how many events it causes at least, by class, or nothing where that is not certain.

  alias ElixirScope.Soak.Abuse.{Calls, Lives, Messages, Tracers, Vm}

  @typedoc "`exact?` is false where a kind takes the tracing away or turns it down itself: then no number of events is expected."
  @type t :: %{name: atom(), step: (integer() -> %{atom() => pos_integer()}), workers: pos_integer(), exact?: boolean()}

  @kinds [
    {:calls, &Calls.calls/1, 4, true},
    {:tail_calls, &Calls.tail_calls/1, 6, true},
    {:spawns, &Lives.spawns/1, 1, true},
    {:crashes, &Lives.crashes/1, 2, true},
    {:kills, &Lives.kills/1, 2, true},
    {:hibernation, &Lives.hibernation/1, 4, true},
    {:suspension, &Lives.suspension/1, 3, true},
    {:binaries, &Messages.binaries/1, 2, true},
    {:deep, &Messages.deep/1, 2, true},
    {:bitstrings, &Messages.bitstrings/1, 2, true},
    {:wide, &Messages.wide/1, 2, true},
    {:mailbox, &Messages.mailbox/1, 1, true},
    {:atoms, &Messages.atoms/1, 2, true},
    {:reload, &Vm.reload/1, 1, true},
    {:schedulers, &Vm.schedulers/1, 1, true},
    {:memory, &Vm.memory/1, 2, true},
    {:foreign, &Tracers.foreign/1, 1, false},
    {:targets, &Tracers.targets/1, 2, false},
    {:questions, &Tracers.questions/1, 2, true},
    {:recorder, &Tracers.recorder/1, 1, false}
  ]

  @doc "All kinds, in the order of a pass."
  @spec kinds() :: [t()]
  def kinds, do: for({name, step, workers, exact?} <- @kinds, do: %{name: name, step: step, workers: workers, exact?: exact?})
end
