//! Message queues.

use super::duration::Durations;
use super::event::Process;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The queues of a trace, and what holds them up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Queues {
    /// Whom the others wait for, or `null` when nothing waited.
    pub bottleneck: Option<Bottleneck>,
    /// The queues, those in which messages waited longest in sum first.
    pub queues: Vec<Queue>,
}

/// The process whom the others wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Bottleneck {
    /// It.
    pub process: Process,
    /// Why, with the figures, in one sentence.
    pub why: String,
    /// From the process with the most waiting to the bottleneck, each waiting for the next.
    pub path: Vec<Process>,
    /// The id of the message that waited longest in the queue the path begins with.
    pub longest: Option<String>,
}

/// The queue of a process. A message waits from its sending (where nobody saw it sent, from its delivery) to its handling by the process's
/// callback; where handling is not known nothing is said of waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Queue {
    /// Whose.
    pub process: Process,
    /// First time spoken of: its first message in the window.
    pub from: u64,
    /// Last time spoken of: its exit, or the end of the window.
    pub to: u64,
    /// Messages that came in the window: handled, or still waiting.
    pub arrived: u64,
    /// Of these, messages nobody was seen to send (timers, monitors, ports, processes that are not traced).
    pub external: u64,
    /// Messages handled in the window.
    pub handled: u64,
    /// Of these, messages whose arrival is not known.
    pub unmatched: u64,
    /// Of these, messages that cannot be told from equal ones on the way at the same time: they count in lengths, not in `waiting`.
    pub ambiguous: u64,
    /// Messages delivered in the window that the process took by a receive of its own, such as replies.
    pub taken: u64,
    /// Messages neither handled nor taken at the end.
    pub left: u64,
    /// The most messages that waited at one time; `null` where handling is not known.
    pub peak: Option<u64>,
    /// When there were so many for the first time.
    pub peak_at: Option<u64>,
    /// How many waited on average, in millionths of a message.
    pub mean_ppm: Option<u64>,
    /// Time from arrival to handling.
    pub waiting: Option<Durations>,
    /// Time from handling to the next state; `null` where states are not known.
    pub handling: Option<Durations>,
    /// Time from sending to delivery.
    pub delivery: Option<Durations>,
    /// Share of the time in which it handled messages, in millionths.
    pub busy_ppm: Option<u64>,
    /// The time between two arrivals, on average.
    pub arrival_interval_ns: Option<u64>,
    /// The time a message takes, on average: with more than one arrival in that time the queue grows.
    pub service_interval_ns: Option<u64>,
    /// Who fills it, at most 10, those with the most messages first.
    pub senders: Vec<Sender>,
    /// How many different senders there were.
    pub n_senders: u32,
    /// For whose replies it waited, at most 10, the longest first.
    pub waits_for: Vec<WaitsFor>,
    /// The id of the message that waited longest.
    pub longest: Option<String>,
}

/// A process that sends to a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Sender {
    /// It.
    pub process: Process,
    /// Its messages among those that arrived.
    pub messages: u64,
}

/// A process whose replies another one waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct WaitsFor {
    /// It.
    pub process: Process,
    /// Replies.
    pub replies: u64,
    /// Time from the request, or whatever was last sent, to the reply.
    pub sum_ns: u64,
}
