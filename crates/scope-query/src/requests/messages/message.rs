//! `message`: one message by the id of any of its events, and the call it belongs to.

use crate::answer::{Answer, Message, ServerCall};
use crate::error::{Error, Result};
use crate::model::message::addressee;
use crate::model::message::delivery::{Delivery, Outcome};
use crate::model::message::gen_call;
use crate::model::message::inbox::Inbox;
use crate::model::message::turn::Turns;
use crate::model::process::naming::Naming;
use crate::model::row::Row;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, not_traced};
use crate::requests::messages::server_calls;
use crate::requests::render::view::{self, View};
use alloc::format;
use alloc::string::String;
use scope_core::trace::Trace;
use scope_core::{Class, Entity, EventId, Kind, OrderKey};
use serde::{Deserialize, Serialize};

/// The arguments of `message`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct MessageRequest {
    /// The id of its send, its delivery or its handling.
    pub id: String,
}

/// One message, and the call it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct MessageDetail {
    /// The message.
    pub message: Message,
    /// Its call with the reply, when it is a request of `GenServer.call`.
    pub call: Option<ServerCall>,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &MessageRequest) -> Result<Answer<MessageDetail>> {
    let row = find(trace, &request.id)?;
    let mut view = View::new(trace);
    let (delivery, n_events) = delivery(trace, &mut view.naming, row);
    let window = Window { from: delivery.row().map_or(0, |first| first.tick()), to: row.tick() };
    let mut coverage = coverage(trace, window, &[Class::Message], n_events);
    if let Some(to) = delivery.to {
        coverage.not_traced = not_traced(trace, to, Class::Message, window.clipped(trace));
    }
    let turns = Turns::of(trace, &[delivery]);
    let message = shown(&mut view, &delivery, &turns)
        .ok_or_else(|| Error::NotFound(format!("event {} has no message", request.id)))?;
    let is_request = delivery.send.is_some_and(|send| gen_call::request_tag(&send).is_some());
    let call = if is_request { server_calls::shown(trace, &mut view, &[delivery]).0.pop() } else { None };
    Ok(Answer { data: MessageDetail { message, call }, coverage, next: None })
}

/// The row with this id, which is an event of a message.
fn find<'a>(trace: &'a Trace, id: &str) -> Result<Row<'a>> {
    let event: EventId = id.parse().ok().filter(|id: &EventId| id.class == Class::Message).ok_or_else(|| {
        Error::BadArgument(format!(
            "id: {id:?} is not the id of a message; they look like message-0-12 and come from answers"
        ))
    })?;
    if let Some(at) = trace.find(event) {
        return Ok(Row::read(trace, at));
    }
    let newest = trace.chunks(Class::Message).last();
    let gone = trace.low_watermark(Class::Message) != OrderKey::default()
        && newest.is_none_or(|newest| event.chunk <= newest.seq());
    Err(if gone {
        Error::Evicted(format!("event {id} has been evicted"))
    } else {
        Error::NotFound(format!("the trace has no event {id}"))
    })
}

/// The message that an event is of.
fn delivery<'a>(trace: &'a Trace, naming: &mut Naming<'a>, row: Row<'a>) -> (Delivery<'a>, u64) {
    let unknown = Delivery::of_send(row, None, Outcome::NotTraced);
    if row.kind() == Kind::Send {
        let (mut recorded, n_events) = addressee::deliveries(trace, naming, &[row]);
        return (recorded.remove(&row.id()).unwrap_or(unknown), n_events);
    }
    let (Some(receiver), Some(term)) = (row.process(), row.term()) else { return (unknown, 1) };
    let inbox = Inbox::of(trace, naming, receiver);
    let (mut found, n_events) = inbox.collect_by_key(&[term.key].into_iter().collect());
    let Some(equal) = found.remove(&term.key) else { return (unknown, n_events) };
    let unsent = equal.unsent(row.id(), receiver, &inbox);
    let delivery = equal.settled(receiver, &inbox).into_iter().find(|delivery| delivery.has(row.id())).or(unsent);
    (delivery.unwrap_or(unknown), n_events)
}

/// A message as the API shows it; `None` for one without a term.
pub(in crate::requests) fn shown(view: &mut View<'_>, delivery: &Delivery<'_>, turns: &Turns) -> Option<Message> {
    let row = delivery.row()?;
    let message = view.term(&row)?;
    let tick = |row: &Option<Row<'_>>| row.map(|row| row.tick());
    let (sent_at, delivered_at, handled_at) =
        (tick(&delivery.send), tick(&delivery.delivered), tick(&delivery.handled));
    let since_sent = |at: Option<u64>| Some(at?.saturating_sub(sent_at?));
    Some(Message {
        id: message.id.clone(),
        sent_at,
        from: delivery.send.and_then(|send| Some(view.process(send.process()?, send.key()))),
        to: delivery.to.map(|to| view.process(to, row.key())),
        sent_to: delivery.send.and_then(|send| sent_to(&send, delivery.outcome)),
        message,
        delivered_at,
        handled_at,
        waiting_ns: since_sent(handled_at),
        delivery_ns: since_sent(delivered_at),
        queue_length: turns.before(delivery),
        matched: delivery.outcome.name().into(),
        handling: delivery.handling.map(|handling| handling.name().into()),
    })
}

/// The destination as written, where it says more than the receiver's pid.
fn sent_to(send: &Row<'_>, outcome: Outcome) -> Option<String> {
    let peer = send.peer()?;
    let plain = matches!(peer, Entity::Process(_)) && outcome != Outcome::ToDead;
    if plain { None } else { view::party(send, peer) }
}
