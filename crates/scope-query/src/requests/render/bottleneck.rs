//! The process the others wait for.
//!
//! Where the most waiting is, there is not always the cause: a worker's messages wait while the worker itself waits for a reply. So the
//! search begins at the queue with the most waiting in sum, and goes on to whose replies its process waited for as long as that was more
//! than half of the time it handled messages.
//!
//! Invariant: a step is taken only where both times were measured.

use crate::model::message::queue::{Counts, Length, Places, Queue, Queues, totals};
use crate::model::window::Window;
use crate::requests::render::human_format::{count, duration, share};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// The figures of a process that the search rests on.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) window: Window,
    pub(crate) length: Length,
    pub(crate) counts: Counts,
}

impl Load {
    /// The figures of a process within a window; `None` when nothing came and nothing was handled.
    pub(crate) fn of(queue: &Queue, window: Window) -> Option<Self> {
        let window = Window { from: queue.counts.first?, to: queue.exit.map_or(window.to, |exit| exit.min(window.to)) };
        Some(Self { length: queue.length(), window, counts: queue.counts })
    }

    /// The time spoken of.
    pub(crate) const fn span_ns(&self) -> u64 {
        self.window.to.saturating_sub(self.window.from)
    }

    /// All waiting in the window, of messages that were handled and of those that are left.
    pub(crate) fn waiting_ns(&self) -> u64 {
        u64::try_from(self.length.area_ns).unwrap_or(u64::MAX)
    }

    /// How long a message waited on average.
    pub(crate) fn mean_waiting_ns(&self) -> u64 {
        self.waiting_ns() / self.counts.arrived.max(1)
    }
}

/// The processes from the one with the most waiting to the one the others wait for; empty when nothing waited.
pub(crate) fn path(queues: &Queues, loads: &[(usize, Load)]) -> Vec<usize> {
    let key = |process: usize| queues.numbers.key(process);
    let most = loads.iter().max_by_key(|(process, load)| (load.waiting_ns(), core::cmp::Reverse(key(*process))));
    let Some((first, _)) = most.filter(|(_, load)| load.waiting_ns() > 0) else { return Vec::new() };
    let (mut path, mut places) = (vec![*first], Places::default());
    while let Some(next) = path.last().and_then(|last| waits_for(queues, loads, *last, &mut places)) {
        if path.contains(&next) {
            break;
        }
        path.push(next);
    }
    path
}

/// Whose replies a process waited for in more than half of the time it handled messages.
fn waits_for(queues: &Queues, loads: &[(usize, Load)], process: usize, places: &mut Places) -> Option<usize> {
    let load = find(loads, process)?;
    let waits = totals(queues.waits(process).iter().copied(), places);
    let key = |process: u32| queues.numbers.key(process as usize);
    let most = waits.iter().max_by_key(|waits| (waits.amount, core::cmp::Reverse(key(waits.process))))?;
    (most.amount > load.counts.handling_ns / 2 && load.counts.done > 0).then_some(most.process as usize)
}

fn find(loads: &[(usize, Load)], process: usize) -> Option<&Load> {
    loads.iter().find(|(number, _)| *number == process).map(|(_, load)| load)
}

/// Why the last process of a path holds the others up, in one sentence. `name` names a process.
pub(crate) fn why(
    queues: &Queues,
    loads: &[(usize, Load)],
    path: &[usize],
    name: impl Fn(usize) -> String,
) -> Option<String> {
    let (first, last) = (*path.first()?, *path.last()?);
    let behind = |process: usize| {
        let load = find(loads, process)?;
        let (peak, mean) = (count(load.length.peak, "message"), duration(load.mean_waiting_ns()));
        Some(format!("up to {peak} waited at one time, each {mean} on average"))
    };
    let works = match find(loads, last) {
        Some(load) if load.counts.done > 0 => format!(
            "{} handled messages in {} of the time, {} each",
            name(last),
            share(load.counts.handling_ns, load.span_ns()),
            duration(load.counts.handling_ns / load.counts.done)
        ),
        _ => format!("how long {} takes for a message is not known, because its states were not traced", name(last)),
    };
    if first == last {
        return Some(format!("{works}; in its queue {}", behind(last)?));
    }
    let (mut n_waiting, mut waited_ns, mut handled_ns) = (0, 0u64, 0u64);
    for (process, load) in loads {
        let mut waits = queues.waits(*process).iter().filter(|(by, _)| *by as usize == last).peekable();
        if load.counts.done > 0 && waits.peek().is_some() {
            n_waiting += 1;
            waited_ns = waits.fold(waited_ns, |sum, (_, ns)| sum.saturating_add(*ns));
            handled_ns = handled_ns.saturating_add(load.counts.handling_ns);
        }
    }
    let others = if n_waiting == 1 { "1 server".into() } else { format!("{n_waiting} servers") };
    Some(format!(
        "{works}; {others} waited for its replies in {} of the time they handled messages, and in the queue of {} {}",
        // A handling that the recording cuts has no duration, while its replies were waited for.
        share(waited_ns.min(handled_ns), handled_ns),
        name(first),
        behind(first)?
    ))
}
