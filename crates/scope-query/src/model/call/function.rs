//! Functions of different chunks compared by name: a chunk's ids mean nothing outside it.

use crate::model::by_chunk::ByChunk;
use crate::model::row::Unread;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::Equivalent;
use hashbrown::HashMap;
use scope_core::MfaId;
use scope_core::chunk::Chunk;

/// A function, numbered for the time of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FunctionId(pub(crate) u32);

impl FunctionId {
    pub(crate) const fn idx(self) -> usize {
        self.0 as usize
    }
}

/// Which functions an answer is about; what is not given may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FunctionFilter {
    /// The module, as an atom's text.
    pub(crate) module: Option<String>,
    pub(crate) function: Option<String>,
    pub(crate) arity: Option<u32>,
}

impl FunctionFilter {
    pub(crate) fn passes(&self, module: &str, function: &str, arity: u32) -> bool {
        self.module.as_deref().is_none_or(|wanted| wanted == module)
            && self.function.as_deref().is_none_or(|wanted| wanted == function)
            && self.arity.is_none_or(|wanted| wanted == arity)
    }
}

/// Numbers the functions of one answer.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    filter: FunctionFilter,
    by_chunk: ByChunk,
    by_name: HashMap<(Box<str>, Box<str>, u32), FunctionId>,
    /// By number.
    known: Vec<Known>,
}

/// A name that is looked up; it has the hash of the owned one.
#[derive(Hash)]
struct Name<'n>(&'n str, &'n str, u32);

impl Equivalent<(Box<str>, Box<str>, u32)> for Name<'_> {
    fn equivalent(&self, (module, function, arity): &(Box<str>, Box<str>, u32)) -> bool {
        self.0 == &**module && self.1 == &**function && self.2 == *arity
    }
}

#[derive(Debug)]
struct Known {
    module: Box<str>,
    function: Box<str>,
    arity: u32,
    wanted: bool,
}

impl Functions {
    /// Functions of which those that pass the filter are wanted.
    pub(crate) fn wanting(filter: FunctionFilter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// Numbers all functions of a chunk, unless one of them was. Near each other, they are looked up faster than one now and one then.
    pub(crate) fn fill(&mut self, chunk: &Chunk, chunk_idx: u32) {
        if !self.by_chunk.has(chunk_idx) {
            (0..=chunk.n_mfas() as u32).for_each(|id| {
                self.look_up(chunk, chunk_idx, id);
            });
        }
    }

    /// The function of a row of class `call`, or `None` when the row names none.
    #[inline]
    pub(crate) fn of(&mut self, row: &Unread<'_>) -> Option<FunctionId> {
        let id = row.chunk.what(row.row);
        self.by_chunk.get(row.chunk_idx, id).map(FunctionId).or_else(|| self.look_up(row.chunk, row.chunk_idx, id))
    }

    fn look_up(&mut self, chunk: &Chunk, chunk_idx: u32, id: u32) -> Option<FunctionId> {
        let mfa = chunk.mfa(MfaId(id))?;
        let (module, function) = (chunk.atom(mfa.module), chunk.atom(mfa.function));
        let name = Name(module, function, mfa.arity);
        let number = match self.by_name.get(&name) {
            Some(number) => *number,
            None => {
                let number = FunctionId(self.known.len() as u32);
                self.by_name.insert((module.into(), function.into(), mfa.arity), number);
                let wanted = self.filter.passes(module, function, mfa.arity);
                self.known.push(Known { module: module.into(), function: function.into(), arity: mfa.arity, wanted });
                number
            }
        };
        self.by_chunk.set(chunk_idx, id, chunk.n_mfas(), number.0);
        Some(number)
    }

    /// Whether the function passes the filter.
    pub(crate) fn wanted(&self, function: FunctionId) -> bool {
        self.known.get(function.idx()).is_some_and(|known| known.wanted)
    }

    /// How many functions have a number.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Module, function and arity, as atoms' text: rows are ordered by them, so that answers do not depend on who was seen first.
    pub(crate) fn name(&self, function: FunctionId) -> (&str, &str, u32) {
        self.known.get(function.idx()).map_or(("", "", 0), |known| (&known.module, &known.function, known.arity))
    }
}
