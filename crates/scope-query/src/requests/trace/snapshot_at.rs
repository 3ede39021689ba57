//! `snapshot_at`: who was alive at a time, in what state, with what in the mailbox, in which calls.

use crate::answer::{Answer, Function, Process, Term};
use crate::argument::cursor::{self, MAX_LIMIT};
use crate::argument::null::null_is_default;
use crate::error::Result;
use crate::model::call::open_call::OpenCalls;
use crate::model::message::gen_call;
use crate::model::message::mailbox;
use crate::model::message::recent::Recent;
use crate::model::process::population;
use crate::model::row::Row;
use crate::model::state::Last;
use crate::model::window::Window;
use crate::requests::coverage::coverage_of_moment;
use crate::requests::processes::supervision_tree::{self, SupervisionTreeRequest, TreeNode};
use crate::requests::render::view::{self, View};
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use scope_core::term::inspect::atom_text;
use scope_core::trace::Trace;
use scope_core::{Class, Kind};
use serde::{Deserialize, Serialize};

const KIND: &str = "snapshot_at";
/// Messages shown per mailbox when the request does not say.
const DEFAULT_MESSAGES: u32 = 10;
/// The most a request may ask for: there may be a thousand mailboxes in an answer.
const MAX_MESSAGES: u32 = 1_000;
/// So many events of a process are read for the request it waits on. It is the last thing it sent, so more are rarely needed.
const MAX_EVENTS: usize = 1_000;

/// The arguments of `snapshot_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct SnapshotAtRequest {
    /// The moment.
    pub time: u64,
    /// Messages shown per mailbox (default 10, at most 1000); their number is recorded whole.
    pub messages: Option<u32>,
    /// With the supervision tree.
    #[serde(default, deserialize_with = "null_is_default")]
    #[cfg_attr(feature = "schema", ts(as = "Option<bool>", optional = nullable), schemars(with = "Option<bool>"))]
    pub tree: bool,
    /// Most processes.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// Who was alive at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Snapshot {
    /// The moment.
    pub time: u64,
    /// How many processes were alive, of all pages.
    pub n_alive: u64,
    /// The living of this page, by pid.
    pub processes: Vec<ProcessSnapshot>,
    /// The supervision tree, whole, or `null` when it was not wanted.
    pub tree: Option<Vec<TreeNode>>,
}

/// One process at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct ProcessSnapshot {
    /// Which.
    pub process: Process,
    /// The names it held.
    pub names: Vec<String>,
    /// When it was spawned; `null` when it was there before the recorder looked.
    pub spawned_at: Option<u64>,
    /// Its last state up to the moment; `null` when none was recorded, or none is held any more.
    pub state: Option<HeldState>,
    /// Its mailbox; `null` when its handling of messages was not recorded, or equal messages hide where it stood.
    pub mailbox: Option<Mailbox>,
    /// The traced calls it was in, outermost first.
    pub calls: Vec<OpenCall>,
    /// Calls that began before this time are not known (`null`: all are).
    pub calls_since: Option<u64>,
    /// The request it waited on: sent, and no reply had come.
    pub waits_for: Option<OpenRequest>,
}

/// The state a server held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct HeldState {
    /// The id of the event that showed it.
    pub id: String,
    /// Since when.
    pub time: u64,
    /// The callback module, or `null`.
    pub module: Option<String>,
    /// The state.
    pub state: Term,
}

/// Messages sent to a server that it had not begun to handle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Mailbox {
    /// Delivered after what it handled last. Replies to calls of its own and expired `receive ... after`s are not counted, as they never wait;
    /// what a callback takes out by another `receive` of its own is.
    pub n_waiting: u64,
    /// Sent and not delivered, at least: an equal message from elsewhere counts as its delivery.
    pub n_on_the_way: u64,
    /// Messages sent before this time and still on the way are not counted (`null`: there are none).
    pub since: Option<u64>,
    /// The first of them: the delivered ones in order, then those on the way.
    pub messages: Vec<PendingMessage>,
}

/// A message not yet handled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct PendingMessage {
    /// The id of its delivery, or of its send when it is on the way; a `message` request tells the rest.
    pub id: String,
    /// When it was sent, for one on the way.
    pub sent_at: Option<u64>,
    /// When it was delivered; `null` for one on the way.
    pub delivered_at: Option<u64>,
    /// The message.
    pub message: Term,
}

/// A call that had not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct OpenCall {
    /// The id of the call.
    pub id: String,
    /// When it began.
    pub time: u64,
    /// The function.
    pub function: Function,
    /// Its arguments, or `null` when only the arity was captured.
    pub args: Option<Term>,
}

/// A request whose reply had not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct OpenRequest {
    /// The id of its send.
    pub id: String,
    /// When it was sent.
    pub sent_at: u64,
    /// The server, as it was addressed.
    pub sent_to: Option<String>,
    /// The message sent.
    pub request: Term,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &SnapshotAtRequest) -> Result<Answer<Snapshot>> {
    let moment = Window::moment(request.time)?;
    let limit = cursor::limit(request.limit)?;
    let n_messages = cursor::within("messages", request.messages, DEFAULT_MESSAGES, 0..=MAX_MESSAGES)?;
    let after = cursor::after_process(KIND, request.after.as_deref())?;
    let (living, mut n_events) = population::at(trace, moment);

    let start = living.partition_point(|(process, _)| after.is_some_and(|after| *process <= after));
    let rest = living.get(start..).unwrap_or_default();
    let page = rest.get(..limit).unwrap_or(rest);
    let last = page.last().filter(|_| page.len() < rest.len()).map(|(process, _)| *process);
    let mut view = View::new(trace);
    let key = moment.last_key();
    let mut snapshots = Vec::new();
    for (process, living) in page {
        let process = *process;
        let open = OpenCalls::of(trace, process, key);
        let mut recent = Recent::of(trace, process, key);
        let mailbox = mailbox::at(trace, &mut view.naming, process, key, &mut recent);
        n_events += open.n_events + 1 + mailbox.as_ref().map_or(0, |(_, n_read)| *n_read);
        snapshots.push(ProcessSnapshot {
            process: Process { pid: process.to_string(), name: living.names.last().map(|name| atom_text(name)) },
            names: living.names.iter().map(|name| atom_text(name)).collect(),
            spawned_at: living.spawned,
            state: open
                .state
                .map(Last::Held)
                .or_else(|| Last::of(trace, process, key))
                .as_ref()
                .and_then(|last| held_state(&view, last)),
            mailbox: mailbox.map(|(mailbox, _)| shown(&view, &mailbox, n_messages)),
            calls: open.calls.iter().filter_map(|call| open_call(&view, call)).collect(),
            calls_since: open.since,
            waits_for: waits_for(&view, &mut recent),
        });
        n_events += recent.n_events();
    }
    // A state may be older than the moment, and what became of a message later; so a loss at any time may have changed it.
    let mut coverage = coverage_of_moment(trace, moment, Class::ALL, n_events);
    coverage.truncated = last.is_some();
    let tree = request.tree.then(|| {
        let whole = SupervisionTreeRequest { at: Some(request.time), limit: Some(MAX_LIMIT), ..Default::default() };
        supervision_tree::answer(trace, &whole).map(|answer| answer.data)
    });
    let tree = tree.transpose()?;
    let snapshot = Snapshot { time: request.time, n_alive: living.len() as u64, processes: snapshots, tree };
    Ok(Answer { data: snapshot, coverage, next: last.map(|last| cursor::process_text(KIND, last)) })
}

fn held_state(view: &View<'_>, last: &Last<'_>) -> Option<HeldState> {
    let id = last.id();
    Some(HeldState {
        id: view::id_text(id),
        time: last.key().tick,
        module: last.module().map(atom_text),
        state: view.state_term(last)?,
    })
}

fn shown(view: &View<'_>, mailbox: &mailbox::Mailbox<'_>, n_messages: usize) -> Mailbox {
    let message = |row: &Row<'_>| {
        Some(PendingMessage {
            id: row.id().to_string(),
            sent_at: (row.kind() == Kind::Send).then(|| row.tick()),
            delivered_at: (row.kind() == Kind::Delivered).then(|| row.tick()),
            message: view.term(row)?,
        })
    };
    Mailbox {
        n_waiting: mailbox.waiting.len() as u64,
        n_on_the_way: mailbox.on_the_way.len() as u64,
        since: mailbox.since,
        messages: mailbox.waiting.iter().chain(&mailbox.on_the_way).filter_map(message).take(n_messages).collect(),
    }
}

fn open_call(view: &View<'_>, row: &Row<'_>) -> Option<OpenCall> {
    Some(OpenCall { id: row.id().to_string(), time: row.tick(), function: view::function(row)?, args: view.term(row) })
}

/// The request a process waits on: the last thing it sent, and no reply has come since.
fn waits_for(view: &View<'_>, recent: &mut Recent<'_>) -> Option<OpenRequest> {
    let mut delivered = Vec::new();
    for row in recent.rows().take(MAX_EVENTS) {
        match row.kind() {
            Kind::Delivered => delivered.push(row),
            // Back in its loop.
            Kind::Handled => return None,
            Kind::Send => {
                let tag = gen_call::request_tag(&row)?;
                let came = delivered.iter().any(|row| gen_call::reply_tag(row).as_ref() == Some(&tag));
                let sent_to = row.peer().and_then(|peer| view::party(&row, peer));
                let open =
                    OpenRequest { id: row.id().to_string(), sent_at: row.tick(), sent_to, request: view.term(&row)? };
                return (!came).then_some(open);
            }
            _ => {}
        }
    }
    None
}
