//! The flags of an event and their names.

use scope_core::Flags;

/// The flags by their names.
pub(super) const FLAGS: [(&str, Flags); 3] =
    [("to_dead", Flags::TO_DEAD), ("no_return", Flags::NO_RETURN), ("arity_only", Flags::ARITY_ONLY)];

/// The name of a flag, as an answer shows it.
pub(super) fn name(flag: Flags) -> &'static str {
    FLAGS.iter().find(|(_, known)| *known == flag).map_or("", |(name, _)| name)
}
