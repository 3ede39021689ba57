//! `why`: the chain of causes behind an event, back to where it came from.

use crate::answer::{Answer, Chain};
use crate::error::Result;
use crate::model::cause::Causes;
use crate::model::row::Row;
use crate::model::term_ref;
use crate::requests::causes::chain::ChainRequest;
use crate::requests::causes::chain::{Bounds, End, Links};
use crate::requests::is_cut;
use crate::requests::render::view::View;
use scope_core::trace::Trace;

pub(in crate::requests) fn answer(trace: &Trace, request: &ChainRequest) -> Result<Answer<Chain>> {
    let bounds = Bounds::of(request)?;
    let row = Row::read(trace, term_ref::event(trace, &request.id)?);
    let mut causes = Causes::new(trace);
    let links = behind(&mut causes, row, bounds);
    if is_cut(trace, links.n_known) {
        causes = Causes::new(trace);
    }
    let rows = links.shown(&mut causes, &mut View::new(trace));
    let coverage = links.coverage(trace, causes.n_events);
    Ok(Answer { data: Chain { id: request.id.clone(), rows }, coverage, next: None })
}

/// The events behind one, nearest first.
pub(in crate::requests) fn behind<'a>(causes: &mut Causes<'a>, row: Row<'a>, bounds: Bounds) -> Links<'a> {
    let mut links = Links::new(row, bounds);
    let mut at = 0;
    while let Some((row, depth)) = links.get(at) {
        let found = causes.of(&row);
        if causes.trace.is_spent() {
            links.cut_from(at);
            break;
        }
        if let Some(stop) = found.stop {
            links.end(at, End::Known(stop));
        } else if links.is_deepest(depth) {
            links.end(at, End::Depth);
        } else {
            let mut whole = true;
            for edge in &found.edges {
                whole &= links.add(edge.cause, depth + 1);
            }
            if !whole {
                links.end(at, End::Limit);
            }
        }
        at += 1;
    }
    links
}
