defmodule ElixirScope.Recorder.Call.TailCall do
  @moduledoc false
  # Which functions of a module may have their returns traced.
  #
  # A return trace keeps three stack words for every tail call until the caller returns, so in a loop of tail calls the traced process
  # would grow without end. A function in such a loop is therefore traced call-only: one with a tail call into its own call cycle, or one from
  # which tail calls lead back to it through other modules. So is one from which they lead to what is not known: a fun, an `apply`, a
  # module that cannot be read. What is missed nevertheless, the recorder's guard at run time catches.

  # To read a large module takes 40 ms, most take 1. What lies beyond is not known.
  @max_modules 40

  @type name :: {atom(), arity()}

  @doc """
  The functions of a loaded module whose returns must not be traced, from its compiled code, or the reason why they are unknown: those that the module
  itself shows to be in a loop of tail calls, and those from which tail calls lead through other modules and back, or to unknown code.
  """
  @spec unsafe(module()) :: {:ok, %{cyclic: MapSet.t(name()), beyond: MapSet.t(name())}} | {:error, String.t()}
  def unsafe(module) do
    with {:ok, beam} <- object_code(module),
         {:ok, functions} <- disassemble(beam) do
      cyclic = cyclic_functions(module, functions)
      {:ok, %{cyclic: cyclic, beyond: MapSet.difference(beyond(module, functions), cyclic)}}
    end
  end

  defp object_code(module) do
    with {^module, beam, _file} <- :code.get_object_code(module),
         {:ok, {^module, md5}} <- :beam_lib.md5(beam),
         {:same, true} <- {:same, md5 == module.module_info(:md5)} do
      {:ok, beam}
    else
      {:same, false} -> {:error, "the compiled code of #{inspect(module)} on disk is not the code that runs"}
      _none -> {:error, "the compiled code of #{inspect(module)} cannot be read"}
    end
  end

  defp disassemble(beam) do
    with {:module, :beam_disasm} <- Code.ensure_loaded(:beam_disasm),
         {:beam_file, _module, _exports, _attributes, _info, functions} <- :beam_disasm.file(beam) do
      {:ok, functions}
    else
      {:error, reason} when is_atom(reason) -> {:error, "the disassembler of OTP's compiler application is not there"}
      _failed -> {:error, "the compiled code cannot be disassembled"}
    end
  end

  defp cyclic_functions(module, functions) do
    calls =
      for {:function, name, arity, _entry, instructions} <- functions,
          instruction <- instructions,
          {callee, tail?} <- call(instruction, module),
          do: {{name, arity}, callee, tail?}

    component = components(calls)

    for {caller, callee, true} <- calls, component[caller] == component[callee], into: MapSet.new(), do: caller
  end

  defp call({:call, _, {module, f, a}}, module), do: [{{f, a}, false}]
  defp call({:call_only, _, {module, f, a}}, module), do: [{{f, a}, true}]
  defp call({:call_last, _, {module, f, a}, _}, module), do: [{{f, a}, true}]
  defp call({:call_ext, _, {:extfunc, module, f, a}}, module), do: [{{f, a}, false}]
  defp call({:call_ext_only, _, {:extfunc, module, f, a}}, module), do: [{{f, a}, true}]
  defp call({:call_ext_last, _, {:extfunc, module, f, a}, _}, module), do: [{{f, a}, true}]
  defp call(_other, _module), do: []

  # The functions from which tail calls lead back to them, and those from which they lead to unknown code, through all modules.
  defp beyond(module, functions) do
    graph = :digraph.new()

    try do
      known = tail_calls(functions)
      starts = for {name, _calls} <- known, do: {module, name}
      follow(starts, %{module => known}, MapSet.new(starts), graph)

      looping =
        for members <- :digraph_utils.cyclic_strong_components(graph), {^module, name} <- members, into: MapSet.new(), do: name

      unknown = for {^module, name} <- :digraph_utils.reaching([:unknown], graph), into: MapSet.new(), do: name
      MapSet.union(looping, unknown)
    after
      :digraph.delete(graph)
    end
  end

  # Adds the tail calls of functions, and of those that these call, to a graph.
  defp follow([], _modules, _seen, _graph), do: :ok

  defp follow([{module, name} = caller | rest], modules, seen, graph) do
    modules = if is_map_key(modules, module), do: modules, else: Map.put(modules, module, read(module, map_size(modules)))
    callees = if modules[module] == :unknown, do: [:unknown], else: Map.get(modules[module], name, [])
    :digraph.add_vertex(graph, caller)

    for callee <- callees do
      :digraph.add_vertex(graph, callee)
      :digraph.add_edge(graph, caller, callee)
    end

    new = for callee <- callees, callee != :unknown, callee not in seen, uniq: true, do: callee
    follow(new ++ rest, modules, Enum.into(new, seen), graph)
  end

  defp read(module, n_read) do
    with true <- n_read < @max_modules,
         {:module, ^module} <- Code.ensure_loaded(module),
         {:ok, beam} <- object_code(module),
         {:ok, functions} <- disassemble(beam) do
      tail_calls(functions)
    else
      _unread -> :unknown
    end
  end

  defp tail_calls(functions) do
    for {:function, name, arity, _entry, instructions} <- functions, into: %{} do
      {{name, arity}, instructions |> tails(accesses(instructions), nil) |> Enum.uniq()}
    end
  end

  # Where the code goes on when something is no map: `user.name` is a call if `user` is a module, and is not taken for one.
  defp accesses(instructions), do: for({:test, :is_map, {:f, label}, _} <- instructions, do: label)

  defp tails([{:label, label} | rest], accesses, _label), do: tails(rest, accesses, label)

  defp tails([{:select_val, _, {:f, next}, _} | rest], accesses, label),
    do: tails(rest, if(label in accesses, do: [next | accesses], else: accesses), label)

  defp tails([{:call_only, _, {m, f, a}} | rest], accesses, label), do: [{m, {f, a}} | tails(rest, accesses, label)]
  defp tails([{:call_last, _, {m, f, a}, _} | rest], accesses, label), do: [{m, {f, a}} | tails(rest, accesses, label)]

  defp tails([{:call_ext_only, _, {:extfunc, m, f, a}} | rest], accesses, label),
    do: outside(m, f, a) ++ tails(rest, accesses, label)

  defp tails([{:call_ext_last, _, {:extfunc, m, f, a}, _} | rest], accesses, label),
    do: outside(m, f, a) ++ tails(rest, accesses, label)

  defp tails([{:apply_last, 0, _} | rest], accesses, label),
    do: if(label in accesses, do: [], else: [:unknown]) ++ tails(rest, accesses, label)

  defp tails([{:apply_last, _, _} | rest], accesses, label), do: [:unknown | tails(rest, accesses, label)]
  defp tails([call, {:deallocate, _}, :return | rest], accesses, label), do: fun_call(call) ++ tails(rest, accesses, label)
  defp tails([_other | rest], accesses, label), do: tails(rest, accesses, label)
  defp tails([], _accesses, _label), do: []

  # The loader makes a tail call of it.
  defp fun_call({:call_fun, _}), do: [:unknown]
  defp fun_call({:call_fun2, _, _, _}), do: [:unknown]
  defp fun_call({:apply, _}), do: [:unknown]
  defp fun_call(_other), do: []

  # What is written in C calls no function but one that it is given.
  defp outside(:erlang, :apply, _arity), do: [:unknown]
  defp outside(m, f, a), do: if(:erlang.is_builtin(m, f, a), do: [], else: [{m, {f, a}}])

  # The strongly connected component of each function that calls or is called. A function alone in its component has one only with itself.
  defp components(calls) do
    graph = :digraph.new()

    try do
      for {caller, callee, _tail?} <- calls do
        :digraph.add_vertex(graph, caller)
        :digraph.add_vertex(graph, callee)
        :digraph.add_edge(graph, caller, callee)
      end

      for {members, index} <- Enum.with_index(:digraph_utils.strong_components(graph)),
          member <- members,
          into: %{},
          do: {member, index}
    after
      :digraph.delete(graph)
    end
  end
end
