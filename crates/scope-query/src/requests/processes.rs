//! Requests about processes and supervisors.

pub mod find_processes;
pub mod process_info;
pub mod process_relationships;
pub mod supervision_tree;
