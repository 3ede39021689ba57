//! Processes of different chunks, numbered for the time of one answer: a pass keeps what it knows of each in a plain list.

use crate::by_chunk::ByChunk;
use alloc::vec::Vec;
use scope_core::chunk::Chunk;
use scope_core::hashed::HashMap;
use scope_core::{Class, Entity, EntityId, ProcessKey};

/// Numbers the processes of one answer.
#[derive(Debug, Default)]
pub(crate) struct ProcessNumbers {
    numbers: HashMap<ProcessKey, u32>,
    /// By number.
    keys: Vec<ProcessKey>,
    /// By class.
    by_chunk: [ByChunk; Class::ALL.len()],
}

impl ProcessNumbers {
    /// The number of a process.
    pub(crate) fn number(&mut self, process: ProcessKey) -> usize {
        let next = self.keys.len() as u32;
        let number = *self.numbers.entry(process).or_insert(next);
        if number == next {
            self.keys.push(process);
        }
        number as usize
    }

    /// The number of a process of a chunk; `None` when the entity is no process.
    pub(crate) fn of(&mut self, chunk: &Chunk, chunk_idx: u32, id: EntityId) -> Option<usize> {
        let class = chunk.class() as usize;
        if let Some(number) = self.by_chunk.get(class).and_then(|by_chunk| by_chunk.get(chunk_idx, id.0)) {
            return Some(number as usize);
        }
        let Some(Entity::Process(process)) = chunk.entity(id) else { return None };
        let number = self.number(*process);
        if let Some(by_chunk) = self.by_chunk.get_mut(class) {
            by_chunk.set(chunk_idx, id.0, chunk.n_entities(), number as u32);
        }
        Some(number)
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.keys.len()
    }

    /// The process with a number.
    pub(crate) fn key(&self, number: usize) -> ProcessKey {
        self.keys.get(number).copied().unwrap_or(ProcessKey::MIN)
    }
}
