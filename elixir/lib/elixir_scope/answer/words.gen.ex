# Written by `cargo xtask codegen` from crates/scope-query/src/answer/word.rs. Do not edit.
defmodule ElixirScope.Answer.Words do
  @moduledoc false
  # The words of answers. Naming them here makes their atoms exist, whether or not anybody has used them yet.

  @words ~w(
    added alive ambiguous arity_only atom bad_record binary buffer_full call call_exit call_only caller_exited
    caller_ref callers certain changed content_match control cut damaged delivered depth different entry_point equal
    evicted exception exit exited external file first_spawn float function gc_start gc_stop governor_step handled
    integer late level_changed likely limit link link_exit list live loss lost map mark matched message monitor_exit
    moved newer_kind no_return not_handled not_recorded not_traced not_yet one_for_all one_for_one opaque open own
    pattern_added pattern_removed permanent pid port possible process raised rate_changed recorder recorder_started
    recorder_stopped redacted reference register removed replied reply_ref rest_for_one restart return returned
    returns_off runtime same_process_order scheduled_in scheduled_out send server_exited signal simple_one_for_one span
    span_start span_stop spawn state supervisor sweep_done target_added target_removed temporary terminate to_dead
    transient truncated tuple undelivered unique_match unknown unlink unregister worker
  )a
  @by_text Map.new(@words, &{Atom.to_string(&1), &1})

  @doc "The atom of a word; any other text stays text."
  @spec atom(String.t()) :: atom() | String.t()
  def atom(text), do: Map.get(@by_text, text, text)
end
