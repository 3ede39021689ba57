//! Which process was started in the place of another.
//!
//! A supervisor restarts a child by spawning it again with the same start: the same parent, initial call and arguments.
//!
//! Invariant: a process is never said to replace one whose start is unknown, or one that started otherwise.

use crate::row::Row;
use crate::view;
use crate::window::Window;
use scope_core::term::read;
use scope_core::trace::{Direction, PeerKey, Trace};
use scope_core::{Class, Entity, Kind, OrderKey, ProcessKey};

/// The spawn of the process that was started in the place of one that exited at `exit`: the next by the same parent with an equal start.
pub(crate) fn of(trace: &Trace, process: ProcessKey, exit: OrderKey) -> Option<Row<'_>> {
    let all = Window::all();
    let own = trace.process_rows(process, &[Class::Process], all.first_key(), exit, Direction::Forward);
    let spawn = own.map(|at| Row::read(trace, at)).find(|row| row.kind() == Kind::Spawn)?;
    let parent = match spawn.peer()? {
        Entity::Process(parent) => PeerKey::Process(*parent),
        _ => return None,
    };
    let spawned = trace.peer_rows(&parent, &[Class::Process], exit, all.last_key(), Direction::Forward);
    spawned.map(|at| Row::read(trace, at)).find(|row| row.kind() == Kind::Spawn && starts_alike(row, &spawn))
}

/// The same function and arguments, compared by what they mean: match keys hold only while the recorder keeps its dictionary.
fn starts_alike(a: &Row<'_>, b: &Row<'_>) -> bool {
    let start = |row: &Row<'_>| Some((view::function(row)?, read::read(row.term()?.bytes, row.chunk).ok()?));
    start(a).zip(start(b)).is_some_and(|(a, b)| a == b)
}
