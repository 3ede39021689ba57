//! Who lives in the generated shop: its lasting processes, spawned at the start, and workers that come and go.

use super::due::{Due, Then};
use super::shop::{N_PROCESSES, Shop, atom, process};
use anyhow::Result;
use scope_core::event::{Event, Flags, Kind, OrderKey};
use scope_core::term::write::Term;
use scope_core::{EntityId, ProcessKey};

/// A supervisor has so many children.
const N_CHILDREN: u64 = 40;
/// Every so manieth process has a name.
const NAMED: u64 = 8;
/// One of so many steps starts a worker.
pub(super) const WORKER_STEPS: u64 = 1_000;
/// Events until a worker ends.
const WORKER_EVENTS: u64 = 3_000;

impl Shop {
    /// The recorder traces everything, and finds every lasting process being spawned.
    pub(super) fn open(&mut self) -> Result<()> {
        let all = Term::List(["message", "call", "state"].map(atom).into(), None);
        let target = self.of(Kind::TargetAdded, None, EntityId::NONE, 0);
        self.add(target, Some(&Term::Map(vec![(atom("classes"), all)])))?;
        for i in 0..N_PROCESSES {
            self.spawn(process(i), process(i / N_CHILDREN))?;
            if i % NAMED == 0 {
                let name = self.mix.writer.symbols().intern_atom(&name(i)).0;
                let event = self.of(Kind::Register, Some(process(i)), EntityId::NONE, name);
                self.add(event, None)?;
            }
        }
        Ok(())
    }

    /// A worker is started, and will end.
    pub(super) fn worker(&mut self) -> Result<()> {
        let worker = process(N_PROCESSES + self.n_workers);
        self.n_workers += 1;
        let parent = process(self.some_process());
        self.spawn(worker, parent)?;
        let event = self.of(Kind::Exit, Some(worker), EntityId::NONE, 0);
        let at = self.n + WORKER_EVENTS;
        self.expect(Due { at, event, term: atom("normal"), then: Then::Nothing });
        Ok(())
    }

    fn spawn(&mut self, child: ProcessKey, parent: ProcessKey) -> Result<()> {
        let what = self.mix.writer.symbols().intern_function("proc_lib", "init_p", 5).0;
        let peer = self.mix.writer.symbols().intern_process(parent);
        let spawn = self.of(Kind::Spawn, Some(child), peer, what);
        self.add(spawn, Some(&Term::List(vec![Term::Pid(parent)], None)))?;
        let link = self.of(Kind::Link, Some(child), peer, 0);
        self.add(link, None)
    }

    fn of(&mut self, kind: Kind, of: Option<ProcessKey>, peer: EntityId, what: u32) -> Event {
        let process = of.map_or(EntityId::NONE, |process| self.mix.writer.symbols().intern_process(process));
        Event { key: OrderKey::default(), kind, flags: Flags::NONE, process, peer, what }
    }
}

/// The name of a process that has one.
fn name(i: u64) -> String {
    format!("cart_{i}")
}

/// A process with a name, and that name as a question writes it.
pub(crate) fn named(i: u64) -> String {
    format!(":{}", name(i % (N_PROCESSES / NAMED) * NAMED))
}
