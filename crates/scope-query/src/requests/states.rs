//! Requests about the states of servers.

pub mod analyze_state_change;
pub mod compare_states;
pub mod state_at;
pub mod state_changes;
pub mod state_timeline;
mod supported;
