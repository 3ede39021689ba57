//! `find_processes`: the processes that match, by pid.

use crate::answer::{Answer, Function, Process, Term};
use crate::argument::cursor;
use crate::argument::name_syntax;
use crate::argument::process_ref;
use crate::error::{Error, Result};
use crate::model::process::census::{Census, Member};
use crate::model::process::naming::Naming;
use crate::model::process::restart::is_abnormal;
use crate::model::window::Window;
use crate::requests::coverage::coverage;
use crate::requests::render::process_origin;
use crate::requests::render::view::View;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::term::inspect::atom_text;
use scope_core::trace::Trace;
use scope_core::{Class, OrderKey, ProcessKey};
use serde::{Deserialize, Serialize};

const KIND: &str = "find_processes";

/// The arguments of `find_processes`. Every filter that is given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct FindProcessesRequest {
    /// The callback module, or the module of the initial call.
    pub module: Option<String>,
    /// A registered name held at any time, or at `alive_at`.
    pub name: Option<String>,
    /// The parent: a pid or a registered name.
    pub parent: Option<String>,
    /// Only processes alive at this time.
    pub alive_at: Option<u64>,
    /// Only processes that exited abnormally (`true`), or only others (`false`).
    pub crashed: Option<bool>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

/// A process that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct FoundProcess {
    /// Which, with its name at `alive_at`, or its last one.
    pub process: Process,
    /// The callback module.
    pub module: Option<String>,
    /// The function it began with.
    pub initial_call: Option<Function>,
    /// Who spawned it.
    pub parent: Option<Process>,
    /// When it was spawned.
    pub spawned_at: Option<u64>,
    /// When it exited.
    pub exited_at: Option<u64>,
    /// Why it exited.
    pub exit_reason: Option<Term>,
    /// It exited abnormally.
    pub crashed: bool,
}

pub(in crate::requests) fn answer(trace: &Trace, request: &FindProcessesRequest) -> Result<Answer<Vec<FoundProcess>>> {
    let window = request.alive_at.map_or(Ok(Window::all()), Window::moment)?;
    let limit = cursor::limit(request.limit)?;
    let after = cursor::after_process(KIND, request.after.as_deref())?;
    let filter = Filter::new(trace, request, window)?;
    let census = Census::at(trace, OrderKey::MAX);

    let mut view = View::new(trace);
    let mut found: Vec<(ProcessKey, &Member<'_>)> = Vec::new();
    for (process, member) in census.members.iter() {
        if after.is_none_or(|after| *process > after) && filter.passes(&mut view.naming, *process, member) {
            found.push((*process, member));
            if found.len() > limit {
                break;
            }
        }
    }
    let truncated = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| truncated).map(|(process, _)| cursor::process_text(KIND, *process));
    let rows = found.into_iter().map(|(process, member)| row(&mut view, process, member, window)).collect();
    let mut coverage = coverage(trace, window, &[Class::Process], census.n_events);
    coverage.truncated = truncated;
    Ok(Answer { data: rows, coverage, next })
}

struct Filter {
    module: Option<String>,
    name: Option<String>,
    parent: Option<ProcessKey>,
    alive_in: Option<Window>,
    crashed: Option<bool>,
    window: Window,
}

impl Filter {
    fn new(trace: &Trace, request: &FindProcessesRequest, window: Window) -> Result<Self> {
        let read = |field: &str, text: &Option<String>, read: fn(&str) -> Option<String>| {
            let read = |text: &String| {
                read(text).ok_or_else(|| Error::BadArgument(format!("{field}: {text:?} is not a name")))
            };
            text.as_ref().map(read).transpose()
        };
        let parent =
            request.parent.as_deref().map(|text| process_ref::resolve(trace, "parent", text, window)).transpose()?;
        Ok(Self {
            module: read("module", &request.module, name_syntax::atom)?,
            name: read("name", &request.name, name_syntax::registered_name)?,
            parent,
            alive_in: request.alive_at.map(|_| window),
            crashed: request.crashed,
            window,
        })
    }

    fn passes(&self, naming: &mut Naming<'_>, process: ProcessKey, member: &Member<'_>) -> bool {
        let origin = &member.origin;
        let of_module = |module: &String| {
            origin.module.as_ref() == Some(module)
                || origin.initial_call.as_ref().is_some_and(|(initial, ..)| initial == module)
        };
        self.module.as_ref().is_none_or(of_module)
            && self.parent.is_none_or(|parent| origin.parent == Some(parent))
            && self.alive_in.is_none_or(|window| member.lived_in(window))
            && self.crashed.is_none_or(|crashed| crashed == has_crashed(member))
            && self.name.as_ref().is_none_or(|name| {
                let mut held = naming.holdings(process).iter().filter(|holding| holding.name == *name);
                held.any(|holding| self.window.touches(holding.from.tick, holding.last_tick()))
            })
    }
}

fn has_crashed(member: &Member<'_>) -> bool {
    member.exit.as_ref().is_some_and(is_abnormal)
}

fn row(view: &mut View<'_>, process: ProcessKey, member: &Member<'_>, window: Window) -> FoundProcess {
    let origin = &member.origin;
    let end = member.lifetime.exit.unwrap_or(OrderKey::MAX);
    let at = end.min(window.last_key());
    let born = member.lifetime.spawn.unwrap_or(at);
    FoundProcess {
        process: view.process(process, at),
        module: origin.module.as_deref().map(atom_text),
        initial_call: origin.initial_call.as_ref().map(process_origin::function),
        parent: origin.parent.map(|parent| view.process(parent, born)),
        spawned_at: member.lifetime.spawn.map(|key| key.tick),
        exited_at: member.lifetime.exit.map(|key| key.tick),
        exit_reason: member.exit.as_ref().and_then(|exit| view.term(exit)),
        crashed: has_crashed(member),
    }
}
