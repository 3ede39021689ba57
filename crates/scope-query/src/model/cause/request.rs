//! What led to a sending: what its sender was at, and the request that it replies to.

use super::{Causes, Found};
use crate::model::cause::edge::{Edge, EdgeKind};
use crate::model::certainty::Certainty;
use crate::model::message::gen_call;
use crate::model::row::Row;
use scope_core::symbols::ReferenceWords;
use scope_core::trace::Direction;
use scope_core::{Class, Entity, Kind, OrderKey, ProcessKey};

/// A reply is joined to its request over so many messages of its server.
pub(crate) const REPLY_WITHIN: usize = 256;

impl<'a> Causes<'a> {
    pub(super) fn send(&mut self, process: ProcessKey, row: &Row<'a>) -> Found<'a> {
        let mut found = Found::default();
        if let Some(request) = self.request(process, row) {
            found.add(Edge::new(request, EdgeKind::ReplyRef, Certainty::Certain));
        }
        let acted = self.act(process, row.key());
        acted.edges.into_iter().for_each(|edge| found.add(edge));
        if found.edges.is_empty() {
            found.stop = acted.stop;
        }
        found
    }

    /// The handling, or else the delivery, of the request that a sending replies to.
    fn request(&mut self, process: ProcessKey, row: &Row<'a>) -> Option<Row<'a>> {
        let tag = reply_tag(row)?;
        let (from, until) = (OrderKey::default(), row.key().previous()?);
        let rows = self.trace.process_rows(process, &[Class::Message], from, until, Direction::Backward);
        for row in rows.map(|at| Row::read(self.trace, at)).take(REPLY_WITHIN) {
            self.n_events += 1;
            if is_request(&row, &tag) {
                return Some(row);
            }
        }
        None
    }
}

/// The reference that would make a sending a reply.
pub(crate) fn reply_tag(row: &Row<'_>) -> Option<ReferenceWords> {
    match row.peer() {
        Some(Entity::Reference(words)) => Some(words.clone()),
        _ => gen_call::reply_tag(row),
    }
}

/// Whether a message that came in is the request with this reference.
fn is_request(row: &Row<'_>, tag: &ReferenceWords) -> bool {
    matches!(row.kind(), Kind::Handled | Kind::Delivered) && gen_call::request_tag(row).as_ref() == Some(tag)
}
