//! What led to a state, and to the end of a call.

use super::{Causes, Found, is_lost};
use crate::model::call::open_call::OpenCalls;
use crate::model::cause::edge::{EdgeKind, Entry, Stop};
use crate::model::certainty::Certainty;
use crate::model::row::Row;
use crate::model::state;
use scope_core::{Class, Kind, OrderKey, ProcessKey};

impl<'a> Causes<'a> {
    /// The message that led to a state, and the last reply that was waited for on the way.
    pub(super) fn state(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let cause = state::cause(self.trace, process, row.key());
        let mut found = match cause {
            Some(cause) if cause.kind() == Kind::Handled => self.occasion(process, Some(cause), row.key()),
            Some(_) => self.occasion(process, None, row.key()),
            None => Found::stopped(self.stateless(process, row)),
        };
        let before = || Some(state::Last::of(self.trace, process, row.key().previous()?)?.key());
        let since = cause.map(|cause| cause.key()).or_else(before).unwrap_or_default();
        self.add_reply(&mut found, process, since, row.key());
        found
    }

    /// Why nothing led to a state.
    fn stateless(&mut self, process: ProcessKey, row: &Row<'a>) -> Stop {
        let since = row.key().previous().and_then(|until| state::Last::of(self.trace, process, until));
        let from = since.map_or_else(|| self.lifetime(process).first_tick(), |state| state.key().tick);
        let low_watermark = self.trace.low_watermark(Class::Message);
        if is_lost(self.trace, Class::Message, from, row.tick()) || is_lost(self.trace, Class::State, 0, row.tick()) {
            return Stop::Lost(Class::Message);
        }
        if low_watermark != OrderKey::default() && from <= low_watermark.tick {
            return Stop::Evicted(Class::Message);
        }
        if self.inbox(process).watch().covers_between(from, row.tick()) != Some(true) {
            return Stop::NotTraced(Class::Message);
        }
        if since.is_none() { self.unborn(process, row.tick()) } else { Stop::EntryPoint(Entry::Own) }
    }

    /// The call that a return or an exception ended.
    pub(super) fn end_of_call(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let until = row.key().previous().unwrap_or_default();
        let open = OpenCalls::of(self.trace, process, until);
        self.n_events += open.n_events;
        let function = row.function();
        let call = open.calls.iter().rev().find(|call| call.function() == function);
        match call {
            Some(call) if !is_lost(self.trace, Class::Call, call.tick(), row.tick()) => {
                Found::one(*call, EdgeKind::SameProcessOrder, Certainty::Likely)
            }
            _ if is_lost(self.trace, Class::Call, 0, row.tick()) => Found::stopped(Stop::Lost(Class::Call)),
            _ if open.since.is_some() || self.trace.low_watermark(Class::Call) != OrderKey::default() => {
                Found::stopped(Stop::Evicted(Class::Call))
            }
            _ => Found::stopped(Stop::NotTraced(Class::Call)),
        }
    }
}
