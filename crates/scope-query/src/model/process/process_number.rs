//! Processes of different chunks, numbered for the time of one answer: a pass keeps what it knows of each in a plain list.

use crate::model::by_chunk::ByChunk;
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::chunk::Chunk;
use scope_core::{Class, Entity, EntityId, ProcessKey};

/// Numbers the processes of one answer.
#[derive(Debug, Default)]
pub(crate) struct ProcessNumbers {
    numbers: HashMap<ProcessKey, u32>,
    /// By number.
    keys: Vec<ProcessKey>,
    /// By class.
    by_chunk: [ByChunk; Class::ALL.len()],
    /// The processes of the last chunk numbered as a whole, ascending.
    last: Vec<(ProcessKey, u32)>,
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

    /// Calls `visit` with every process of a chunk and its number. Chunks near each other have most processes in common, and both lists are
    /// in order, so that few are looked up.
    pub(crate) fn all_of(&mut self, chunk: &Chunk, mut visit: impl FnMut(EntityId, u32)) {
        let before = core::mem::take(&mut self.last);
        let mut known = before.iter().peekable();
        // All entities are read one after the other before they are looked up in order of their processes: so they are in the cache.
        let n_processes = chunk.entities().filter(|(_, entity)| matches!(entity, Entity::Process(_))).count();
        self.last.reserve(n_processes);
        for (process, id) in chunk.process_ids() {
            while known.next_if(|(other, _)| *other < process).is_some() {}
            let number = match known.next_if(|(other, _)| *other == process) {
                Some((_, number)) => *number,
                None => self.number(process) as u32,
            };
            self.last.push((process, number));
            visit(id, number);
        }
    }

    /// Numbers all processes of a chunk that will be asked for, unless that was done.
    pub(crate) fn fill(&mut self, chunk: &Chunk, chunk_idx: u32) {
        let class = chunk.class() as usize;
        if self.by_chunk.get(class).is_some_and(|by_chunk| by_chunk.has(chunk_idx)) {
            return;
        }
        let mut found = Vec::new();
        self.all_of(chunk, |id, number| found.push((id, number)));
        if let Some(by_chunk) = self.by_chunk.get_mut(class) {
            found.iter().for_each(|(id, number)| by_chunk.set(chunk_idx, id.0, chunk.n_entities(), *number));
        }
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

    /// The processes by their numbers.
    pub(crate) fn keys(&self) -> &[ProcessKey] {
        &self.keys
    }

    /// The process with a number.
    pub(crate) fn key(&self, number: usize) -> ProcessKey {
        self.keys.get(number).copied().unwrap_or(ProcessKey::MIN)
    }
}
