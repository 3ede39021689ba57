# Written by `cargo xtask codegen` from crates/scope-query/src/answer/word.rs. Do not edit.
defmodule ElixirScope.Answer.Words do
  @moduledoc false
  # The words of answers. Naming them here makes their atoms exist, whether or not another module has used them.

  @words ~w(
    added alive ambiguous analyze_state_change arity_only atom bad_record binary bottleneck buffer_full call call_errors
    call_exit call_only call_tree caller_exited caller_ref callers calls certain changed compare_states content_match
    control crashes cut damaged delivered depth different entry_point equal events events_around evicted exception
    execution_path exit exited external file find_processes first_spawn float function function_calls gc_start gc_stop
    governor_step handled histogram impact info integer late level_changed likely limit link link_exit list live loss
    lost map mark matched message message_flow message_queue_analysis messages monitor_exit moved newer_kind no_return
    not_handled not_recorded not_traced not_yet ns one_for_all one_for_one opaque open overview own own_time
    pattern_added pattern_removed performance_analysis permanent pid port possible process process_info
    process_relationships queue raised rate_changed record recorder recorder_started recorder_stopped redacted reference
    register removed replied reply_ref rest_for_one restart restarts return returned returns_off runtime
    same_process_order scheduled_in scheduled_out send server_calls server_exited signal simple_one_for_one slowest_call
    slowest_function_calls snapshot_at span span_start span_stop spawn state state_at state_changes state_timeline
    supervision_tree supervisor sweep_done target_added target_removed temporary term terminate to_dead tracing_lost
    transient truncated tuple undelivered unique_match unknown unknown_shape unlink unregister why worker
  )a

  @doc "The atom of a word; any other text stays text."
  @spec word(String.t()) :: atom() | String.t()
  for word <- @words, do: def(word(unquote(Atom.to_string(word))), do: unquote(word))
  def word(text), do: text
end
