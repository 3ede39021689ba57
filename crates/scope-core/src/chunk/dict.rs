//! The names a chunk's own rows and terms use, so that a chunk can be read without any other.
//!
//! | part in a file | bytes |
//! |---|---|
//! | atoms: count, then each length | LEB128 |
//! | the atoms' text, one after the other | UTF-8 |
//! | functions: count, then module, function, arity | LEB128 |
//! | entities: count, then each kind (table in `entity_kind`) and its numbers | 1, LEB128 |
//!
//! Invariant: ids are dense from 1; every atom id inside an entity or function is one of this dictionary or none.

mod build;

pub(crate) use build::DictBuilder;

use crate::chunk::column::Column;
use crate::chunk::radix;
use crate::error::{Error, Result};
use crate::symbols::ReferenceWords;
use crate::wire::{Reader, put_leb};
use crate::{AtomId, Entity, EntityId, Mfa, MfaId, ProcessKey, Symbols};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::Range;

mod entity_kind {
    pub(super) const PROCESS: u8 = 1;
    pub(super) const REMOTE_PROCESS: u8 = 2;
    pub(super) const PORT: u8 = 3;
    pub(super) const REFERENCE: u8 = 4;
    pub(super) const NAME: u8 = 5;
    pub(super) const REMOTE_NAME: u8 = 6;
    pub(super) const OPAQUE: u8 = 7;
}

/// Bytes of an [`Entity`] where addresses have 64 bits; counted everywhere, so that a trace is equally large on every machine.
const ENTITY_BYTES: usize = 40;
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Entity>() == ENTITY_BYTES);

/// A frozen dictionary with its search orders.
#[derive(Debug)]
pub(crate) struct Dict {
    text: Box<str>,
    /// Where each atom begins in `text`, and the end of the last.
    starts: Box<[u32]>,
    mfas: Box<[Mfa]>,
    entities: Box<[Entity]>,
    /// Atom ids by text.
    by_text: Box<[AtomId]>,
    /// The ids of the entities that are processes, by their keys.
    by_process: Column,
    n_processes: usize,
}

impl Dict {
    /// `starts` has one more element than there are atoms and lies within `text` on character borders.
    pub(crate) fn new(text: &str, starts: &[u32], mfas: &[Mfa], entities: Box<[Entity]>) -> Self {
        let by_process = processes(&entities);
        let mut dict = Self {
            text: text.into(),
            starts: starts.into(),
            mfas: mfas.into(),
            by_text: Box::default(),
            by_process: Column::pack(by_process.iter().map(|id| u64::from(*id))),
            n_processes: by_process.len(),
            entities,
        };
        let mut by_text: Box<[AtomId]> = (1..=dict.n_atoms() as u32).map(AtomId).collect();
        by_text.sort_by(|a, b| order(dict.atom_bytes(*a), dict.atom_bytes(*b)));
        dict.by_text = by_text;
        dict
    }

    /// The atoms and entities of a recorder's dictionary, with the same ids.
    pub(crate) fn of_symbols(symbols: &Symbols) -> Self {
        let (n_atoms, n_entities, _) = symbols.counts();
        let mut text = String::new();
        let mut starts = alloc::vec![0];
        for id in 1..=n_atoms as u32 {
            text.push_str(symbols.atom(AtomId(id)));
            starts.push(text.len() as u32);
        }
        let entities = (1..=n_entities as u32).filter_map(|id| symbols.entity(EntityId(id)).cloned()).collect();
        Self::new(&text, &starts, &[], entities)
    }

    /// The opposite of [`Dict::of_symbols`]; refused when an atom or entity is there twice.
    pub(crate) fn to_symbols(&self) -> Result<Symbols> {
        let mut symbols = Symbols::new();
        for id in (1..=self.n_atoms() as u32).map(AtomId) {
            symbols.intern_atom(self.atom(id));
        }
        for entity in &self.entities {
            symbols.intern_entity(entity);
        }
        if symbols.counts() != (self.n_atoms(), self.n_entities(), 0) {
            return Err(Error::Corrupt { what: "dictionary", why: "it has something twice" });
        }
        Ok(symbols)
    }

    pub(crate) fn n_atoms(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(crate) fn n_mfas(&self) -> usize {
        self.mfas.len()
    }

    pub(crate) fn n_entities(&self) -> usize {
        self.entities.len()
    }

    pub(crate) fn atom(&self, id: AtomId) -> &str {
        self.text.get(self.atom_range(id)).unwrap_or_default()
    }

    /// The same, without looking for borders of characters.
    fn atom_bytes(&self, id: AtomId) -> &[u8] {
        self.text.as_bytes().get(self.atom_range(id)).unwrap_or_default()
    }

    fn atom_range(&self, id: AtomId) -> Range<usize> {
        let idx = id.0 as usize;
        match (self.starts.get(idx.wrapping_sub(1)), self.starts.get(idx)) {
            (Some(start), Some(end)) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }

    pub(crate) fn mfa(&self, id: MfaId) -> Option<Mfa> {
        self.mfas.get((id.0 as usize).wrapping_sub(1)).copied()
    }

    pub(crate) fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.get((id.0 as usize).wrapping_sub(1))
    }

    pub(crate) fn entities(&self) -> impl Iterator<Item = (EntityId, &Entity)> {
        self.entities.iter().enumerate().map(|(idx, entity)| (EntityId(idx as u32 + 1), entity))
    }

    pub(crate) fn find_atom(&self, text: &str) -> Option<AtomId> {
        self.by_text.binary_search_by(|id| self.atom(*id).cmp(text)).ok().and_then(|at| self.by_text.get(at)).copied()
    }

    pub(crate) fn find_process(&self, process: ProcessKey) -> Option<EntityId> {
        let (mut low, mut high) = (0, self.n_processes);
        while low < high {
            let middle = low.midpoint(high);
            let id = self.process_at(middle);
            match self.process(id).cmp(&process) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(id),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn process_at(&self, place: usize) -> EntityId {
        EntityId(self.by_process.get(place) as u32)
    }

    /// The key of a process of `by_process`.
    fn process(&self, id: EntityId) -> ProcessKey {
        match self.entity(id) {
            Some(Entity::Process(process)) => *process,
            _ => ProcessKey::MIN,
        }
    }

    /// Every process named, ascending.
    pub(crate) fn processes(&self) -> impl Iterator<Item = (ProcessKey, EntityId)> {
        (0..self.n_processes).map(|place| self.process_at(place)).map(|id| (self.process(id), id))
    }

    pub(crate) fn data_bytes(&self) -> usize {
        self.text.len() + size_of_val(&*self.starts) + size_of_val(&*self.mfas) + ENTITY_BYTES * self.entities.len()
    }

    pub(crate) fn index_bytes(&self) -> usize {
        size_of_val(&*self.by_text) + self.by_process.n_bytes(self.n_processes)
    }

    /// Appends the parts of the table above.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_leb(out, self.n_atoms() as u64);
        for pair in self.starts.windows(2) {
            if let [start, end] = pair {
                put_leb(out, u64::from(end - start));
            }
        }
        out.extend_from_slice(self.text.as_bytes());
        put_leb(out, self.mfas.len() as u64);
        for mfa in &self.mfas {
            [mfa.module.0, mfa.function.0, mfa.arity].iter().for_each(|n| put_leb(out, u64::from(*n)));
        }
        put_leb(out, self.entities.len() as u64);
        self.entities.iter().for_each(|entity| encode_entity(entity, out));
    }

    /// Reads what [`Dict::encode`] wrote.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, "dictionary");
        let n_atoms = reader.count(1)?;
        let mut starts = Vec::with_capacity(n_atoms + 1);
        let mut end = 0u32;
        starts.push(end);
        for _ in 0..n_atoms {
            end = end.checked_add(reader.leb32()?).ok_or_else(|| reader.corrupt("its text is too long"))?;
            starts.push(end);
        }
        let text =
            core::str::from_utf8(reader.bytes(end as usize)?).map_err(|_| reader.corrupt("an atom is not UTF-8"))?;
        if !starts.iter().all(|start| text.is_char_boundary(*start as usize)) {
            return Err(reader.corrupt("an atom is not UTF-8"));
        }
        let atom = |reader: &mut Reader<'_>| match reader.leb32()? {
            id if id as usize <= n_atoms => Ok(AtomId(id)),
            _ => Err(reader.corrupt("it uses an atom it does not have")),
        };
        let n_mfas = reader.count(3)?;
        let mut mfas = Vec::with_capacity(n_mfas);
        for _ in 0..n_mfas {
            mfas.push(Mfa { module: atom(&mut reader)?, function: atom(&mut reader)?, arity: reader.leb32()? });
        }
        let n_entities = reader.count(2)?;
        let mut entities = Vec::with_capacity(n_entities);
        for _ in 0..n_entities {
            entities.push(decode_entity(&mut reader, &atom)?);
        }
        reader.finish()?;
        Ok(Self::new(text, &starts, &mfas, entities.into()))
    }
}

/// The ids of the entities that are processes, by their keys; of equal ones the first comes first.
fn processes(entities: &[Entity]) -> Vec<u32> {
    let mut found = Vec::with_capacity(entities.len());
    let mut all = [0; 4];
    for (id, entity) in (1u32..).zip(entities) {
        if let Entity::Process(key) = *entity {
            all = [all[0] | key.number, all[1] | key.serial, all[2] | key.incarnation, all[3] | id];
            found.push((key, id));
        }
    }
    let [number, serial, incarnation, id] = all.map(|all| u32::BITS - all.leading_zeros());
    if number + serial + incarnation + id > u64::BITS {
        found.sort();
        return found.into_iter().map(|(_, id)| id).collect();
    }
    // All four in one number, as is usual: their ids are in order already.
    let pack = |(key, own_id): &(ProcessKey, u32)| {
        let parts = [(key.number, 0), (key.serial, serial), (key.incarnation, incarnation), (*own_id, id)];
        parts.iter().fold(0, |packed, (part, width)| packed << width | u64::from(*part))
    };
    let mut packed: Vec<u64> = found.iter().map(pack).collect();
    radix::sort_from_bit(&mut packed, id);
    packed.into_iter().map(|packed| (packed & ((1 << id) - 1)) as u32).collect()
}

/// The order of texts, by words at first: names of modules begin alike, and WebAssembly has nothing that compares many bytes at once.
fn order(a: &[u8], b: &[u8]) -> Ordering {
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    let n_equal = words.take_while(|(a, b)| a == b).count() * 8;
    a.get(n_equal..).cmp(&b.get(n_equal..))
}

fn encode_entity(entity: &Entity, out: &mut Vec<u8>) {
    let mut put = |kind: u8, numbers: &[u64]| {
        out.push(kind);
        numbers.iter().for_each(|n| put_leb(out, *n));
    };
    match entity {
        Entity::Process(p) => {
            put(entity_kind::PROCESS, &[p.number.into(), p.serial.into(), p.incarnation.into()]);
        }
        Entity::RemoteProcess { node, number, serial } => {
            put(entity_kind::REMOTE_PROCESS, &[node.0.into(), (*number).into(), (*serial).into()]);
        }
        Entity::Port(number) => put(entity_kind::PORT, &[*number]),
        Entity::Reference(words) => {
            put(entity_kind::REFERENCE, &[words.len() as u64]);
            words.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
        }
        Entity::Name(name) => put(entity_kind::NAME, &[name.0.into()]),
        Entity::RemoteName { name, node } => put(entity_kind::REMOTE_NAME, &[name.0.into(), node.0.into()]),
        Entity::Opaque(number) => put(entity_kind::OPAQUE, &[*number]),
    }
}

fn decode_entity<'a>(reader: &mut Reader<'a>, atom: &impl Fn(&mut Reader<'a>) -> Result<AtomId>) -> Result<Entity> {
    Ok(match reader.u8()? {
        entity_kind::PROCESS => Entity::Process(ProcessKey {
            number: reader.leb32()?,
            serial: reader.leb32()?,
            incarnation: reader.leb32()?,
        }),
        entity_kind::REMOTE_PROCESS => {
            Entity::RemoteProcess { node: atom(reader)?, number: reader.leb32()?, serial: reader.leb32()? }
        }
        entity_kind::PORT => Entity::Port(reader.leb()?),
        entity_kind::REFERENCE => {
            let n_words = reader.count(4)?;
            let mut words = ReferenceWords::new();
            for _ in 0..n_words {
                words.push(reader.u32()?);
            }
            Entity::Reference(words)
        }
        entity_kind::NAME => Entity::Name(atom(reader)?),
        entity_kind::REMOTE_NAME => Entity::RemoteName { name: atom(reader)?, node: atom(reader)? },
        entity_kind::OPAQUE => Entity::Opaque(reader.leb()?),
        _ => return Err(Error::NewerKind { what: "entity" }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    quickcheck::quickcheck! {
        fn processes_are_ordered_by_their_keys(keys: Vec<(u32, u32, u32)>, shift: u32) -> bool {
            // Narrow ones are sorted as one number; wide ones do not fit into one.
            let narrow = |part: u32| part >> (shift % u32::BITS);
            let process = |(number, serial, incarnation): (u32, u32, u32)| {
                let key = ProcessKey { number: narrow(number), serial: narrow(serial), incarnation: narrow(incarnation) };
                if key.number % 5 == 4 { Entity::Port(1) } else { Entity::Process(key) }
            };
            let entities: Vec<Entity> = keys.into_iter().map(process).collect();
            let mut expected: Vec<(ProcessKey, u32)> = Vec::new();
            for (id, entity) in (1..).zip(&entities) {
                if let Entity::Process(key) = entity {
                    expected.push((*key, id));
                }
            }
            expected.sort();
            processes(&entities).into_iter().eq(expected.into_iter().map(|(_, id)| id))
        }

        fn texts_are_ordered_by_their_bytes(start: Vec<u8>, a: Vec<u8>, b: Vec<u8>) -> bool {
            let whole = |end: &[u8]| [&start, end].concat();
            order(&a, &b) == a.cmp(&b) && order(&whole(&a), &whole(&b)) == a.cmp(&b) && order(&start, &whole(&a)) == 0.cmp(&a.len())
        }
    }
}
