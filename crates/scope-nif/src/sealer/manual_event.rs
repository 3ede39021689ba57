//! An event that the application reports itself, as raw terms.

use scope_core::event::Kind;

/// An event the application reports; its terms are raw and live as long as the call that brought them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ManualEvent {
    pub(crate) kind: Kind,
    pub(crate) process: u64,
    pub(crate) peer: u64,
    /// Module, function, arity; or an atom, with 0 for the function.
    pub(crate) what: Option<(u64, u64, u64)>,
    pub(crate) term: Option<u64>,
}
