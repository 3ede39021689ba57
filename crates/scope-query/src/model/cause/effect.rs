//! What followed from an event: the events that `cause` joins to it.
//!
//! Where such events can be is looked up here, and `cause` decides whether they are: so an event is among the effects of another
//! exactly if that one is among its causes.
//!
//! Invariant: what is read for one event is bounded; where the bound was reached the answer says so.

use crate::model::cause::edge::Stop;
use crate::model::cause::{Causes, REPLY_WITHIN, arrival, birth, request};
use crate::model::message::addressee;
use crate::model::message::delivery::Outcome;
use crate::model::message::gen_call;
use crate::model::process::spawn_info::Origin;
use crate::model::row::Row;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use scope_core::symbols::PeerKey;
use scope_core::trace::Direction;
use scope_core::{Class, Flags, Kind, OrderKey, ProcessKey};

/// At most so many rows of a process are searched for what followed from one event.
const MAX_ACTS: usize = 2_000;
/// At most so many rows of other processes are searched for what an exit led to, of each class.
const MAX_NEARBY: usize = 1_000;

/// What followed from one event.
#[derive(Debug, Default)]
pub(crate) struct Effects<'a> {
    /// In order.
    pub(crate) rows: Vec<Row<'a>>,
    /// More may have followed.
    pub(crate) cut: bool,
    /// Why nothing of a message that was sent is known.
    pub(crate) stop: Option<Stop>,
}

/// Where effects can be.
#[derive(Default)]
struct Sought<'a> {
    rows: Vec<Row<'a>>,
    cut: bool,
}

impl<'a> Causes<'a> {
    /// What an event led to.
    pub(crate) fn effects(&mut self, row: &Row<'a>) -> Effects<'a> {
        let Some(process) = row.process() else { return Effects::default() };
        let mut sought = Sought::default();
        match row.kind() {
            Kind::Send => self.seek_deliveries(row, &mut sought),
            Kind::Delivered => {
                self.seek_handlings(process, row, &mut sought);
                if !self.is_server(process) || gen_call::reply_tag(row).is_some() {
                    self.seek_acts(process, row, &mut sought);
                }
                self.seek_replies(process, row, &mut sought);
            }
            Kind::Handled => {
                self.seek_acts(process, row, &mut sought);
                self.seek_replies(process, row, &mut sought);
            }
            Kind::Call if row.event.flags.contains(Flags::NO_RETURN) => {}
            Kind::Call | Kind::Exception | Kind::Spawn => self.seek_acts(process, row, &mut sought),
            Kind::Exit => self.seek_exits(process, row, &mut sought),
            _ => {}
        }
        let Sought { mut rows, cut } = sought;
        rows.sort_by_key(|row| (row.key(), row.id()));
        rows.dedup_by_key(|row| row.id());
        rows.retain(|effect| self.of(effect).names(row.id()));
        let stop = (row.kind() == Kind::Send && rows.is_empty()).then(|| self.undelivered_stop(row)).flatten();
        Effects { rows, cut, stop }
    }

    fn seek_deliveries(&mut self, row: &Row<'a>, sought: &mut Sought<'a>) {
        for receiver in addressee::reached(self.trace, row) {
            let Some(arrivals) = self.arrivals(receiver, row) else { continue };
            let Some(at) = arrival::place(&arrivals.sent, row) else { continue };
            let sinks = arrivals.sendings.sinks_of(at);
            sought.cut |= sinks.len() > MAX_NEARBY;
            let delivered = sinks.into_iter().take(MAX_NEARBY).filter_map(|sink| arrivals.delivered.get(sink));
            sought.rows.extend(delivered);
        }
    }

    /// Why a message that was sent has no effect.
    fn undelivered_stop(&mut self, row: &Row<'a>) -> Option<Stop> {
        let (sent, n_events) = addressee::deliveries(self.trace, self.naming(), &[*row]);
        self.n_events += n_events;
        match sent.get(&row.id())?.outcome {
            Outcome::NotTraced => Some(Stop::NotTraced(Class::Message)),
            Outcome::Ambiguous => Some(Stop::Ambiguous(Class::Message)),
            _ => None,
        }
    }

    fn seek_handlings(&mut self, process: ProcessKey, row: &Row<'a>, sought: &mut Sought<'a>) {
        let Some(arrivals) = self.arrivals(process, row) else { return };
        let Some(at) = arrival::place(&arrivals.delivered, row) else { return };
        let handled = arrivals.deliveries.sinks_of(at);
        sought.cut |= handled.len() > MAX_NEARBY;
        sought.rows.extend(handled.into_iter().take(MAX_NEARBY).filter_map(|sink| arrivals.handled.get(sink)));
    }

    /// What a process did from an event on, until it was at something else.
    fn seek_acts(&mut self, process: ProcessKey, row: &Row<'a>, sought: &mut Sought<'a>) {
        let (from, to) = (row.key().next(), OrderKey::MAX);
        let is_server = self.is_server(process);
        let mut end = OrderKey::MAX;
        let mut n_open = 1;
        let function = row.function();
        let acts = self.trace.process_rows(process, Class::ALL, from, to, Direction::Forward);
        for (n, act) in acts.map(|at| Row::read(self.trace, at)).enumerate() {
            if n == MAX_ACTS {
                sought.cut = true;
                end = act.key();
                break;
            }
            self.n_events += 1;
            let turns = match act.kind() {
                Kind::Handled => true,
                Kind::Delivered => !is_server,
                _ => false,
            };
            if turns && row.kind() != Kind::Call {
                end = act.key();
                break;
            }
            if row.kind() == Kind::Call && matches!(act.kind(), Kind::Call | Kind::Return | Kind::Exception) {
                let same = function.is_some() && act.function() == function;
                match act.kind() {
                    Kind::Call if same && !act.event.flags.contains(Flags::NO_RETURN) => n_open += 1,
                    Kind::Return | Kind::Exception if same => n_open -= 1,
                    _ => {}
                }
            }
            sought.rows.push(act);
            if n_open == 0 {
                end = act.key();
                break;
            }
        }
        self.seek_children(process, from, end, sought);
    }

    /// The spawns that a process, or one that runs in its name, made in some time.
    fn seek_children(&mut self, process: ProcessKey, from: OrderKey, end: OrderKey, sought: &mut Sought<'a>) {
        let (peer, trace, classes) = (PeerKey::Process(process), self.trace, [Class::Process]);
        let spawned = |row: &Row<'a>| row.kind() == Kind::Spawn;
        let own = trace.peer_rows(&peer, &classes, from, end, Direction::Forward).map(|at| Row::read(trace, at));
        let own: Vec<Row<'a>> = own.filter(spawned).take(MAX_ACTS + 1).collect();
        sought.cut |= own.len() > MAX_ACTS;
        sought.rows.extend(own.into_iter().take(MAX_ACTS));
        let all = trace.rows(&classes, from, end, Direction::Forward).map(|at| Row::read(trace, at));
        for (n, row) in all.enumerate() {
            if n == MAX_NEARBY {
                sought.cut = true;
                break;
            }
            self.n_events += 1;
            if spawned(&row) && birth::caller(&row) == Some(process) {
                sought.rows.push(row);
            }
        }
    }

    /// The replies of a request.
    fn seek_replies(&mut self, process: ProcessKey, row: &Row<'a>, sought: &mut Sought<'a>) {
        let Some(tag) = gen_call::request_tag(row) else { return };
        let rows =
            self.trace.process_rows(process, &[Class::Message], row.key().next(), OrderKey::MAX, Direction::Forward);
        for row in rows.map(|at| Row::read(self.trace, at)).take(REPLY_WITHIN) {
            self.n_events += 1;
            if row.kind() == Kind::Send && request::reply_tag(&row).as_ref() == Some(&tag) {
                sought.rows.push(row);
            }
        }
    }

    /// What an exit can have led to: exits of others, what links and monitors report of it, and a process in its place.
    fn seek_exits(&mut self, process: ProcessKey, row: &Row<'a>, sought: &mut Sought<'a>) {
        let trace = self.trace;
        let peers: BTreeSet<ProcessKey> = self.exits.links(process).iter().map(|link| link.peer).collect();
        sought.rows.extend(peers.into_iter().filter_map(|peer| self.exits.of(peer)));
        if let Some(parent) = Origin::of(trace, process, OrderKey::MAX).parent
            && let Some(new) = self.restarts(parent).and_then(|restarts| restarts.replacement(process))
        {
            let rows = trace.process_rows_of_kind(new.process, Kind::Spawn, new.at, new.at, Direction::Forward);
            sought.rows.extend(rows.map(|at| Row::read(trace, at)));
        }
        let nearby = |class: Class| trace.rows(&[class], row.key(), OrderKey::MAX, Direction::Forward);
        for class in [Class::Process, Class::Message] {
            for (n, row) in nearby(class).map(|at| Row::read(trace, at)).enumerate() {
                if n == MAX_NEARBY {
                    sought.cut = true;
                    break;
                }
                self.n_events += 1;
                let reports = match row.kind() {
                    Kind::Exit => true,
                    Kind::Delivered => arrival::exit_recorded_of(&row).is_some_and(|(exited, _)| exited == process),
                    _ => false,
                };
                if reports {
                    sought.rows.push(row);
                }
            }
        }
    }
}
