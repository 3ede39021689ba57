//! From events to sealed chunks: one open chunk per class, sealed by size, handed to the store.

use crate::event::{Class, Event, EventId};
use crate::header::Header;
use crate::store::{Limits, Store};
use crate::trace::Trace;
use crate::{Symbols, error::Result};

/// The write side of a recording: dictionary, open chunks and store.
#[derive(Debug)]
pub struct Intake {}

#[allow(clippy::unimplemented, clippy::missing_errors_doc, missing_docs, clippy::unused_self, unused_variables)]
impl Intake {
    /// `seed` is for the match keys.
    pub fn new(header: Header, limits: Limits, seed: u64) -> Self { unimplemented!() }
    pub fn symbols(&mut self) -> &mut Symbols { unimplemented!() }
    pub fn seed(&self) -> u64 { unimplemented!() }
    /// Takes one event in; `term` is a resolved in-flight term with its key and completeness. The returned id is final.
    pub fn push(&mut self, event: &Event, term: Option<(&[u8], crate::term::resolve::Resolved)>) -> Result<EventId> { unimplemented!() }
    /// Seals every open chunk older than `older_than_tick` (by its first row), or all with `u64::MAX`.
    pub fn seal(&mut self, older_than_tick: u64) { unimplemented!() }
    pub fn store(&self) -> &Store { unimplemented!() }
    pub fn store_mut(&mut self) -> &mut Store { unimplemented!() }
    /// What can be asked now, complete up to `watermark`.
    pub fn snapshot(&self, watermark: u64) -> Trace { unimplemented!() }
    /// Writes everything held as a dump.
    pub fn dump(&self, watermark: u64) -> alloc::vec::Vec<u8> { unimplemented!() }
    /// Number of open events of a class.
    pub fn n_open(&self, class: Class) -> usize { unimplemented!() }
}
