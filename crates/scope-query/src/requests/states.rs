//! Requests about the states of servers.

pub(super) mod analyze_state_change;
pub(super) mod compare_states;
pub(super) mod state_at;
pub(super) mod state_changes;
pub(super) mod state_timeline;
