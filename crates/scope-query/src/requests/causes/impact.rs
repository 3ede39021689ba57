//! `impact`: what followed from an event.

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
    let first = Row::read(trace, term_ref::event(trace, &request.id)?);
    let mut causes = Causes::new(trace);
    let mut links = Links::new(first, bounds);
    let mut at = 0;
    while let Some((row, depth)) = links.get(at) {
        if links.is_deepest(depth) {
            // Whether more followed was not read.
            links.end(at, End::Depth);
            at += 1;
            continue;
        }
        let effects = causes.effects(&row);
        if is_cut(trace, at) {
            links.cut_from(at);
            causes = Causes::new(trace);
            break;
        }
        links.cut |= effects.cut;
        if let Some(stop) = effects.stop {
            links.end(at, End::Known(stop));
        }
        let mut whole = true;
        for effect in effects.rows {
            whole &= links.add(effect, depth + 1);
        }
        if !whole {
            links.end(at, End::Limit);
        }
        at += 1;
    }
    let rows = links.shown(&mut causes, &mut View::new(trace));
    let coverage = links.coverage(trace, causes.n_events);
    Ok(Answer { data: Chain { id: request.id.clone(), rows }, coverage, next: None })
}
