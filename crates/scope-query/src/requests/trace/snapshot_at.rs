//! `snapshot_at`: who was alive at a time, in what state, with what in the mailbox, in which calls.

use crate::api::Answer;
use crate::api::answer::{self, Data, HeldState, OpenCall, OpenRequest, PendingMessage, ProcessSnapshot, Snapshot};
use crate::api::request::SnapshotAt;
use crate::argument::cursor;
use crate::error::Result;
use crate::model::call::open_call::OpenCalls;
use crate::model::message::gen_call;
use crate::model::message::mailbox::{self, Mailbox};
use crate::model::message::recent::Recent;
use crate::model::process::population;
use crate::model::row::Row;
use crate::model::state::Last;
use crate::model::window::Window;
use crate::requests::coverage::coverage_of_moment;
use crate::requests::render::view::{self, View};
use alloc::string::ToString;
use alloc::vec::Vec;
use scope_core::term::inspect::atom_text;
use scope_core::trace::Trace;
use scope_core::{Class, Kind};

const KIND: &str = "snapshot_at";
/// Messages shown per mailbox when the request does not say.
const DEFAULT_MESSAGES: u32 = 10;
/// The most a request may ask for: there may be a thousand mailboxes in an answer.
const MAX_MESSAGES: u32 = 1_000;
/// So many events of a process are looked at for the request it waits on. It is the last thing it sent, so more are rarely needed.
const MAX_EVENTS: usize = 1_000;

pub(in crate::requests) fn answer(trace: &Trace, request: &SnapshotAt) -> Result<Answer> {
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
        n_events += open.n_events + 1 + mailbox.as_ref().map_or(0, |(_, n_looked_at)| *n_looked_at);
        snapshots.push(ProcessSnapshot {
            process: answer::Process {
                pid: process.to_string(),
                name: living.names.last().map(|name| atom_text(name)),
            },
            names: living.names.iter().map(|name| atom_text(name)).collect(),
            spawned_at: living.spawned,
            state: open.state.map(Last::Held).or_else(|| Last::of(trace, process, key)).as_ref().and_then(held_state),
            mailbox: mailbox.map(|(mailbox, _)| shown(&mailbox, n_messages)),
            calls: open.calls.iter().filter_map(open_call).collect(),
            calls_since: open.since,
            waits_for: waits_for(&mut recent),
        });
        n_events += recent.n_events();
    }
    // A state may be older than the moment, and what became of a message later; so a loss at any time may have changed it.
    let mut coverage = coverage_of_moment(trace, moment, Class::ALL, n_events);
    coverage.truncated = last.is_some();
    let snapshot = Snapshot { time: request.time, n_alive: living.len() as u64, processes: snapshots };
    Ok(Answer { data: Data::Snapshot(snapshot), coverage, next: last.map(|last| cursor::process_text(KIND, last)) })
}

fn held_state(last: &Last<'_>) -> Option<HeldState> {
    let id = last.id();
    Some(HeldState {
        id: view::id_text(id),
        time: last.key().tick,
        module: last.module().map(atom_text),
        state: view::located_term(id, &last.located()?),
    })
}

fn shown(mailbox: &Mailbox<'_>, n_messages: usize) -> answer::Mailbox {
    let message = |row: &Row<'_>| {
        Some(PendingMessage {
            id: row.id().to_string(),
            sent_at: (row.kind() == Kind::Send).then(|| row.tick()),
            delivered_at: (row.kind() == Kind::Delivered).then(|| row.tick()),
            message: view::term(row)?,
        })
    };
    answer::Mailbox {
        n_waiting: mailbox.waiting.len() as u64,
        n_on_the_way: mailbox.on_the_way.len() as u64,
        since: mailbox.since,
        messages: mailbox.waiting.iter().chain(&mailbox.on_the_way).filter_map(message).take(n_messages).collect(),
    }
}

fn open_call(row: &Row<'_>) -> Option<OpenCall> {
    Some(OpenCall { id: row.id().to_string(), time: row.tick(), function: view::function(row)?, args: view::term(row) })
}

/// The request a process waits on: the last thing it sent, and no reply has come since.
fn waits_for(recent: &mut Recent<'_>) -> Option<OpenRequest> {
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
                    OpenRequest { id: row.id().to_string(), sent_at: row.tick(), sent_to, request: view::term(&row)? };
                return (!came).then_some(open);
            }
            _ => {}
        }
    }
    None
}
