//! When a process was a target of tracing, so that "nothing happened" is not confused with "it was not recorded".

use crate::model::process::lifetime::Lifetime;
use crate::model::row::Row;
use crate::model::window::Window;
use alloc::vec::Vec;
use scope_core::term::{Term, read};
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, ProcessKey};

/// The stretches of time in which a process was a target for a class.
#[derive(Debug)]
pub(crate) struct Watch {
    stretches: Vec<(u64, u64)>,
    /// At some time only its major states were recorded: then a state that is there says nothing of the time around it.
    is_partial: bool,
    /// Targets added or removed before this time are forgotten.
    known_from: u64,
}

impl Watch {
    /// Reads the control events up to now.
    pub(crate) fn of(trace: &Trace, process: ProcessKey, class: Class) -> Self {
        Self::read(trace, Some(process), class)
    }

    /// When every process was a target, whichever it is.
    pub(crate) fn of_everyone(trace: &Trace, class: Class) -> Self {
        Self::read(trace, None, class)
    }

    fn read(trace: &Trace, process: Option<ProcessKey>, class: Class) -> Self {
        let all = Window::all();
        let (mut stretches, mut targets, mut since, mut is_partial) = (Vec::new(), 0u32, 0, false);
        // The recorder does not trace calls in it, or nothing at all.
        let (mut spared, mut held) = (false, false);
        for at in trace.rows(&[Class::Control], all.first_key(), all.last_key(), Direction::Forward) {
            let row = Row::read(trace, at);
            let before = targets > 0 && !spared && !held;
            is_partial |= class == Class::State
                && row.kind() == Kind::TargetAdded
                && is_about(&row, process)
                && detail(&row, "states").is_some();
            match row.kind() {
                Kind::TargetAdded if concerns(&row, process, class) => targets += 1,
                Kind::TargetRemoved if concerns(&row, process, class) => targets = targets.saturating_sub(1),
                Kind::RecorderStopped => targets = 0,
                // The recorder takes its own hands off a process that tracing its calls would harm, and says so; likewise when another tracer
                // has taken the process.
                Kind::GovernorStep if process.is_some() && row.process() == process => {
                    if matches!(class, Class::Call | Class::State) {
                        spared = is_off(&row, "calls").unwrap_or(spared);
                    }
                    held = is_off(&row, "tracing").unwrap_or(held);
                }
                _ => {}
            }
            match (before, targets > 0 && !spared && !held) {
                (false, true) => since = row.tick(),
                (true, false) => stretches.push((since, row.tick())),
                _ => {}
            }
        }
        if targets > 0 && !spared && !held {
            stretches.push((since, u64::MAX));
        }
        Self { stretches, is_partial, known_from: trace.low_watermark(Class::Control).tick }
    }

    /// Whether the process was a target at a time; `None` when no target concerns it at any time, so that only the events show it.
    pub(crate) fn covers(&self, tick: u64) -> Option<bool> {
        if self.stretches.is_empty() {
            return None;
        }
        Some(self.stretches.iter().any(|(from, to)| (*from..=*to).contains(&tick)))
    }

    /// Whether it was a target all the time between two times; `None` when only the events show it.
    pub(crate) fn covers_between(&self, from: u64, to: u64) -> Option<bool> {
        let covered = self.stretches.iter().any(|(start, end)| *start <= from && to <= *end);
        if !covered && (self.stretches.is_empty() || from < self.known_from) {
            return None;
        }
        Some(covered)
    }

    /// Whether only its major states were recorded at some time.
    pub(crate) const fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// The parts of a window in which the process was no target.
    fn gaps(&self, window: Window) -> Vec<Window> {
        let mut gaps = Vec::new();
        let mut from = window.from.max(self.known_from);
        for (start, end) in &self.stretches {
            if *start > from {
                gaps.push(Window { from, to: window.to.min(start - 1) });
            }
            from = from.max(end.saturating_add(1));
        }
        gaps.push(Window { from, to: window.to });
        gaps.retain(|gap| gap.from <= gap.to);
        gaps
    }
}

/// The parts of a window in which a living process was not recorded for a class: no target, and no event either.
pub(crate) fn untraced(trace: &Trace, process: ProcessKey, class: Class, window: Window) -> Vec<Window> {
    let lifetime = Lifetime::of(trace, process);
    let window = Window {
        from: window.from.max(lifetime.first_tick()).max(trace.low_watermark(class).tick),
        to: window.to.min(lifetime.last_tick()),
    };
    if class.is_critical() || window.from > window.to {
        return Vec::new();
    }
    let silent = |gap: &Window| {
        trace.process_rows(process, &[class], gap.first_key(), gap.last_key(), Direction::Forward).next().is_none()
    };
    let watch = Watch::of(trace, process, class);
    watch.gaps(window).into_iter().filter(|gap| watch.is_partial || silent(gap)).collect()
}

/// Whether a control event is about this process, or about all of them.
fn is_about(row: &Row<'_>, process: Option<ProcessKey>) -> bool {
    row.process().is_none_or(|target| Some(target) == process)
}

/// Whether a control event about a target is about this process and class.
fn concerns(row: &Row<'_>, process: Option<ProcessKey>, class: Class) -> bool {
    is_about(row, process) && classes(row).is_none_or(|classes| names(&classes, class))
}

/// The `classes` of a target's details; `None` means all.
fn classes(row: &Row<'_>) -> Option<Term> {
    detail(row, "classes")
}

/// Whether a governor step switches something off (`true`) or on again; `None` when it is about something else.
fn is_off(row: &Row<'_>, what: &str) -> Option<bool> {
    match detail(row, what)? {
        Term::Atom(step) if step == "off" => Some(true),
        Term::Atom(step) if step == "on" => Some(false),
        _ => None,
    }
}

/// A value of a control event's details, by its key.
fn detail(row: &Row<'_>, name: &str) -> Option<Term> {
    let Ok(Term::Map(pairs)) = read::read(row.term()?.bytes, row.chunk) else { return None };
    pairs.into_iter().find(|(key, _)| matches!(key, Term::Atom(key) if key == name)).map(|(_, value)| value)
}

fn names(classes: &Term, class: Class) -> bool {
    let Term::List(classes, _) = classes else { return false };
    classes.iter().any(|item| matches!(item, Term::Atom(name) if name == class.name()))
}
