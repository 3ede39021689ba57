//! Which process a request means: a pid as people write it, or a registered name.
//!
//! A bare pid means the incarnation alive in the window asked (the latest of several), else the latest of all. A name means whoever held
//! it in the window, the latest of several.

use crate::argument::name_syntax;
use crate::error::{Error, Result};
use crate::model::process::holder::{held, holders};
use crate::model::process::lifetime::Lifetime;
use crate::model::process::naming::{self, Holding};
use crate::model::window::Window;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::ProcessKey;
use scope_core::symbols::PidText;
use scope_core::term::inspect::atom_text;
use scope_core::trace::Trace;

/// How many processes or names an error suggests.
const MAX_SUGGESTED: usize = 5;

/// The process that `text`, the value of the request's `field`, means in the window.
pub(crate) fn resolve(trace: &Trace, field: &str, text: &str, window: Window) -> Result<ProcessKey> {
    if let Ok(pid) = text.parse::<PidText>() {
        return by_pid(trace, pid, text, window);
    }
    match name_syntax::registered_name(text) {
        Some(name) => by_name(trace, &name, window),
        None => Err(Error::BadArgument(format!(
            "{field}: {text:?} is neither a pid (<0.1.0>, #PID<0.1.0>, <0.1.0>~2) nor a registered name (Shop.Inventory, :cart)"
        ))),
    }
}

fn by_pid(trace: &Trace, pid: PidText, text: &str, window: Window) -> Result<ProcessKey> {
    let meant = meant_by_pid(trace, pid, text)?;
    let mut latest = None;
    let mut alive = None;
    let mut earliest = 0;
    for process in &meant {
        latest = Some(*process);
        let lifetime = Lifetime::of(trace, *process);
        let first = lifetime.first_tick().max(earliest);
        if window.touches(first, lifetime.last_tick()) {
            alive = Some(*process);
        }
        // A successor whose spawn no process saw cannot have begun before this one ended.
        earliest = lifetime.exit.map_or(first, |exit| exit.tick);
    }
    alive.or(latest).ok_or_else(|| Error::NotFound(format!("the trace has never seen {text}")))
}

/// The processes that a pid, written as `text`, can mean, in the order of their lives; at least one.
pub(crate) fn meant_by_pid(trace: &Trace, pid: PidText, text: &str) -> Result<Vec<ProcessKey>> {
    let incarnations = trace.incarnations(pid.number, pid.serial);
    let meant: Vec<ProcessKey> = incarnations.iter().copied().filter(|process| pid.means(*process)).collect();
    if !meant.is_empty() {
        return Ok(meant);
    }
    let known = if incarnations.is_empty() { trace.processes() } else { incarnations };
    let known: Vec<String> = known.iter().map(ProcessKey::to_string).collect();
    Err(Error::NotFound(format!("the trace has never seen {text}; it knows {}", suggestion(&known))))
}

fn by_name(trace: &Trace, name: &str, window: Window) -> Result<ProcessKey> {
    let held = held(trace, name);
    let in_window = |(holding, _): &&(Holding, ProcessKey)| window.touches(holding.from.tick, holding.last_tick());
    if let Some((_, process)) = held.iter().filter(in_window).max_by_key(|(holding, _)| holding.from) {
        return Ok(*process);
    }
    let shown = atom_text(name);
    let Some((holding, process)) = held.iter().max_by_key(|(holding, _)| holding.from) else {
        return Err(never_held(trace, name));
    };
    let until = holding.to.map_or_else(|| "the end".into(), |to| to.tick.to_string());
    let asked = if window.from == window.to {
        format!("at {}", window.to)
    } else {
        format!("between {} and {}", window.from, window.to)
    };
    Err(Error::NotFound(format!(
        "no process was registered as {shown} {asked}; {process} was from {} to {until}",
        holding.from.tick
    )))
}

/// Why a name means no process.
pub(crate) fn never_held(trace: &Trace, name: &str) -> Error {
    let holdings = holders(trace, None).into_iter().flat_map(|process| naming::holdings(trace, process));
    let mut names = BTreeSet::new();
    names.extend(holdings.map(|holding| atom_text(&holding.name)));
    let names: Vec<String> = names.into_iter().collect();
    Error::NotFound(format!(
        "no process was ever registered as {}; names the trace has seen: {}",
        atom_text(name),
        suggestion(&names)
    ))
}

fn suggestion(known: &[String]) -> String {
    match known {
        [] => "none".into(),
        _ if known.len() <= MAX_SUGGESTED => known.join(", "),
        _ => format!("{} and {} more", known[..MAX_SUGGESTED].join(", "), known.len() - MAX_SUGGESTED),
    }
}
