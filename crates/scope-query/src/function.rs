//! Functions of different chunks compared by name: a chunk's ids mean nothing outside it.

use crate::api::answer::Function;
use crate::error::{Error, Result};
use crate::row::Row;
use crate::spelling;
use crate::view;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
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
    /// The filter of a request's fields.
    pub(crate) fn new(module: Option<&str>, function: Option<&str>, arity: Option<u32>) -> Result<Self> {
        let read = |text| {
            spelling::atom(text)
                .ok_or_else(|| Error::BadArgument(format!("module: {text:?} is not the name of a module")))
        };
        Ok(Self { module: module.map(read).transpose()?, function: function.map(String::from), arity })
    }

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
    /// Per chunk and its function id, the number and one more; 0 while it was not looked up.
    by_chunk: Vec<Vec<u32>>,
    by_name: BTreeMap<(Box<str>, Box<str>, u32), FunctionId>,
    /// By number.
    known: Vec<Known>,
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

    /// The function of a row of class `call`, or `None` when the row names none.
    pub(crate) fn of(&mut self, row: &Row<'_>) -> Option<FunctionId> {
        let (chunk, mfa) = (row.chunk_idx as usize, row.event.mfa()?);
        let number = self.by_chunk.get(chunk).and_then(|numbers| numbers.get(mfa.0 as usize)).copied();
        match number {
            Some(number @ 1..) => Some(FunctionId(number - 1)),
            _ => self.look_up(row.chunk, chunk, mfa.0),
        }
    }

    fn look_up(&mut self, chunk: &Chunk, chunk_idx: usize, id: u32) -> Option<FunctionId> {
        let mfa = chunk.mfa(scope_core::MfaId(id))?;
        let (module, function): (Box<str>, Box<str>) = (chunk.atom(mfa.module).into(), chunk.atom(mfa.function).into());
        let next = FunctionId(self.known.len() as u32);
        let number = *self.by_name.entry((module.clone(), function.clone(), mfa.arity)).or_insert(next);
        if number == next {
            let wanted = self.filter.passes(&module, &function, mfa.arity);
            self.known.push(Known { module, function, arity: mfa.arity, wanted });
        }
        if self.by_chunk.len() <= chunk_idx {
            self.by_chunk.resize_with(chunk_idx + 1, Vec::new);
        }
        if let Some(numbers) = self.by_chunk.get_mut(chunk_idx) {
            if numbers.is_empty() {
                *numbers = vec![0; chunk.n_mfas() + 1];
            }
            if let Some(slot) = numbers.get_mut(id as usize) {
                *slot = number.0 + 1;
            }
        }
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

    /// A function as the door shows it.
    pub(crate) fn shown(&self, function: FunctionId) -> Function {
        self.known.get(function.idx()).map_or_else(
            || view::function_named("", "", 0),
            |known| view::function_named(&known.module, &known.function, known.arity),
        )
    }

    /// The place of a function among all by name, so that answers do not depend on who was seen first.
    pub(crate) fn name(&self, function: FunctionId) -> (&str, &str, u32) {
        self.known.get(function.idx()).map_or(("", "", 0), |known| (&known.module, &known.function, known.arity))
    }
}
