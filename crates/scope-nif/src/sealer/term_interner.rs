//! From VM words to the recorder's dictionary, on the sealer's side: atoms, pids and their incarnations.
//!
//! Atoms never die, so an atom's word can be asked for its text at any later time. A pid's word says its numbers; which process of that pid
//! is meant follows from the spawns seen so far.
//!
//! Invariant: bounded by the atoms and functions there are and by what the recorder's dictionary still holds.

use crate::term::raw_term;
use crate::term::reference::with_etf;
use hashbrown::{HashMap, HashSet};
use rustler::sys::{ErlNifEnv, enif_alloc_env, enif_free_env};
use scope_core::symbols::ReferenceWords;
use scope_core::term::{resolve, tag};
use scope_core::{AtomId, Entity, EntityId, Mfa, MfaId, ProcessKey, Symbols};

/// Pids remembered, of processes that ended and of those that came after them. Past this many, a pid that is used again after so long is
/// taken for its old process.
const MAX_KNOWN: usize = 1 << 16;

/// Everything looked up so far.
#[derive(Debug)]
pub(crate) struct TermInterner {
    env: Env,
    atoms: HashMap<u64, AtomId>,
    functions: HashMap<(u64, u64, u64), MfaId>,
    entities: HashMap<u64, EntityId>,
    processes: HashMap<u64, ProcessKey>,
    /// Last incarnation of pids that had more than one.
    incarnations: HashMap<u64, u32>,
    /// Pids whose process has ended: the next one is a new incarnation. A pid may be spoken of (by a link, a send) before its spawn is
    /// read, so having been seen is no sign of an earlier process.
    ended: HashSet<u64>,
}

/// An environment of our own, for looking up atoms and pids from the sealer's thread.
#[derive(Debug)]
struct Env(*mut ErlNifEnv);

// SAFETY: a process-independent environment may be used by any thread, one at a time (it is behind the sealer's lock).
unsafe impl Send for Env {}

impl Drop for Env {
    fn drop(&mut self) {
        // SAFETY: made by enif_alloc_env, freed once.
        unsafe { enif_free_env(self.0) };
    }
}

impl TermInterner {
    pub(crate) fn new() -> Self {
        Self {
            // SAFETY: has no precondition.
            env: Env(unsafe { enif_alloc_env() }),
            atoms: HashMap::new(),
            functions: HashMap::new(),
            entities: HashMap::new(),
            processes: HashMap::new(),
            incarnations: HashMap::new(),
            ended: HashSet::new(),
        }
    }

    /// Drops what the recorder's dictionary has forgotten.
    pub(crate) fn forget(&mut self, symbols: &Symbols) {
        self.entities.retain(|_, id| symbols.entity(*id).is_some());
        let (entities, processes) = (&self.entities, &mut self.processes);
        processes.retain(|word, _| entities.contains_key(word));
        if self.incarnations.len() > MAX_KNOWN {
            self.incarnations.clear();
        }
    }

    /// The text of an atom.
    fn atom_text(&self, word: u64) -> Option<String> {
        with_etf(self.env.0, raw_term::term(word), |etf| match etf {
            [131, 119, n, text @ ..] if usize::from(*n) == text.len() => {
                Some(String::from_utf8_lossy(text).into_owned())
            }
            [131, 118, n1, n2, text @ ..] if usize::from(u16::from_be_bytes([*n1, *n2])) == text.len() => {
                Some(String::from_utf8_lossy(text).into_owned())
            }
            // ATOM_EXT and SMALL_ATOM_EXT: Latin-1, as OTP 25 still writes them.
            [131, 100, _, _, text @ ..] | [131, 115, _, text @ ..] => {
                Some(text.iter().map(|b| char::from(*b)).collect())
            }
            _ => None,
        })
        .flatten()
    }

    /// The process of a local pid's word, as known now.
    pub(crate) fn process(&mut self, word: u64) -> Option<ProcessKey> {
        if let Some(key) = self.processes.get(&word) {
            return Some(*key);
        }
        let (number, serial) = pid_numbers(self.env.0, word)?;
        let incarnation = self.incarnations.get(&word).copied().unwrap_or(1);
        let key = ProcessKey { number, serial, incarnation };
        self.processes.insert(word, key);
        Some(key)
    }

    /// The id of a function by its raw terms; none for module 0.
    pub(crate) fn function(&mut self, symbols: &mut Symbols, module: u64, function: u64, arity: u64) -> MfaId {
        if module == 0 {
            return MfaId::NONE;
        }
        if let Some(id) = self.functions.get(&(module, function, arity)) {
            return *id;
        }
        let module_id = resolve::Words::atom(self, symbols, module);
        let function_id = resolve::Words::atom(self, symbols, function);
        let id = symbols.intern_mfa(Mfa { module: module_id, function: function_id, arity: arity as u32 });
        self.functions.insert((module, function, arity), id);
        id
    }

    /// A process ended.
    pub(crate) fn ended(&mut self, word: u64) {
        if self.ended.len() >= MAX_KNOWN {
            self.ended.clear();
        }
        self.ended.insert(word);
    }

    /// A process was spawned: if one with its pid has ended before, it is a new incarnation.
    pub(crate) fn spawned(&mut self, word: u64) {
        if self.ended.remove(&word) {
            *self.incarnations.entry(word).or_insert(1) += 1;
            self.processes.remove(&word);
            self.entities.remove(&word);
        }
    }

    /// The party a word stands for: pid, registered name, port; [`EntityId::NONE`] for 0.
    pub(crate) fn entity(&mut self, symbols: &mut Symbols, word: u64) -> EntityId {
        if word == 0 {
            return EntityId::NONE;
        }
        if let Some(id) = self.entities.get(&word) {
            return *id;
        }
        let entity = if raw_term::local_pid(self.env.0, word) {
            self.process(word).map(Entity::Process)
        } else if raw_term::atom(self.env.0, word) {
            Some(Entity::Name(resolve::Words::atom(self, symbols, word)))
        } else {
            Some(Entity::Port(crate::term::reference::port_number(self.env.0, raw_term::term(word))))
        };
        let id = symbols.intern_entity(&entity.unwrap_or(Entity::Opaque(word)));
        self.entities.insert(word, id);
        id
    }

    /// The party a destination stands for that is no single word: an alias, `{name, node}`, a remote pid, a port.
    pub(crate) fn destination(&mut self, symbols: &mut Symbols, term: &[u8]) -> EntityId {
        let entity = match term {
            [tag::REFERENCE, n, words @ ..] if words.len() == usize::from(*n) * 4 => {
                let words: ReferenceWords =
                    words.chunks_exact(4).map(|w| u32::from_be_bytes([w[0], w[1], w[2], w[3]])).collect();
                Entity::Reference(words)
            }
            [tag::SMALL_TUPLE, 2, tag::ATOM, rest @ ..] if rest.len() == 17 => {
                let mut atom = |at: usize| {
                    let word = rest.get(at..).and_then(|r| r.first_chunk()).map_or(0, |w| u64::from_be_bytes(*w));
                    resolve::Words::atom(self, symbols, word)
                };
                Entity::RemoteName { name: atom(0), node: atom(9) }
            }
            [tag::PORT, number @ ..] => Entity::Port(number.first_chunk().map_or(0, |n| u64::from_be_bytes(*n))),
            [tag::OPAQUE, _, number @ ..] => Entity::Opaque(number.first_chunk().map_or(0, |n| u64::from_be_bytes(*n))),
            _ => Entity::Opaque(0),
        };
        symbols.intern_entity(&entity)
    }
}

impl resolve::Words for TermInterner {
    fn atom(&mut self, symbols: &mut Symbols, word: u64) -> AtomId {
        if let Some(id) = self.atoms.get(&word) {
            return *id;
        }
        let id = symbols.intern_atom(&self.atom_text(word).unwrap_or_default());
        self.atoms.insert(word, id);
        id
    }

    fn pid(&mut self, symbols: &mut Symbols, word: u64) -> EntityId {
        self.entity(symbols, word)
    }
}

/// The numbers of a local pid: NEW_PID_EXT is 88, node, u32 number, u32 serial, u32 creation; PID_EXT (103) has a u8 creation.
fn pid_numbers(env: *mut ErlNifEnv, word: u64) -> Option<(u32, u32)> {
    with_etf(env, raw_term::term(word), |etf| {
        let behind = match etf.get(1)? {
            88 => 12,
            103 => 9,
            _ => return None,
        };
        let numbers = etf.get(etf.len().checked_sub(behind)?..)?;
        let number = |at: usize| numbers.get(at..)?.first_chunk().map(|n| u32::from_be_bytes(*n));
        Some((number(0)?, number(4)?))
    })
    .flatten()
}
