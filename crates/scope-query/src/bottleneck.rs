//! The process the others wait for.
//!
//! Where the most waiting is, there is not always the cause: a worker's messages wait while the worker itself waits for a reply. So the
//! search begins at the queue with the most waiting in sum, and goes on to whose replies its process waited for as long as that was more
//! than half of the time it handled messages.
//!
//! Invariant: a step is taken only where both times were measured.

use crate::duration::Durations;
use crate::figure::{count, duration, share};
use crate::queue::{Length, Queues};
use crate::window::Window;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use scope_core::EventId;

/// The figures of a process that the search rests on.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) window: Window,
    pub(crate) length: Length,
    /// Of the messages handled in the window.
    pub(crate) waiting: Durations,
    pub(crate) handling: Durations,
    /// The message that waited longest, the first of several: how long, since when, and its event.
    pub(crate) longest: Option<(u64, u64, EventId)>,
    pub(crate) arrived: u64,
    pub(crate) external: u64,
    pub(crate) handled: u64,
    pub(crate) unmatched: u64,
    pub(crate) ambiguous: u64,
    pub(crate) left: u64,
}

impl Load {
    /// The figures of a process within a window; `None` when nothing came and nothing was handled.
    pub(crate) fn of(queues: &Queues, process: usize, window: Window) -> Option<Self> {
        let queue = queues.queues.get(process)?;
        let handled = || queue.handled.iter().filter(|handled| window.contains(handled.key.tick));
        let arrivals = || queue.stays().filter(|(arrival, _)| window.contains(arrival.tick));
        let first_arrival = arrivals().map(|(arrival, _)| arrival.tick).min();
        let first_handled = handled().map(|handled| handled.key.tick).next();
        let firsts = [first_arrival, first_handled, queue.first_arrived];
        let window = Window {
            from: firsts.into_iter().flatten().min()?,
            to: queue.exit.map_or(window.to, |exit| exit.min(window.to)),
        };
        let (mut waiting, mut handling) = (Durations::default(), Durations::default());
        let (mut longest, mut unmatched, mut ambiguous) = (None, 0, 0);
        for message in handled() {
            message.handling_ns.into_iter().for_each(|ns| handling.add(ns));
            match message.arrival {
                None => unmatched += 1,
                Some(arrival) if arrival.ambiguous => ambiguous += 1,
                Some(arrival) => {
                    let ns = message.key.tick.saturating_sub(arrival.tick);
                    waiting.add(ns);
                    longest = longer(longest, (ns, arrival.tick, arrival.id));
                }
            }
        }
        for stay in queue.left.iter().filter(|stay| window.contains(stay.end)) {
            let ns = stay.end.saturating_sub(stay.arrival.tick);
            longest = longer(longest, (ns, stay.arrival.tick, stay.arrival.id));
        }
        let senderless = queue.arrived.iter().filter(|sender| sender.is_none()).count();
        Some(Self {
            length: queue.length(window),
            arrived: (arrivals().count() + queue.arrived.len()) as u64,
            external: (arrivals().filter(|(arrival, _)| arrival.sender.is_none()).count() + senderless) as u64,
            handled: handled().count() as u64,
            left: queue.left.iter().filter(|stay| window.contains(stay.end)).count() as u64,
            window,
            waiting,
            handling,
            longest,
            unmatched,
            ambiguous,
        })
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
        self.waiting_ns() / self.arrived.max(1)
    }
}

/// The longer of two waits; of equal ones the one that began first.
fn longer(known: Option<(u64, u64, EventId)>, new: (u64, u64, EventId)) -> Option<(u64, u64, EventId)> {
    let first = |(ns, since, id)| (ns, core::cmp::Reverse(since), core::cmp::Reverse(id));
    known.into_iter().chain([new]).max_by_key(|wait| first(*wait))
}

/// The processes from the one with the most waiting to the one the others wait for; empty when nothing waited.
pub(crate) fn path(queues: &Queues, loads: &[(usize, Load)]) -> Vec<usize> {
    let key = |process: usize| queues.numbers.key(process);
    let most = loads.iter().max_by_key(|(process, load)| (load.waiting_ns(), core::cmp::Reverse(key(*process))));
    let Some((first, _)) = most.filter(|(_, load)| load.waiting_ns() > 0) else { return Vec::new() };
    let mut path = vec![*first];
    while let Some(next) = path.last().and_then(|last| waits_for(queues, loads, *last)) {
        if path.contains(&next) {
            break;
        }
        path.push(next);
    }
    path
}

/// Whose replies a process waited for in more than half of the time it handled messages.
fn waits_for(queues: &Queues, loads: &[(usize, Load)], process: usize) -> Option<usize> {
    let load = find(loads, process)?;
    let waits = &queues.queues.get(process)?.waits_for;
    let key = |process: usize| queues.numbers.key(process);
    let (callee, waits) =
        waits.iter().max_by_key(|(callee, waits)| (waits.sum_ns, core::cmp::Reverse(key(**callee))))?;
    (waits.sum_ns > load.handling.sum() / 2 && load.handling.n() > 0).then_some(*callee)
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
        Some(load) if load.handling.n() > 0 => format!(
            "{} handled messages in {} of the time, {} each",
            name(last),
            share(load.handling.sum(), load.span_ns()),
            duration(load.handling.mean().unwrap_or(0))
        ),
        _ => format!("how long {} takes for a message is not known, because its states were not traced", name(last)),
    };
    if first == last {
        return Some(format!("{works}; in its queue {}", behind(last)?));
    }
    let (mut n_waiting, mut waited_ns, mut handled_ns) = (0, 0u64, 0u64);
    for (process, load) in loads {
        let waits = queues.queues.get(*process).and_then(|queue| queue.waits_for.get(&last));
        if let Some(waits) = waits.filter(|_| load.handling.n() > 0) {
            n_waiting += 1;
            waited_ns = waited_ns.saturating_add(waits.sum_ns);
            handled_ns = handled_ns.saturating_add(load.handling.sum());
        }
    }
    let others = if n_waiting == 1 { "1 server".into() } else { format!("{n_waiting} servers") };
    Some(format!(
        "{works}; {others} waited for its replies in {} of the time they handled messages, and in the queue of {} {}",
        share(waited_ns, handled_ns),
        name(first),
        behind(first)?
    ))
}
