//! Whether states of a process could be recorded: a release of OTP may show them in no way that is known.

use crate::error::{Error, Result};
use crate::model::row::Row;
use alloc::format;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// # Errors
/// [`Error::NotSupported`] when no state of the process was recorded, and the recorder could not read those of some behaviour.
pub(in crate::requests) fn check(trace: &Trace, process: ProcessKey) -> Result<()> {
    let off = trace.header().release.iter().find_map(|(role, found)| {
        let behaviour = role.strip_suffix(".state")?;
        Some((behaviour, found.strip_prefix("off: ")?))
    });
    let Some((behaviour, why)) = off else { return Ok(()) };
    let (first, last) = (OrderKey::at(0), OrderKey::MAX);
    // A last state is seen where it is, and says nothing of those before.
    let has_rows = trace
        .process_rows(process, &[Class::State], first, last, Direction::Forward)
        .any(|at| Row::read(trace, at).kind() != Kind::Terminate);
    let remembered = trace.baseline().and_then(|baseline| baseline.process(process));
    if has_rows || remembered.is_some_and(|entry| entry.state.is_some()) {
        return Ok(());
    }
    let otp = &trace.header().otp;
    Err(Error::NotSupported(format!(
        "states of a {behaviour} cannot be recorded on OTP {otp}, and none of {process} was: {why}"
    )))
}
