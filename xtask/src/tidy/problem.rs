//! What a rule finds.

/// A place where a rule is broken, and what to do about it.
pub(super) type Problem = String;
