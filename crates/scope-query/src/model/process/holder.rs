//! The processes that held a registered name.

use crate::model::process::naming::{self, Holding};
use alloc::vec::Vec;
use scope_core::trace::Trace;
use scope_core::{Class, Entity, Kind, ProcessKey};

/// Who held a name, and when, by process.
pub(crate) fn held(trace: &Trace, name: &str) -> Vec<(Holding, ProcessKey)> {
    let mut held: Vec<(Holding, ProcessKey)> = Vec::new();
    for process in holders(trace, Some(name)) {
        let of_name = naming::holdings(trace, process).into_iter().filter(|holding| holding.name == name);
        held.extend(of_name.map(|holding| (holding, process)));
    }
    held
}

/// The processes that ever held `name`, or any name, ascending.
pub(crate) fn holders(trace: &Trace, name: Option<&str>) -> Vec<ProcessKey> {
    let mut holders = Vec::new();
    let entries = trace.baseline().map_or(&[][..], |baseline| baseline.processes());
    for entry in entries {
        if entry.names.iter().any(|(held, _)| name.is_none_or(|name| name == held)) {
            holders.push(entry.process);
        }
    }
    for chunk in trace.chunks(Class::Process) {
        let atom = name.map(|name| chunk.find_atom(name));
        if atom == Some(None) {
            continue;
        }
        if !trace.spend(chunk.len() as u64) {
            break;
        }
        for row in 0..chunk.len() as u32 {
            let event = chunk.event(row);
            let wanted = atom.flatten().is_none_or(|atom| event.what == atom.0);
            if event.kind == Kind::Register && wanted {
                holders.extend(chunk.entity(event.process).and_then(as_process));
            }
        }
    }
    holders.sort();
    holders.dedup();
    holders
}

const fn as_process(entity: &Entity) -> Option<ProcessKey> {
    match entity {
        Entity::Process(process) => Some(*process),
        _ => None,
    }
}
