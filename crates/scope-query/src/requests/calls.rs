//! Requests about function calls and their cost.

pub mod call_tree;
pub mod execution_path;
pub mod function_calls;
pub mod performance_analysis;
pub mod slowest_function_calls;
