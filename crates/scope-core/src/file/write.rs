//! Writes a trace section by section.
//!
//! Invariant: the same trace gives the same bytes.

use crate::chunk::Chunk;
use crate::event::Class;
use crate::file::end::End;
use crate::file::section::{Brief, kind, put_section};
use crate::trace::Trace;
use alloc::vec::Vec;

/// The baseline is written again after this many chunks, so that damage at the start does not take it.
const CHUNKS_PER_BASELINE: usize = 64;

struct Writer {
    out: Vec<u8>,
    n_sections: u64,
    /// The chunk written last.
    previous: Option<Brief>,
}

pub(super) fn write(trace: &Trace, preamble: Vec<u8>) -> Vec<u8> {
    let mut writer = Writer { out: preamble, n_sections: 0, previous: None };
    let mut body = Vec::new();
    trace.header().encode(&mut body);
    writer.section(kind::HEADER, &[], &body);
    let mut chunks: Vec<&Chunk> = Class::ALL.iter().flat_map(|class| trace.chunks(*class)).map(|c| &**c).collect();
    chunks.sort_by_key(|chunk| (chunk.last(), chunk.class(), chunk.seq()));
    if chunks.is_empty() {
        writer.baseline(trace);
    }
    for group in chunks.chunks(CHUNKS_PER_BASELINE) {
        writer.baseline(trace);
        group.iter().for_each(|chunk| writer.chunk(chunk));
    }
    writer.end(trace)
}

impl Writer {
    fn section(&mut self, kind: u8, head: &[u8], body: &[u8]) {
        put_section(&mut self.out, kind, head, body);
        self.n_sections += 1;
    }

    fn baseline(&mut self, trace: &Trace) {
        if let Some(baseline) = trace.baseline() {
            let mut body = Vec::new();
            baseline.encode(&trace.low_watermarks, &mut body);
            self.section(kind::BASELINE, &[], &body);
        }
    }

    fn chunk(&mut self, chunk: &Chunk) {
        let brief = Brief::of(chunk);
        let (mut head, mut body) = (Vec::new(), Vec::new());
        Brief::encode(Some(&brief), &mut head);
        Brief::encode(self.previous.as_ref(), &mut head);
        chunk.encode(&mut body);
        self.section(kind::CHUNK, &head, &body);
        self.previous = Some(brief);
    }

    fn end(mut self, trace: &Trace) -> Vec<u8> {
        let end = End {
            n_sections: self.n_sections + 1,
            watermark: trace.watermark(),
            low_watermarks: trace.low_watermarks,
            counts: *trace.counts(),
            losses: trace.losses().clone(),
        };
        let (mut head, mut body) = (Vec::new(), Vec::new());
        Brief::encode(self.previous.as_ref(), &mut head);
        end.encode(&mut body);
        self.section(kind::END, &head, &body);
        self.out
    }
}
