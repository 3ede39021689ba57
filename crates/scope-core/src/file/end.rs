//! The end section: what a reader needs to know whether it has everything.
//!
//! | end | bytes |
//! |---|---|
//! | sections in the file, this one included | LEB128 |
//! | watermark | LEB128 |
//! | low watermarks | see [`put_keys`] |
//! | number of classes, number of counters | 1, 1 |
//! | per class: emitted, stored, evicted, sampled out, filtered, dropped by reason | LEB128 each |
//! | count of losses; each: class or FF, events + 1 or 0, first tick, last tick, reason, detail | 1, LEB128 x 3, 1, text |

use crate::error::Result;
use crate::event::{Class, MAX_TICK, N_CLASSES, OrderKey};
use crate::loss::{ClassCounts, Counts, Loss, Losses, Reason};
use crate::wire::{Reader, put_blob, put_keys, put_leb};
use alloc::vec::Vec;

/// No count of events is larger, so that sums of them cannot overflow.
const MAX_COUNT: u64 = 1 << 53;

const N_COUNTERS: usize = 5 + Reason::N_COUNTED;

#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) n_sections: u64,
    pub(crate) watermark: u64,
    pub(crate) low_watermarks: [OrderKey; N_CLASSES],
    pub(crate) counts: Counts,
    pub(crate) losses: Losses,
}

impl End {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_leb(out, self.n_sections);
        put_leb(out, self.watermark);
        put_keys(out, &self.low_watermarks);
        out.extend_from_slice(&[N_CLASSES as u8, N_COUNTERS as u8]);
        for counts in &self.counts {
            let ClassCounts { emitted, stored, evicted, sampled_out, filtered, dropped } = counts;
            [emitted, stored, evicted, sampled_out, filtered].into_iter().chain(dropped).for_each(|n| put_leb(out, *n));
        }
        put_leb(out, self.losses.len() as u64);
        for loss in &self.losses {
            out.push(loss.class.map_or(0xff, |class| class as u8));
            put_leb(out, loss.n_events.map_or(0, |n| n + 1));
            put_leb(out, loss.from_tick);
            put_leb(out, loss.to_tick);
            out.push(loss.reason as u8);
            put_blob(out, loss.detail.as_bytes());
        }
    }

    /// Reads what [`End::encode`] wrote; counters and classes of a newer format are skipped.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, "end");
        let (n_sections, watermark) = (reader.leb()?, reader.leb()?);
        let low_watermarks = reader.keys()?;
        let (n_classes, n_counters) = (reader.u8()?, reader.u8()?);
        let mut counts = Counts::default();
        for class in 0..usize::from(n_classes) {
            let mut own = [0; N_COUNTERS];
            for counter in 0..usize::from(n_counters) {
                let n = count(&mut reader)?;
                if let Some(slot) = own.get_mut(counter) {
                    *slot = n;
                }
            }
            let [emitted, stored, evicted, sampled_out, filtered, dropped @ ..] = own;
            if let Some(slot) = counts.get_mut(class) {
                *slot = ClassCounts { emitted, stored, evicted, sampled_out, filtered, dropped };
            }
        }
        let mut losses = Losses::new();
        for _ in 0..reader.count(6)? {
            losses.push(Loss {
                class: Class::from_number(reader.u8()?),
                n_events: count(&mut reader)?.checked_sub(1),
                from_tick: reader.leb()?.min(MAX_TICK),
                to_tick: reader.leb()?.min(MAX_TICK),
                reason: reason(reader.u8()?),
                detail: reader.text()?.into(),
            });
        }
        Ok(Self { n_sections, watermark, low_watermarks, counts, losses })
    }
}

fn count(reader: &mut Reader<'_>) -> Result<u64> {
    let n = reader.leb()?;
    if n <= MAX_COUNT { Ok(n) } else { Err(reader.corrupt("a count is too large")) }
}

/// The reason of a number; one of a newer format is just that.
fn reason(number: u8) -> Reason {
    Reason::ALL.iter().copied().find(|reason| *reason as u8 == number).unwrap_or(Reason::NewerKind)
}
