//! Calls as a tree.

use super::event::Function;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// The calls of a function within one chain of callers, as a node of a tree in preorder; siblings come by time, longest first.
///
/// A function that calls itself stays in its node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CallNode {
    /// Its place in the tree, from 0.
    pub index: u64,
    /// The place of the node around it, or `null`.
    pub parent: Option<u64>,
    /// Nodes around it.
    pub depth: u32,
    /// The function.
    pub function: Function,
    /// The functions from the outermost to this one as flame graphs take them: `Shop.order/1;Shop.price/1`. With `own_ns` it is a
    /// line of folded stacks.
    pub stack: String,
    /// Calls that began in the window.
    pub calls: u64,
    /// Of these, calls whose end is not in the trace.
    pub open: u64,
    /// Of these, calls whose returns were not traced.
    pub call_only: u64,
    /// Of these, calls left by an exception.
    pub errors: u64,
    /// Time in the calls that ended; of a function that calls itself, the outermost.
    pub total_ns: u64,
    /// Time in them without the traced calls inside.
    pub own_ns: u64,
    /// Calls below that are nested too deep to have a node.
    pub deeper: u64,
    /// Time in these, the outermost of each nest.
    pub deeper_ns: u64,
}
