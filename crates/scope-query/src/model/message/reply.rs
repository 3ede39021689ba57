//! Joins requests of `GenServer.call` to their replies, by the reference that both carry.
//!
//! The server's sends and the caller's deliveries are walked over from the request on, once for all requests of an answer.
//!
//! Invariant: a reply is never guessed: the reference is in it, or it is none.

use crate::model::message::delivery::{Delivery, Outcome};
use crate::model::message::equal::Recorded;
use crate::model::message::gen_call;
use crate::model::message::inbox::Inbox;
use crate::model::process::lifetime::Lifetime;
use crate::model::process::naming::Naming;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use hashbrown::HashMap;
use scope_core::symbols::ReferenceWords;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Entity, Kind, OrderKey, ProcessKey};

/// What came back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reply<'a> {
    pub(crate) sent: Option<Row<'a>>,
    pub(crate) delivered: Option<Row<'a>>,
    /// As `ServerCall::outcome`.
    pub(crate) outcome: &'static str,
}

/// Requests of one party that are still to be joined: the reference, the request's number and where to begin.
type Open = BTreeMap<ProcessKey, Vec<(ReferenceWords, usize, OrderKey)>>;

/// The replies to these requests, one for each, and how many events were read.
pub(crate) fn find<'a>(trace: &'a Trace, naming: &mut Naming<'a>, requests: &[Delivery<'a>]) -> (Vec<Reply<'a>>, u64) {
    let mut replies: Vec<Reply<'a>> = requests.iter().map(|_| Reply::default()).collect();
    let mut n_events = 0;
    // What the server sent first: it tells both instants.
    let server = |delivery: &Delivery<'a>, _: &Reply<'a>| delivery.to;
    n_events += walk(trace, open(requests, &replies, server), |number, row| {
        let is_reply = row.kind() == Kind::Send && !is_request(&row);
        if let Some(reply) = replies.get_mut(number).filter(|_| is_reply) {
            reply.sent = Some(row);
        }
        is_reply
    });
    // Another process may have replied in its place.
    let caller = |delivery: &Delivery<'a>, reply: &Reply<'a>| {
        reply.sent.is_none().then(|| delivery.send.and_then(|send| send.process())).flatten()
    };
    n_events += walk(trace, open(requests, &replies, caller), |number, row| {
        let is_reply = row.kind() == Kind::Delivered;
        if let Some(reply) = replies.get_mut(number).filter(|_| is_reply) {
            reply.delivered = Some(row);
        }
        is_reply
    });
    n_events += match_replies(trace, naming, requests, &mut replies);
    for (delivery, reply) in requests.iter().zip(&mut replies) {
        reply.outcome = outcome(trace, naming, delivery, reply);
    }
    (replies, n_events)
}

fn open<'a>(
    requests: &[Delivery<'a>],
    replies: &[Reply<'a>],
    party: impl Fn(&Delivery<'a>, &Reply<'a>) -> Option<ProcessKey>,
) -> Open {
    let mut open = Open::new();
    for (number, (delivery, reply)) in requests.iter().zip(replies).enumerate() {
        let (Some(send), Some(party)) = (delivery.send, party(delivery, reply)) else { continue };
        if let Some(tag) = gen_call::request_tag(&send).filter(|_| delivery.outcome != Outcome::ToDead) {
            open.entry(party).or_default().push((tag, number, send.key()));
        }
    }
    open
}

/// Walks over the messages of each party from its first request on, until all its requests are joined. `join` is given each event that
/// carries the reference of a request, and says whether that is the reply.
fn walk<'a>(trace: &'a Trace, open: Open, mut join: impl FnMut(usize, Row<'a>) -> bool) -> u64 {
    let mut n_events = 0;
    for (party, requests) in open {
        let Some(from) = requests.iter().map(|(_, _, key)| *key).min() else { continue };
        let mut tags: HashMap<ReferenceWords, usize> =
            requests.into_iter().map(|(tag, number, _)| (tag, number)).collect();
        let until = Window::all().last_key();
        for at in trace.process_rows(party, &[Class::Message], from, until, Direction::Forward) {
            if tags.is_empty() {
                break;
            }
            n_events += 1;
            let row = Row::read(trace, at);
            let Some(tag) = tag_of(&row) else { continue };
            if tags.get(&tag).is_some_and(|number| join(*number, row)) {
                tags.remove(&tag);
            }
        }
    }
    n_events
}

/// The reference that would make an event a reply.
fn tag_of(row: &Row<'_>) -> Option<ReferenceWords> {
    match (row.kind(), row.peer()) {
        (Kind::Send, Some(Entity::Reference(words))) => Some(words.clone()),
        (Kind::Send | Kind::Delivered, _) => gen_call::reply_tag(row),
        _ => None,
    }
}

fn is_request(row: &Row<'_>) -> bool {
    gen_call::request_tag(row).is_some()
}

/// Finds the delivery of each reply that was sent, and the send of each that was delivered.
fn match_replies<'a>(
    trace: &'a Trace,
    naming: &mut Naming<'a>,
    requests: &[Delivery<'a>],
    replies: &mut [Reply<'a>],
) -> u64 {
    let mut keys: BTreeMap<ProcessKey, BTreeSet<u64>> = BTreeMap::new();
    for (delivery, reply) in requests.iter().zip(&*replies) {
        let caller = delivery.send.and_then(|send| send.process());
        let term = reply.sent.or(reply.delivered).and_then(|row| row.term());
        if let (Some(caller), Some(term)) = (caller, term) {
            keys.entry(caller).or_default().insert(term.key);
        }
    }
    let mut n_events = 0;
    let mut by_event = BTreeMap::new();
    for (caller, keys) in keys {
        let (deliveries, n) = Inbox::of(trace, naming, caller).deliveries(&keys);
        n_events += n;
        let matched = deliveries.into_iter().filter(|delivery| delivery.outcome == Outcome::Matched);
        by_event.extend(matched.flat_map(|delivery| {
            [delivery.send, delivery.delivered].into_iter().flatten().map(move |row| (row.id(), delivery))
        }));
    }
    for reply in replies {
        let found = reply.sent.or(reply.delivered).and_then(|row| by_event.get(&row.id()));
        if let Some(delivery) = found {
            (reply.sent, reply.delivered) = (delivery.send, delivery.delivered);
        }
    }
    n_events
}

fn outcome<'a>(trace: &'a Trace, naming: &mut Naming<'a>, delivery: &Delivery<'a>, reply: &Reply<'a>) -> &'static str {
    if delivery.outcome == Outcome::ToDead {
        return "to_dead";
    }
    let caller = delivery.send.and_then(|send| send.process());
    if let (Some(sent), None, Some(caller)) = (reply.sent, reply.delivered, caller) {
        let is_late = Inbox::of(trace, naming, caller).deliveries_since(sent.tick());
        return if is_late { "late" } else { "replied" };
    }
    if reply.delivered.is_some() {
        return "replied";
    }
    let exited =
        |process: Option<ProcessKey>| process.is_some_and(|process| Lifetime::of(trace, process).exit.is_some());
    match (exited(delivery.to), exited(caller)) {
        (true, _) => "server_exited",
        (false, true) => "caller_exited",
        (false, false) => "open",
    }
}
