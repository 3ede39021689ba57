//! A section: how it is framed, found and checked.
//!
//! | section | bytes |
//! |---|---|
//! | magic: E5 53 45 43 | 4 |
//! | kind: 1 header, 2 baseline, 3 chunk, 4 end | 1 |
//! | 0 | 1 |
//! | length of the head | 2 |
//! | length of the body | 8 |
//! | CRC-32 of the body | 4 |
//! | CRC-32 of all bytes above and of the head | 4 |
//! | head: for a chunk its [`Brief`] and that of the chunk before it, for an end that of the last chunk, else nothing | |
//! | body | |
//!
//! Invariant: a head is short, so the search for one costs a bounded amount per byte.

use crate::chunk::Chunk;
use crate::error::Result;
use crate::event::Class;
use crate::file::checksum;
use crate::wire::Reader;
use alloc::vec::Vec;

const MAGIC: [u8; 4] = [0xe5, b'S', b'E', b'C'];
const FRAME_BYTES: usize = 24;
const MAX_HEAD_BYTES: usize = 256;

pub(crate) mod kind {
    pub(crate) const HEADER: u8 = 1;
    pub(crate) const BASELINE: u8 = 2;
    pub(crate) const CHUNK: u8 = 3;
    pub(crate) const END: u8 = 4;
}

/// The summary of a chunk in its section's head, readable without opening the chunk.
///
/// | brief | bytes |
/// |---|---|
/// | class, FF for no chunk | 1 |
/// | sequence number | 4 |
/// | rows | 4 |
/// | first tick | 8 |
/// | last tick | 8 |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Brief {
    pub(crate) class: u8,
    pub(crate) seq: u32,
    pub(crate) n_rows: u32,
    pub(crate) first_tick: u64,
    pub(crate) last_tick: u64,
}

const NO_CHUNK: u8 = 0xff;

impl Brief {
    pub(crate) fn of(chunk: &Chunk) -> Self {
        Self {
            class: chunk.class() as u8,
            seq: chunk.seq(),
            n_rows: chunk.len() as u32,
            first_tick: chunk.first().tick,
            last_tick: chunk.last().tick,
        }
    }

    pub(crate) fn known_class(&self) -> Option<Class> {
        Class::from_number(self.class)
    }

    pub(crate) fn encode(brief: Option<&Self>, out: &mut Vec<u8>) {
        let none = Self { class: NO_CHUNK, seq: 0, n_rows: 0, first_tick: 0, last_tick: 0 };
        let brief = brief.unwrap_or(&none);
        out.push(brief.class);
        out.extend_from_slice(&brief.seq.to_le_bytes());
        out.extend_from_slice(&brief.n_rows.to_le_bytes());
        out.extend_from_slice(&brief.first_tick.to_le_bytes());
        out.extend_from_slice(&brief.last_tick.to_le_bytes());
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Option<Self>> {
        let brief = Self {
            class: reader.u8()?,
            seq: reader.u32()?,
            n_rows: reader.u32()?,
            first_tick: reader.u64()?,
            last_tick: reader.u64()?,
        };
        Ok((brief.class != NO_CHUNK).then_some(brief))
    }
}

/// Appends a section.
pub(crate) fn put_section(out: &mut Vec<u8>, kind: u8, head: &[u8], body: &[u8]) {
    let start = out.len();
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&[kind, 0]);
    out.extend_from_slice(&(head.len() as u16).to_le_bytes());
    out.extend_from_slice(&(body.len() as u64).to_le_bytes());
    out.extend_from_slice(&checksum::of(&[body]).to_le_bytes());
    let sum = checksum::of(&[out.get(start..).unwrap_or_default(), head]);
    out.extend_from_slice(&sum.to_le_bytes());
    out.extend_from_slice(head);
    out.extend_from_slice(body);
}

/// The next part of a file.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// A section whose head is intact.
    Section { kind: u8, head: &'a [u8], body: Body<'a> },
    /// A number of bytes that belong to no recognised section.
    Gap(usize),
}

/// The body of a section, if it is intact.
#[derive(Debug)]
pub(crate) enum Body<'a> {
    Intact(&'a [u8]),
    Damaged,
    /// The file ends before it does.
    CutOff,
}

/// Walks over the sections of a file, and over damage to the next one.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    pos: usize,
    /// Bytes that may still be summed or searched.
    work: usize,
}

/// How often a reader may visit each byte, on average. An intact file needs 1 visit; a hostile one could cause far more.
const MAX_VISITS: usize = 16;

struct Frame<'a> {
    kind: u8,
    head: &'a [u8],
    body_start: usize,
    body_bytes: u64,
    body_sum: u32,
}

impl<'a> Scanner<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, pos: 0, work: bytes.len().saturating_mul(MAX_VISITS).saturating_add(1 << 16) }
    }

    /// Whether the end of the file is reached.
    pub(crate) const fn is_done(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    fn spend(&mut self, n_bytes: usize) -> Option<()> {
        self.work = self.work.checked_sub(n_bytes)?;
        Some(())
    }

    /// The section that begins at `pos`, if its head is intact.
    fn frame(&mut self, pos: usize) -> Option<Frame<'a>> {
        let mut reader = Reader::new(self.bytes.get(pos..)?, "section");
        let frame = reader.bytes(FRAME_BYTES - 4).ok().filter(|frame| frame.starts_with(&MAGIC))?;
        let head_sum = reader.u32().ok()?;
        let mut fields = Reader::new(frame.get(MAGIC.len()..)?, "section");
        let (kind, _, n_head) = (fields.u8().ok()?, fields.u8().ok()?, usize::from(fields.u16().ok()?));
        let (body_bytes, body_sum) = (fields.u64().ok()?, fields.u32().ok()?);
        if n_head > MAX_HEAD_BYTES {
            return None;
        }
        self.spend(FRAME_BYTES + n_head)?;
        let head = reader.bytes(n_head).ok()?;
        let intact = checksum::of(&[frame, head]) == head_sum;
        intact.then_some(Frame { kind, head, body_start: pos + FRAME_BYTES + n_head, body_bytes, body_sum })
    }

    /// The position of the next intact head from `pos` on, or the end.
    fn find(&mut self, pos: usize) -> usize {
        let mut pos = pos;
        while let Some(rest) = self.bytes.get(pos..).filter(|rest| !rest.is_empty()) {
            let n = rest.iter().position(|byte| *byte == MAGIC[0]).unwrap_or(rest.len());
            if self.spend(n + 1).is_none() {
                break;
            }
            pos += n;
            if n < rest.len() && self.frame(pos).is_some() {
                return pos;
            }
            pos += 1;
        }
        self.bytes.len()
    }
}

impl<'a> Iterator for Scanner<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        let start = self.pos;
        if self.is_done() {
            return None;
        }
        let Some(frame) = self.frame(start) else {
            self.pos = self.find(start + 1);
            return Some(Found::Gap(self.pos - start));
        };
        let Frame { kind, head, body_start, body_bytes, body_sum } = frame;
        let end = usize::try_from(body_bytes).ok().and_then(|n| body_start.checked_add(n));
        let body = end.and_then(|end| self.bytes.get(body_start..end));
        let (body, next) = match (body, end) {
            (Some(body), Some(end)) if self.spend(body.len()).is_some() => {
                if checksum::of(&[body]) == body_sum {
                    (Body::Intact(body), end)
                } else if end == self.bytes.len() || self.frame(end).is_some() {
                    (Body::Damaged, end)
                } else {
                    // Bytes may be missing or too many: the next section is where it is found.
                    (Body::Damaged, self.find(body_start))
                }
            }
            (Some(_), _) => (Body::Damaged, self.bytes.len()),
            (None, _) => (Body::CutOff, self.find(body_start)),
        };
        self.pos = next;
        Some(Found::Section { kind, head, body })
    }
}
