//! `server_calls`: the requests of a server, or of a caller, joined to their replies.

use crate::answer::{Answer, ServerCall};
use crate::argument::cursor::{self, Cursor};
use crate::argument::process_ref;
use crate::error::{Error, Result};
use crate::model::message::addressee;
use crate::model::message::delivery::Delivery;
use crate::model::message::gen_call;
use crate::model::message::inbox::Inbox;
use crate::model::message::reply;
use crate::model::row::Row;
use crate::model::window::Window;
use crate::requests::coverage::{coverage, not_traced};
use crate::requests::page::Page;
use crate::requests::render::view::View;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, ProcessKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "server_calls";

/// The arguments of `server_calls`. At least one of `server` and `caller` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct ServerCallsRequest {
    /// Who was called.
    pub server: Option<String>,
    /// Who called.
    pub caller: Option<String>,
    /// First time of sending, inclusive.
    pub from: Option<u64>,
    /// Last time of sending, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &ServerCallsRequest) -> Result<Answer<Vec<ServerCall>>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let resolve = |field: &str, text: &Option<_>| {
        text.as_deref().map(|text: &str| process_ref::resolve(trace, field, text, window)).transpose()
    };
    let (server, caller) = (resolve("server", &request.server)?, resolve("caller", &request.caller)?);
    if server.is_none() && caller.is_none() {
        return Err(Error::BadArgument("server, caller: at least one of them is needed".into()));
    }

    let mut view = View::new(trace);
    let from = after.map_or(window.first_key(), |cursor| window.first_key().max(cursor.key));
    let mut passes = cursor::resume(after);
    let mut n_events = 0;
    let inbox = server.map(|server| Inbox::of(trace, &mut view.naming, server));
    let rows: Vec<Row<'_>> = match (&inbox, caller) {
        (Some(inbox), _) => {
            let rows = inbox.addressed(from, window.last_key(), Direction::Forward);
            let rows = rows.inspect(|_| n_events += 1);
            requests(rows, caller, limit, |row| passes(row.key(), row.id()))
        }
        (None, Some(caller)) => {
            let rows = trace.process_rows(caller, &[Class::Message], from, window.last_key(), Direction::Forward);
            let rows = rows.map(|at| Row::read(trace, at)).inspect(|_| n_events += 1);
            requests(rows, None, limit, |row| passes(row.key(), row.id()))
        }
        (None, None) => Vec::new(),
    };
    let page = Page::take(trace, rows, limit, |row| (row.key(), row.id()));
    let (mut recorded, n_recorded) = addressee::deliveries(trace, &mut view.naming, &page.rows);
    let deliveries: Vec<Delivery<'_>> = page.rows.iter().filter_map(|row| recorded.remove(&row.id())).collect();
    let (calls, n_joined) = shown(trace, &mut view, &deliveries);

    let mut coverage = coverage(trace, window, &[Class::Message], n_events + n_recorded + n_joined);
    let parties = [server, caller.filter(|caller| Some(*caller) != server)];
    let parties = parties.into_iter().flatten();
    coverage.not_traced =
        parties.flat_map(|party| not_traced(trace, party, Class::Message, window.clipped(trace))).collect();
    coverage.truncated = page.truncated();
    Ok(Answer { data: calls, coverage, next: page.next(KIND) })
}

/// The first requests among sends, one more than the limit.
fn requests<'a>(
    rows: impl Iterator<Item = Row<'a>>,
    caller: Option<ProcessKey>,
    limit: usize,
    mut passes: impl FnMut(&Row<'a>) -> bool,
) -> Vec<Row<'a>> {
    let rows = rows.filter(|row| passes(row) && row.kind() == Kind::Send);
    let rows = rows.filter(|row| caller.is_none_or(|caller| row.process() == Some(caller)));
    rows.filter(|row| gen_call::request_tag(row).is_some()).take(limit.saturating_add(1)).collect()
}

/// Requests as the API shows them, with their replies; and how many events were read.
pub(in crate::requests) fn shown<'a>(
    trace: &'a Trace,
    view: &mut View<'a>,
    requests: &[Delivery<'a>],
) -> (Vec<ServerCall>, u64) {
    let (replies, n_events) = reply::find(trace, &mut view.naming, requests);
    let calls = requests.iter().zip(&replies).filter_map(|(delivery, reply)| {
        let send = delivery.send?;
        let tick = |row: Option<Row<'_>>| row.map(|row| row.tick());
        let between = |from: Option<u64>, to: Option<u64>| Some(to?.saturating_sub(from?));
        let (sent_at, handled_at) = (send.tick(), tick(delivery.handled));
        let (replied_at, returned_at) = (tick(reply.sent), tick(reply.delivered));
        Some(ServerCall {
            id: send.id().to_string(),
            sent_at,
            caller: send.process().map(|caller| view.process(caller, send.key())),
            server: delivery.to.map(|server| view.process(server, send.key())),
            request: view.term(&send)?,
            handled_at,
            replied_at,
            returned_at,
            reply: reply.sent.or(reply.delivered).and_then(|row| view.term(&row)),
            waiting_ns: between(Some(sent_at), handled_at),
            handling_ns: between(handled_at, replied_at),
            latency_ns: between(Some(sent_at), returned_at.or(replied_at)),
            outcome: reply.outcome.into(),
        })
    });
    (calls.collect(), n_events)
}
