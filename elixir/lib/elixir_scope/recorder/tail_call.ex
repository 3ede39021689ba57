defmodule ElixirScope.Recorder.TailCall do
  @moduledoc false
  # Which functions of a module may have their returns traced.
  #
  # A return trace keeps three stack words for every tail call until the caller returns, so in a tail-recursive loop the traced
  # process would grow without end. A function with a tail call into its own call cycle is therefore traced call-only. Cycles through
  # other modules and through funs cannot be seen here; the recorder's guard at run time catches them.

  @doc """
  The functions of a loaded module that have a tail call into their own call cycle, from its compiled code, or the reason why they are unknown.
  """
  @spec cyclic(module()) :: {:ok, MapSet.t({atom(), arity()})} | {:error, String.t()}
  def cyclic(module) do
    with {:ok, beam} <- object_code(module),
         {:ok, functions} <- disassemble(beam) do
      {:ok, cyclic_functions(module, functions)}
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

  @doc false
  def cyclic_functions(module, functions) do
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
