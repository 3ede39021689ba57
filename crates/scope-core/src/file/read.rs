//! Reads a file section by section, and reports what each unreadable part held, as far as other parts describe it.
//!
//! A lost chunk is named by its own head if that is intact, else by the copy in the next chunk's head, else by a gap in the
//! sequence numbers; and failing these, by the number of sections in the end section.

use crate::baseline::Baseline;
use crate::chunk::Chunk;
use crate::chunk::block::Budget;
use crate::elixir::Elixir;
use crate::error::Error;
use crate::event::{Class, MAX_TICK, N_CLASSES, OrderKey};
use crate::file::ReadLimits;
use crate::file::end::End;
use crate::file::section::{Body, Brief, Found, Scanner, kind};
use crate::header::Header;
use crate::loss::{Counts, Loss, Losses, Reason};
use crate::trace::chunk_list::ChunkList;
use crate::trace::{Source, Trace};
use crate::wire::Reader;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What a chunk takes in memory besides its contents, and what a byte of a header or an end may become.
const BYTES_PER_CHUNK: u64 = 2048;
const BYTES_PER_BYTE: u64 = 24;

/// What has been read so far.
struct Reading {
    budget: Budget,
    header: Option<Header>,
    baseline: Option<(Baseline, [OrderKey; N_CLASSES])>,
    /// The chunk met last, whether it could be read or not.
    previous: Option<Brief>,
    /// Every chunk that was met or named, and what could be read of them.
    known: BTreeMap<(u8, u32), Known>,
    n_sections: u64,
    end: Option<End>,
    losses: Losses,
}

/// A chunk of the file.
struct Known {
    /// Its summary in the latest head.
    brief: Brief,
    /// It itself, if it could be read.
    chunk: Option<Arc<Chunk>>,
}

pub(super) fn read(sections: &[u8], limits: ReadLimits, preamble_intact: bool) -> (Trace, bool) {
    let mut reading = Reading {
        budget: Budget::new(limits.max_bytes),
        header: None,
        baseline: None,
        previous: None,
        known: BTreeMap::new(),
        n_sections: 0,
        end: None,
        losses: Losses::new(),
    };
    if !preamble_intact {
        reading.lose_something(Reason::Damaged, "the first 16 bytes");
    }
    let mut scanner = Scanner::new(sections);
    while let Some(found) = scanner.next() {
        match found {
            Found::Gap(_) if reading.end.is_some() => reading.lose_something(Reason::Damaged, "bytes after the end"),
            Found::Gap(n) => {
                let reason = if scanner.is_done() { Reason::Truncated } else { Reason::Damaged };
                reading.lose_something(reason, &format!("{n} bytes in no section"));
            }
            Found::Section { kind, head, body } => {
                reading.n_sections += 1;
                reading.section(kind, head, &body);
            }
        }
    }
    let is_within = !reading.budget.is_reached();
    (reading.finish(), is_within)
}

impl Reading {
    fn section(&mut self, kind: u8, head: &[u8], body: &Body<'_>) {
        let read = match (kind, body) {
            (kind::CHUNK, body) => return self.chunk(head, body),
            (_, Body::CutOff) => Err(Reason::Truncated),
            (_, Body::Damaged) => Err(Reason::Damaged),
            (kind::HEADER, Body::Intact(body)) => self.small(body, Header::decode).map(|header| {
                self.header.get_or_insert(header);
            }),
            (kind::BASELINE, Body::Intact(body)) => {
                let baseline = Baseline::decode(body, &mut self.budget).map_err(|error| reason(&error));
                baseline.map(|baseline| {
                    self.baseline.get_or_insert(baseline);
                })
            }
            (kind::END, Body::Intact(body)) => self.small(body, End::decode).map(|end| {
                self.end.get_or_insert(end);
            }),
            _ => Err(Reason::NewerKind),
        };
        if kind == kind::END
            && let Ok(last) = Brief::decode(&mut Reader::new(head, "end"))
        {
            self.expect(last);
        }
        if let Err(reason) = read {
            let name = match kind {
                kind::HEADER => "the header",
                kind::BASELINE => "a baseline",
                kind::END => "the end",
                _ => "a section of an unknown kind",
            };
            self.lose_something(reason, name);
        }
    }

    /// Decodes a section whose size in memory is bounded by its length.
    fn small<T>(&mut self, body: &[u8], decode: fn(&[u8]) -> crate::error::Result<T>) -> Result<T, Reason> {
        let spent = self.budget.spend(BYTES_PER_BYTE * body.len() as u64);
        spent.and_then(|()| decode(body)).map_err(|error| reason(&error))
    }

    fn chunk(&mut self, head: &[u8], body: &Body<'_>) {
        let mut reader = Reader::new(head, "chunk");
        let (Ok(Some(brief)), Ok(before)) = (Brief::decode(&mut reader), Brief::decode(&mut reader)) else {
            self.lose_something(Reason::Damaged, "a chunk whose head makes no sense");
            return;
        };
        self.expect(before);
        self.previous = Some(brief);
        self.know(brief);
        let read = match body {
            Body::Intact(body) => {
                let room = self.budget.spend(BYTES_PER_CHUNK);
                room.and_then(|()| Chunk::decode_within(body, &mut self.budget))
                    .map_err(|error| (reason(&error), format!("{error}")))
            }
            Body::Damaged => Err((Reason::Damaged, "checksum of the body".into())),
            Body::CutOff => Err((Reason::Truncated, "the file ends in it".into())),
        };
        match read {
            Ok(chunk) if Brief::of(&chunk) == brief => {
                if let Some(known) = self.known.get_mut(&(brief.class, brief.seq)) {
                    known.chunk.get_or_insert_with(|| Arc::new(chunk));
                }
            }
            Ok(_) => self.lose(&brief, Reason::Damaged, "its head differs"),
            Err((reason, why)) => self.lose(&brief, reason, &why),
        }
    }

    /// Keeps the summary of a chunk from a head; returns whether the chunk was unknown until then.
    fn know(&mut self, brief: Brief) -> bool {
        let place = (brief.class, brief.seq);
        let is_new = !self.known.contains_key(&place);
        self.known.entry(place).or_insert_with(|| Known { brief, chunk: None }).brief = brief;
        is_new
    }

    /// The chunk that must come before, according to the next head.
    fn expect(&mut self, before: Option<Brief>) {
        if let Some(before) = before.filter(|before| self.previous.as_ref() != Some(before))
            && self.know(before)
        {
            self.lose(&before, Reason::Damaged, "not found where it should be");
        }
    }

    fn lose(&mut self, brief: &Brief, reason: Reason, why: &str) {
        let name = brief.known_class().map_or("unknown", Class::name);
        self.losses.push(Loss {
            class: brief.known_class(),
            n_events: Some(brief.n_rows.into()),
            from_tick: brief.first_tick,
            to_tick: brief.last_tick,
            reason,
            detail: format!("chunk {name}-{}: {why}", brief.seq),
        });
    }

    /// A loss of which only the place in the file is known.
    fn lose_something(&mut self, reason: Reason, what: &str) {
        let from_tick = self.previous.map_or(0, |brief| brief.first_tick);
        let detail = String::from(what);
        self.losses.push(Loss { class: None, n_events: None, from_tick, to_tick: MAX_TICK, reason, detail });
    }

    /// Chunks that no head describes, but that the gaps in the sequence numbers of their class imply.
    fn lose_gaps(&mut self) {
        let briefs: Vec<Brief> = self.known.values().map(|known| known.brief).collect();
        for pair in briefs.windows(2) {
            let [earlier, later] = pair else { continue };
            // A store that evicts keeps no gap between chunks it still holds, but for chunks that were late as a whole.
            if earlier.class == later.class && later.seq - earlier.seq > 1 && !self.losses.is_empty() {
                self.losses.push(Loss {
                    class: earlier.known_class(),
                    n_events: None,
                    from_tick: earlier.first_tick,
                    to_tick: later.last_tick,
                    reason: Reason::Damaged,
                    detail: format!("chunks {} to {}, if they were in the file", earlier.seq + 1, later.seq - 1),
                });
            }
        }
    }

    fn finish(mut self) -> Trace {
        self.lose_gaps();
        match &self.end {
            None => self.lose_something(Reason::Truncated, "the file has no end"),
            Some(end) if end.n_sections != self.n_sections => {
                let what = format!("{} of {} sections found", self.n_sections, end.n_sections);
                self.lose_something(Reason::Damaged, &what);
            }
            Some(_) => {}
        }
        let mut lists: [ChunkList; N_CLASSES] = Default::default();
        let header = self.header.unwrap_or_default();
        let elixir = Elixir::of(&header.elixir);
        for mut chunk in core::mem::take(&mut self.known).into_values().filter_map(|known| known.chunk) {
            // No process else has it yet.
            if let Some(chunk) = Arc::get_mut(&mut chunk) {
                chunk.set_elixir(elixir);
            }
            lists[chunk.class() as usize].push(chunk);
        }
        let last_tick = lists.iter().flat_map(|list| list.chunks()).map(|chunk| chunk.last().tick).max();
        let (mut baseline, low_watermarks) = self.baseline.unzip();
        if let Some(baseline) = &mut baseline {
            baseline.set_elixir(elixir);
        }
        let low_watermarks = self.end.as_ref().map(|end| end.low_watermarks).or(low_watermarks).unwrap_or_default();
        let counts = counts(self.end.as_ref(), &lists, &low_watermarks);
        let mut losses = self.end.as_ref().map(|end| end.losses.clone()).unwrap_or_default();
        losses.append(&mut self.losses);
        losses.sort_by_key(|loss| loss.from_tick);
        Trace {
            allowance: None,
            header: Arc::new(header),
            source: Source::File,
            baseline: baseline.map(Arc::new),
            lists: lists.map(Arc::new),
            low_watermarks,
            counts,
            losses: Arc::new(losses),
            watermark: self.end.as_ref().map(|end| end.watermark).or(last_tick).unwrap_or(0),
        }
    }
}

/// Why a section with a right checksum could not be read.
fn reason(error: &Error) -> Reason {
    match error {
        Error::NewerKind { .. } => Reason::NewerKind,
        // The read limit.
        Error::BadArgument(_) => Reason::Truncated,
        _ => Reason::Damaged,
    }
}

/// The counters of the file, with the rows that could not be read counted as damaged; without an end, those of the rows read.
fn counts(end: Option<&End>, lists: &[ChunkList; N_CLASSES], low_watermarks: &[OrderKey; N_CLASSES]) -> Counts {
    let mut counts = end.map(|end| end.counts).unwrap_or_default();
    for ((counts, list), low_watermark) in counts.iter_mut().zip(lists).zip(low_watermarks) {
        let n_read = list.count(*low_watermark, OrderKey::MAX);
        match end {
            Some(_) => counts.dropped[Reason::Damaged as usize] += counts.stored.saturating_sub(n_read),
            None => counts.emitted = n_read,
        }
        counts.stored = n_read;
    }
    counts
}
