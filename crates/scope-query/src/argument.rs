//! What people write in a request, read: a process, a function, a state, a place in a term, a page.
//!
//! Invariant: a value that cannot be read is refused with `bad_argument`, naming the value and what is allowed.

pub(crate) mod cursor;
pub(crate) mod function_filter;
pub(crate) mod function_window;
pub(crate) mod moment;
pub(crate) mod name_syntax;
pub(crate) mod null;
pub(crate) mod process_ref;
pub(crate) mod process_window;
pub(crate) mod state_ref;
pub(crate) mod term_path;
pub(crate) mod term_pattern;
pub(crate) mod viewpoint;
