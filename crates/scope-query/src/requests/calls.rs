//! Requests about function calls and their cost.

pub(super) mod call_tree;
pub(super) mod execution_path;
pub(super) mod performance_analysis;
pub(super) mod slowest_function_calls;
