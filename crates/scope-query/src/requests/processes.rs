//! Requests about processes and supervisors.

pub(super) mod find_processes;
pub(super) mod process_info;
pub(super) mod process_relationships;
pub(super) mod supervision_tree;
