//! A baseline in a file.
//!
//! | block | contents |
//! |---|---|
//! | 1 | low watermarks of all classes, see [`put_keys`]; key of [`Baseline::at`]; processes dropped; count and entries |
//! | 2 | atoms and entities of the terms, as in a chunk |
//! | 3 | count; for each process whose beginning is remembered: process, the event's id and key, its term or a zero byte |
//!
//! An entry is its process, a byte of flags, and then what the flags announce, in the order of their bits.
//!
//! Invariant: what only matters to further folding is not written: a baseline in a file is final.

use super::{Baseline, KeptTerm, LastState, Origin, ProcessEntry};
use crate::ProcessKey;
use crate::chunk::block::{Block, Budget, put_block};
use crate::chunk::dict::Dict;
use crate::error::Result;
use crate::event::{Class, EventId, N_CLASSES, OrderKey};
use crate::wire::{Reader, put_blob, put_key, put_keys, put_leb};
use alloc::string::String;
use alloc::vec::Vec;

const ENTRIES: u8 = 1;
const DICTIONARY: u8 = 2;
const ORIGINS: u8 = 3;

mod flag {
    pub(super) const PARENT: u8 = 1;
    pub(super) const INITIAL_CALL: u8 = 2;
    pub(super) const SEEN_BY_SWEEP: u8 = 4;
    pub(super) const IDENTITY_KNOWN: u8 = 8;
    pub(super) const STATE: u8 = 16;
    pub(super) const STATE_MODULE: u8 = 32;
    pub(super) const STATE_TERM: u8 = 64;
    pub(super) const STATE_DROPPED: u8 = 128;
}

/// What an entry may take in memory at least, and what a byte of it may become.
const BYTES_PER_ENTRY: u64 = 320;
const BYTES_PER_BYTE: u64 = 16;

impl Baseline {
    pub(crate) fn encode(&self, low_watermarks: &[OrderKey; N_CLASSES], out: &mut Vec<u8>) {
        let mut contents = Vec::new();
        put_keys(&mut contents, low_watermarks);
        put_key(&mut contents, self.at);
        put_leb(&mut contents, self.n_dropped);
        put_leb(&mut contents, self.entries.len() as u64);
        for entry in &self.entries {
            encode_entry(entry, self.states.get(&entry.process), &mut contents);
        }
        put_block(out, ENTRIES, &contents);
        contents.clear();
        Dict::of_symbols(&self.symbols).encode(&mut contents);
        put_block(out, DICTIONARY, &contents);
        contents.clear();
        self.encode_origins(&mut contents);
        put_block(out, ORIGINS, &contents);
    }

    fn encode_origins(&self, out: &mut Vec<u8>) {
        let begun = || self.entries.iter().filter_map(|entry| Some((entry.process, entry.origin?)));
        put_leb(out, begun().count() as u64);
        for (process, origin) in begun() {
            put_process(out, process);
            put_event(out, origin.id, origin.key);
            let term = self.origins.get(&process);
            out.push(u8::from(term.is_some()));
            term.into_iter().for_each(|term| put_term(out, term));
        }
    }

    fn decode_origins(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        for _ in 0..reader.count(7)? {
            let process = process(reader)?;
            let (id, key) = event(reader)?;
            let term = (reader.u8()? != 0).then(|| term(reader)).transpose()?;
            let Some(entry) = self.position(process).ok().and_then(|at| self.entries.get_mut(at)) else {
                return Err(reader.corrupt("an origin is of no process"));
            };
            entry.origin = Some(Origin { id, key });
            self.origins.extend(term.map(|term| (process, term)));
        }
        Ok(())
    }

    /// Reads what [`Baseline::encode`] wrote.
    pub(crate) fn decode(bytes: &[u8], budget: &mut Budget) -> Result<(Self, [OrderKey; N_CLASSES])> {
        let mut reader = Reader::new(bytes, "baseline");
        let mut found: [Option<Block<'_>>; 3] = [None; 3];
        while !reader.is_empty() {
            let block = Block::read(&mut reader)?;
            if let Some(slot) = usize::from(block.id).checked_sub(1).and_then(|idx| found.get_mut(idx)) {
                *slot = Some(block);
            }
        }
        let [Some(entries), Some(dictionary), origins] = found else {
            return Err(reader.corrupt("a block is missing"));
        };
        let (entries, dictionary) = (entries.open(budget)?, dictionary.open(budget)?);
        // Files of the first minor version have none.
        let origins = origins.map(|block| block.open(budget)).transpose()?.unwrap_or_default();
        budget.spend(BYTES_PER_BYTE * (entries.len() + dictionary.len() + origins.len()) as u64)?;
        let mut reader = Reader::new(&entries, "baseline");
        let low_watermarks = reader.keys()?;
        let (at, n_dropped, n_entries) = (reader.key()?, reader.leb()?, reader.count(7)?);
        budget.spend(BYTES_PER_ENTRY * n_entries as u64)?;
        let symbols = Dict::decode(&dictionary)?.to_symbols()?;
        let mut baseline = Self { symbols, at, n_dropped, ..Self::default() };
        for _ in 0..n_entries {
            let (entry, term) = decode_entry(&mut reader)?;
            if baseline.entries.last().is_some_and(|last| last.process >= entry.process) {
                return Err(reader.corrupt("its processes are not in order"));
            }
            baseline.states.extend(term.map(|term| (entry.process, term)));
            baseline.entries.push(entry);
        }
        reader.finish()?;
        if !origins.is_empty() {
            let mut reader = Reader::new(&origins, "baseline");
            baseline.decode_origins(&mut reader)?;
            reader.finish()?;
        }
        Ok((baseline, low_watermarks))
    }
}

fn put_process(out: &mut Vec<u8>, process: ProcessKey) {
    [process.number, process.serial, process.incarnation].iter().for_each(|n| put_leb(out, u64::from(*n)));
}

fn process(reader: &mut Reader<'_>) -> Result<ProcessKey> {
    Ok(ProcessKey { number: reader.leb32()?, serial: reader.leb32()?, incarnation: reader.leb32()? })
}

fn encode_entry(entry: &ProcessEntry, term: Option<&KeptTerm>, out: &mut Vec<u8>) {
    let module = entry.state.as_ref().and_then(|state| state.module.as_ref());
    let flags = [
        (flag::PARENT, entry.parent.is_some()),
        (flag::INITIAL_CALL, entry.initial_call.is_some()),
        (flag::SEEN_BY_SWEEP, entry.seen_by_sweep),
        (flag::IDENTITY_KNOWN, entry.identity_known),
        (flag::STATE, entry.state.is_some()),
        (flag::STATE_MODULE, module.is_some()),
        (flag::STATE_TERM, term.is_some()),
        (flag::STATE_DROPPED, entry.state_dropped),
    ];
    put_process(out, entry.process);
    out.push(flags.iter().filter(|(_, set)| *set).map(|(bit, _)| bit).sum());
    put_key(out, entry.since);
    put_leb(out, entry.names.len() as u64);
    for (name, since) in &entry.names {
        put_blob(out, name.as_bytes());
        put_key(out, *since);
    }
    put_leb(out, entry.links.len() as u64);
    entry.links.iter().for_each(|link| put_process(out, *link));
    if let Some(parent) = entry.parent {
        put_process(out, parent);
    }
    if let Some((module, function, arity)) = &entry.initial_call {
        put_blob(out, module.as_bytes());
        put_blob(out, function.as_bytes());
        put_leb(out, u64::from(*arity));
    }
    if let Some(LastState { id, key, .. }) = &entry.state {
        put_event(out, *id, *key);
    }
    if let Some(module) = module {
        put_blob(out, module.as_bytes());
    }
    term.into_iter().for_each(|term| put_term(out, term));
}

fn put_event(out: &mut Vec<u8>, id: EventId, key: OrderKey) {
    out.push(id.class as u8);
    put_leb(out, id.chunk.into());
    put_leb(out, id.row.into());
    put_key(out, key);
}

fn event(reader: &mut Reader<'_>) -> Result<(EventId, OrderKey)> {
    let class = Class::from_number(reader.u8()?).ok_or_else(|| reader.corrupt("an event is of an unknown class"))?;
    Ok((EventId { class, chunk: reader.leb32()?, row: reader.leb32()? }, reader.key()?))
}

fn put_term(out: &mut Vec<u8>, KeptTerm { bytes, key, complete }: &KeptTerm) {
    out.extend_from_slice(&key.to_le_bytes());
    out.push(u8::from(*complete));
    put_blob(out, bytes);
}

fn term(reader: &mut Reader<'_>) -> Result<KeptTerm> {
    let (key, complete) = (reader.u64()?, reader.u8()? != 0);
    Ok(KeptTerm { bytes: reader.blob()?.into(), key, complete })
}

fn decode_entry(reader: &mut Reader<'_>) -> Result<(ProcessEntry, Option<KeptTerm>)> {
    let process_key = process(reader)?;
    let flags = reader.u8()?;
    let has = |bit: u8| flags & bit != 0;
    let since = reader.key()?;
    let mut names = Vec::new();
    for _ in 0..reader.count(4)? {
        names.push((String::from(reader.text()?), reader.key()?));
    }
    let mut links = Vec::new();
    for _ in 0..reader.count(3)? {
        links.push(process(reader)?);
    }
    let mut entry = ProcessEntry {
        process: process_key,
        parent: has(flag::PARENT).then(|| process(reader)).transpose()?,
        initial_call: None,
        since,
        seen_by_sweep: has(flag::SEEN_BY_SWEEP),
        identity_known: has(flag::IDENTITY_KNOWN),
        names,
        links,
        origin: None,
        state: None,
        state_dropped: has(flag::STATE_DROPPED),
    };
    if has(flag::INITIAL_CALL) {
        entry.initial_call = Some((reader.text()?.into(), reader.text()?.into(), reader.leb32()?));
    }
    if has(flag::STATE) {
        let (id, key) = event(reader)?;
        let module = has(flag::STATE_MODULE).then(|| reader.text().map(String::from)).transpose()?;
        entry.state = Some(LastState { id, key, module });
    }
    let term = has(flag::STATE_TERM).then(|| term(reader)).transpose()?;
    Ok((entry, term))
}
