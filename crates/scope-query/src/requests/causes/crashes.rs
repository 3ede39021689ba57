//! `crashes`: every abnormal exit with its circumstances, and what the exits have in common.

use crate::answer::{Answer, Certainty, Event, ExitPath, Function, NotTraced, Process, State, Term};
use crate::argument::cursor::{self, Cursor};
use crate::argument::process_ref;
use crate::error::Result;
use crate::model::message::turn;
use crate::model::process::exit::{self, Exits};
use crate::model::process::exit_reason::{Place, Reason, is_abnormal};
use crate::model::process::restart::Restarts;
use crate::model::process::spawn_info::Origin;
use crate::model::row::Row;
use crate::model::state::Last;
use crate::model::window::Window;
use crate::requests::coverage::{coverage_of_moment, not_traced};
use crate::requests::is_cut;
use crate::requests::page::Page;
use crate::requests::render;
use crate::requests::render::view::View;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Reverse;
use hashbrown::HashMap;
use scope_core::chunk::TermId;
use scope_core::term::inspect::atom_text;
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "crashes";
const DEFAULT_CRASHES: u32 = 100;
/// Each crash comes with its circumstances.
const MAX_CRASHES: u32 = 1_000;
const DEFAULT_EVENTS: u32 = 10;
const MAX_EVENTS: u32 = 1_000;
const MAX_CAUSES: usize = 100;

/// The arguments of `crashes`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct CrashesRequest {
    /// Only of this process: a pid or a registered name.
    pub process: Option<String>,
    /// Only of this cause, as an answer spells it.
    pub cause: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Events shown before each crash (default 10, at most 1000).
    pub events: Option<u32>,
    /// Most crashes (default 100, at most 1000: each comes with its circumstances).
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// Abnormal exits and what they have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Crashes {
    /// The causes of all abnormal exits asked for, on this page or not: the most frequent first, at most 100.
    pub causes: Vec<Cause>,
    /// The page, oldest first.
    pub crashes: Vec<Crash>,
}

/// Exits that say the same: the same kind of error, raised in the same function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Cause {
    /// `:badarith in Shop.Cart.take_off/1`, `RuntimeError in Shop.Till.pay/2`, `:killed`.
    pub text: String,
    /// How many exits, those among them that followed another one.
    pub n: u64,
    /// The first one's time.
    pub first: u64,
    /// The last one's time.
    pub last: u64,
    /// The first one's id.
    pub id: String,
}

/// One abnormal exit: any but `:normal`, `:shutdown` and `{:shutdown, _}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Crash {
    /// The id of the exit.
    pub id: String,
    /// When.
    pub time: u64,
    /// Who.
    pub process: Process,
    /// The callback module of its last state, or `null`.
    pub module: Option<String>,
    /// The exit reason.
    pub reason: Term,
    /// As in [`Cause::text`].
    pub cause: String,
    /// Where it was raised, innermost first; empty when the reason has no stacktrace.
    pub stacktrace: Vec<Frame>,
    /// The exit that this one followed, or `null`.
    pub followed: Option<Followed>,
    /// The last state, of whatever completeness, or `null` when none was recorded.
    pub last_state: Option<State>,
    /// The message it was handling, or `null`: it was waiting, or its handling was not recorded (coverage says so).
    pub handling: Option<Event>,
    /// The events of the process before, oldest first.
    pub before: Vec<Event>,
    /// Who was linked to it, and what became of them.
    pub linked: Vec<Linked>,
    /// The process started in its place, or `null` when none was seen.
    pub restarted: Option<Restart>,
}

/// A place in a stacktrace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Frame {
    /// The function.
    pub function: Function,
    /// The source file as the compiler knew it.
    pub file: Option<String>,
    /// The line.
    pub line: Option<u32>,
}

/// An exit that led to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Followed {
    /// The id of the exit before.
    pub id: String,
    /// Whose it was.
    pub process: Process,
    /// `link`: the two were linked and the reasons are equal. `call`: it was called, and its reason is in this one's.
    pub over: ExitPath,
}

/// A process that was linked to one that crashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Linked {
    /// Which.
    pub process: Process,
    /// Its own exit, or `null` when none was seen.
    pub exit: Option<String>,
    /// It exited at that time or later, with the same reason.
    pub died_along: bool,
}

/// A process started in the place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Restart {
    /// When.
    pub time: u64,
    /// Which.
    pub process: Process,
    /// Who started it: the parent of both.
    pub by: Process,
    /// `certain`: its supervisor said that both are the same child. `likely`: the next with the same start.
    pub certainty: Certainty,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &CrashesRequest) -> Result<Answer<Crashes>> {
    let window = Window::new(request.from, request.to)?;
    let limit = cursor::within("limit", request.limit, DEFAULT_CRASHES, 1..=MAX_CRASHES)?;
    let n_events = cursor::within("events", request.events, DEFAULT_EVENTS, 0..=MAX_EVENTS)?;
    let after = Cursor::parse(KIND, request.after.as_deref())?;
    let process =
        request.process.as_deref().map(|text| process_ref::resolve(trace, "process", text, window)).transpose()?;

    let mut reasons = Reasons::default();
    let exits = exits(trace, process, window, &mut reasons);
    let exits: Vec<Exit<'_>> =
        exits.into_iter().filter(|exit| request.cause.as_ref().is_none_or(|cause| *exit.cause == **cause)).collect();
    let causes = causes(&exits);
    let n_exits = exits.len() as u64;
    let mut passes = cursor::resume(after);
    let rows = exits
        .into_iter()
        .filter(|Exit { row, .. }| after.is_none_or(|cursor| row.key() >= cursor.key) && passes(row.key(), row.id()));
    let key = |exit: &Exit<'_>| (exit.row.key(), exit.row.id());
    let mut page = Page::take(trace, rows, limit, key);

    let (mut view, mut known) = (View::new(trace), Known::new(trace));
    let mut crashes: Vec<Crash> = Vec::with_capacity(page.rows.len());
    let mut n_shown = 0;
    for exit in &page.rows {
        let crash = crash(trace, &mut view, &mut known, exit, n_events);
        if is_cut(trace, n_shown) {
            break;
        }
        crashes.extend(crash);
        n_shown += 1;
    }
    if n_shown < page.rows.len() {
        page.cut(n_shown, key);
    }
    // A state or a link may be as old as its process, and what it did before is of any class.
    let mut coverage = coverage_of_moment(trace, window, Class::ALL, n_exits);
    coverage.not_traced =
        page.rows.iter().zip(&crashes).flat_map(|(exit, crash)| missing(trace, exit, crash)).collect();
    coverage.truncated = page.truncated();
    let next = page.next(KIND);
    Ok(Answer { data: Crashes { causes, crashes }, coverage, next })
}

/// What was not recorded of a crash's circumstances.
fn missing(trace: &Trace, exit: &Exit<'_>, crash: &Crash) -> Vec<NotTraced> {
    let moment = Window { from: exit.row.tick(), to: exit.row.tick() };
    let classes = [(Class::Message, crash.handling.is_none()), (Class::State, crash.last_state.is_none())];
    let absent = classes.into_iter().filter(|(_, absent)| *absent);
    absent.flat_map(|(class, _)| not_traced(trace, exit.process, class, moment)).collect()
}

/// An abnormal exit.
struct Exit<'a> {
    row: Row<'a>,
    process: ProcessKey,
    cause: Rc<str>,
}

/// What was found out about reasons, which are equal in a storm of crashes.
#[derive(Default)]
struct Reasons {
    known: HashMap<(u32, TermId), Option<Rc<str>>>,
}

impl Reasons {
    /// The cause of an exit, if it is a crash. One that was not seen, written down later without its reason, is none that is known.
    fn cause(&mut self, row: &Row<'_>) -> Option<Rc<str>> {
        row.term()?;
        let found = self.known.entry((row.chunk_idx, row.term_id()));
        found
            .or_insert_with(|| exit::reason(row).filter(is_abnormal).map(|term| Reason::of(&term).cause().into()))
            .clone()
    }
}

fn exits<'a>(trace: &'a Trace, process: Option<ProcessKey>, window: Window, reasons: &mut Reasons) -> Vec<Exit<'a>> {
    let (from, to, forward) = (window.first_key(), window.last_key(), Direction::Forward);
    let rows = match process {
        Some(process) => trace.process_rows(process, &[Class::Process], from, to, forward),
        None => trace.rows(&[Class::Process], from, to, forward),
    };
    let exits = rows.map(|at| Row::read(trace, at)).filter(|row| row.kind() == Kind::Exit);
    exits.filter_map(|row| Some(Exit { process: row.process()?, cause: reasons.cause(&row)?, row })).collect()
}

fn causes(exits: &[Exit<'_>]) -> Vec<Cause> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut causes: Vec<Cause> = Vec::new();
    for exit in exits {
        let (id, time) = (exit.row.id().to_string(), exit.row.tick());
        let text = || String::from(&*exit.cause);
        let place = *places.entry(&exit.cause).or_insert_with(|| {
            causes.push(Cause { text: text(), n: 0, first: time, last: time, id });
            causes.len() - 1
        });
        if let Some(cause) = causes.get_mut(place) {
            cause.n += 1;
            cause.last = time;
        }
    }
    causes.sort_by(|one, other| {
        (Reverse(one.n), one.first, &one.text).cmp(&(Reverse(other.n), other.first, &other.text))
    });
    causes.truncate(MAX_CAUSES);
    causes
}

fn crash<'a>(
    trace: &'a Trace,
    view: &mut View<'a>,
    known: &mut Known<'a>,
    exit: &Exit<'a>,
    n_events: usize,
) -> Option<Crash> {
    let Exit { row, process, cause } = exit;
    let key = row.key();
    let frames = exit::reason(row).map(|term| Reason::of(&term).frames).unwrap_or_default();
    let last_state = Last::of(trace, *process, key);
    let state = last_state.as_ref().and_then(|last| render::state::state(last, trace, view, *process));
    let module = state.as_ref().and_then(|state| state.module.clone());
    let handling = turn::handling(trace, *process, key).map(|row| view.event(&row));
    Some(Crash {
        id: row.id().to_string(),
        time: row.tick(),
        process: view.process(*process, key),
        module,
        reason: view.term(row)?,
        cause: (**cause).into(),
        stacktrace: frames.into_iter().map(frame).collect(),
        followed: known.exits.followed(row).map(|(before, over)| Followed {
            id: before.id().to_string(),
            process: view.process(before.process().unwrap_or(*process), before.key()),
            over: over.name().into(),
        }),
        last_state: state,
        handling,
        before: before(trace, view, *process, key, n_events),
        linked: linked(view, known, exit),
        restarted: known.restarted(trace, view, *process),
    })
}

/// What was looked up for the crashes so far.
struct Known<'a> {
    exits: Exits<'a>,
    parents: HashMap<ProcessKey, Option<ProcessKey>>,
    /// Each costs the lives of all children of a parent.
    by_parent: HashMap<ProcessKey, Restarts>,
}

impl<'a> Known<'a> {
    fn new(trace: &'a Trace) -> Self {
        Self { exits: Exits::new(trace), parents: HashMap::new(), by_parent: HashMap::new() }
    }

    fn restarted(&mut self, trace: &'a Trace, view: &mut View<'a>, exited: ProcessKey) -> Option<Restart> {
        let parent = self.parents.entry(exited).or_insert_with(|| Origin::of(trace, exited, OrderKey::MAX).parent);
        let parent = (*parent)?;
        let restarts = self.by_parent.entry(parent).or_insert_with(|| Restarts::of(trace, parent, OrderKey::MAX));
        restarts.replacement(exited).map(|next| Restart {
            time: next.at.tick,
            process: view.process(next.process, next.at),
            by: view.process(parent, next.at),
            certainty: next.certainty.name().into(),
        })
    }
}

fn frame(place: Place) -> Frame {
    let Place { module, function, arity, file, line } = place;
    Frame { function: Function { module: atom_text(&module), function, arity }, file, line }
}

fn before<'a>(trace: &'a Trace, view: &mut View<'a>, process: ProcessKey, until: OrderKey, n: usize) -> Vec<Event> {
    let rows = trace.process_rows(process, Class::ALL, OrderKey::default(), until, Direction::Backward);
    let rows = rows.map(|at| Row::read(trace, at)).filter(|row| row.kind() != Kind::Exit && row.key() <= until);
    let mut events: Vec<Event> = rows.take(n).map(|row| view.event(&row)).collect();
    events.reverse();
    events
}

fn linked<'a>(view: &mut View<'a>, known: &mut Known<'a>, exit: &Exit<'_>) -> Vec<Linked> {
    let key = exit.row.key();
    let linked = known.exits.links(exit.process);
    let linked = linked.iter().filter(|link| link.holds_at(key));
    let recorded = linked.map(|link| {
        let its = known.exits.of(link.peer);
        Linked {
            process: view.process(link.peer, key),
            died_along: its.as_ref().is_some_and(|its| its.key() >= key && exit::same_reason(its, &exit.row)),
            exit: its.map(|its| its.id().to_string()),
        }
    });
    recorded.collect()
}
