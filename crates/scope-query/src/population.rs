//! Processes of different chunks, numbered for the time of one answer: a pass keeps what it knows of each in a plain list.

use alloc::vec;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::chunk::Chunk;
use scope_core::{Entity, EntityId, ProcessKey};

/// Numbers the processes of one answer.
#[derive(Debug, Default)]
pub(crate) struct Population {
    numbers: HashMap<ProcessKey, u32>,
    /// By number.
    keys: Vec<ProcessKey>,
    /// Per chunk and its entity id, the number and one more; 0 while it was not looked up.
    by_chunk: Vec<Vec<u32>>,
}

impl Population {
    /// The number of a process.
    pub(crate) fn number(&mut self, process: ProcessKey) -> usize {
        let next = self.keys.len() as u32;
        let number = *self.numbers.entry(process).or_insert(next);
        if number == next {
            self.keys.push(process);
        }
        number as usize
    }

    /// The number of a process of a chunk of the one class the answer walks; `None` when the entity is no process.
    pub(crate) fn of(&mut self, chunk: &Chunk, chunk_idx: u32, id: EntityId) -> Option<usize> {
        let known = self.by_chunk.get(chunk_idx as usize).and_then(|numbers| numbers.get(id.0 as usize)).copied();
        if let Some(number @ 1..) = known {
            return Some(number as usize - 1);
        }
        let Some(Entity::Process(process)) = chunk.entity(id) else { return None };
        let number = self.number(*process);
        if self.by_chunk.len() <= chunk_idx as usize {
            self.by_chunk.resize_with(chunk_idx as usize + 1, Vec::new);
        }
        if let Some(numbers) = self.by_chunk.get_mut(chunk_idx as usize) {
            if numbers.is_empty() {
                *numbers = vec![0; chunk.n_entities() + 1];
            }
            if let Some(slot) = numbers.get_mut(id.0 as usize) {
                *slot = number as u32 + 1;
            }
        }
        Some(number)
    }

    /// The process with a number.
    pub(crate) fn key(&self, number: usize) -> ProcessKey {
        self.keys.get(number).copied().unwrap_or(ProcessKey::MIN)
    }
}
