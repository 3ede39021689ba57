//! Functions of different chunks compared by name: a chunk's ids mean nothing outside it.

use crate::row::Row;
use alloc::boxed::Box;
use hashbrown::HashMap;
use scope_core::MfaId;
use scope_core::ordered::Map;

/// A function, numbered for the time of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FunctionId(pub(crate) u32);

/// Numbers the functions of one answer.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    by_row: HashMap<(u32, MfaId), FunctionId>,
    by_name: Map<(Box<str>, Box<str>, u32), FunctionId>,
}

impl Functions {
    /// The function of a row of class `call`, or `None` when the row names none.
    pub(crate) fn of(&mut self, row: &Row<'_>) -> Option<FunctionId> {
        let id = row.event.mfa()?;
        if let Some(function) = self.by_row.get(&(row.chunk_idx, id)) {
            return Some(*function);
        }
        let mfa = row.chunk.mfa(id)?;
        let name = (row.chunk.atom(mfa.module).into(), row.chunk.atom(mfa.function).into(), mfa.arity);
        let next = FunctionId(self.by_name.len() as u32);
        let function = *self.by_name.entry(name).or_insert(next);
        self.by_row.insert((row.chunk_idx, id), function);
        Some(function)
    }
}
