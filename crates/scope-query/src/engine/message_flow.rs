//! `message_flow`: the messages between two processes, both ways, with their three instants.

use super::page::Page;
use crate::api::Answer;
use crate::api::answer::{Data, Message};
use crate::api::request::MessageFlow;
use crate::coverage::coverage;
use crate::cursor::{self, Cursor};
use crate::error::Result;
use crate::inbox::{self, Fate, Passage};
use crate::row::Row;
use crate::view::{self, View};
use crate::watch::not_traced;
use crate::who;
use crate::window::Window;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{Class, Entity};

const KIND: &str = "message_flow";

pub(super) fn answer(trace: &Trace, request: &MessageFlow) -> Result<Answer> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::limit(request.limit)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let a = who::resolve(trace, "a", &request.a, window)?;
    let b = who::resolve(trace, "b", &request.b, window)?;

    let mut view = View::new(trace);
    let (mut passages, mut n_events) = inbox::passages(trace, &mut view.naming, a, b, window);
    if a != b {
        let (back, n_back) = inbox::passages(trace, &mut view.naming, b, a, window);
        passages.extend(back);
        n_events += n_back;
    }
    passages.sort_unstable_by_key(|passage| (passage.send.key(), passage.send.id()));
    let mut passes = cursor::resume(after);
    let rows = passages.into_iter().filter(|passage| {
        let (key, id) = (passage.send.key(), passage.send.id());
        after.is_none_or(|cursor| key >= cursor.key) && passes(key, id)
    });
    let page = Page::take(rows, limit, |passage| (passage.send.key(), passage.send.id()));

    let mut coverage = coverage(trace, window, &[Class::Message], n_events);
    coverage.not_traced = not_traced(trace, a, Class::Message, window.clipped(trace));
    if a != b {
        coverage.not_traced.extend(not_traced(trace, b, Class::Message, window.clipped(trace)));
    }
    coverage.truncated = page.truncated();
    let next = page.next(KIND);
    let messages: Vec<Message> = page.rows.iter().filter_map(|passage| message(&mut view, passage)).collect();
    Ok(Answer { data: Data::Messages(messages), coverage, next })
}

fn message(view: &mut View<'_>, passage: &Passage<'_>) -> Option<Message> {
    let Passage { send, to, fate } = passage;
    let sent = send.tick();
    let (delivered_at, handled_at) = match *fate {
        Fate::Matched { delivered, handled } => (Some(delivered), handled),
        _ => (None, None),
    };
    let message = view::term(send)?;
    Some(Message {
        id: message.id.clone(),
        sent_at: Some(sent),
        from: send.process().map(|from| view.process(from, send.key())),
        to: Some(view.process(*to, send.key())),
        sent_to: sent_to(send, *fate),
        message,
        delivered_at,
        handled_at,
        waiting_ns: handled_at.map(|at| at.saturating_sub(sent)),
        delivery_ns: delivered_at.map(|at| at.saturating_sub(sent)),
        matched: match fate {
            Fate::Matched { .. } => "matched",
            Fate::Ambiguous => "ambiguous",
            Fate::Undelivered => "undelivered",
            Fate::ToDead => "to_dead",
            Fate::NotTraced => "not_traced",
        }
        .into(),
    })
}

/// The destination as written, where it says more than the receiver's pid.
fn sent_to(send: &Row<'_>, fate: Fate) -> Option<String> {
    let peer = send.peer()?;
    let plain = matches!(peer, Entity::Process(_)) && fate != Fate::ToDead;
    if plain { None } else { view::party(send, peer) }
}
