//! The names an event refers to: atoms, functions and the parties of a message.
//!
//! A recorder keeps one [`Symbols`] for its whole life; each chunk carries the part of it that its own rows use.
//!
//! Invariant: id 0 means "none" in every table, so that an empty column is all zeros.

use crate::elixir::Elixir;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;
use hashbrown::HashMap;
use smallvec::SmallVec;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            /// No entry.
            pub const NONE: Self = Self(0);
            /// Whether this is no entry.
            #[must_use]
            pub const fn is_none(self) -> bool { self.0 == 0 }
        }
    };
}
id! {
    /// An atom in a dictionary.
    AtomId
}
id! {
    /// A process, port, reference or name in a dictionary.
    EntityId
}
id! {
    /// A module, function and arity in a dictionary.
    MfaId
}

impl EntityId {
    /// Marks the ids of short-lived entities. The others keep their ids, so that terms that hold them stay equal.
    const EPHEMERAL: u32 = 1 << 31;

    /// Whether the entity is short-lived.
    #[must_use]
    pub const fn is_ephemeral(self) -> bool {
        self.0 & Self::EPHEMERAL != 0
    }

    /// Its place in its table; beyond every table for none.
    #[must_use]
    pub(crate) const fn index(self) -> usize {
        ((self.0 & !Self::EPHEMERAL) as usize).wrapping_sub(1)
    }
}

/// Which process: the numbers of its pid, and how often that pid had been used before in this trace.
///
/// Shown as `<0.123.0>`, and from the second incarnation on as `<0.123.0>~2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessKey {
    /// The second number of the pid.
    pub number: u32,
    /// The third number of the pid.
    pub serial: u32,
    /// 1 for the first process seen with this pid, 2 for the next, and so on. 0 is not a process.
    pub incarnation: u32,
}

impl ProcessKey {
    /// No process is smaller.
    pub const MIN: Self = Self { number: 0, serial: 0, incarnation: 0 };
    /// No process is larger.
    pub const MAX: Self = Self { number: u32::MAX, serial: u32::MAX, incarnation: u32::MAX };

    /// The first process with this pid.
    #[must_use]
    pub const fn first(number: u32, serial: u32) -> Self {
        Self { number, serial, incarnation: 1 }
    }
}

impl fmt::Display for ProcessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<0.{}.{}>", self.number, self.serial)?;
        if self.incarnation > 1 { write!(f, "~{}", self.incarnation) } else { Ok(()) }
    }
}

/// A pid as a user writes it: with an incarnation it names one process, without one the caller decides which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PidText {
    /// The second number of the pid.
    pub number: u32,
    /// The third number of the pid.
    pub serial: u32,
    /// The incarnation, if one was written.
    pub incarnation: Option<u32>,
}

impl PidText {
    /// Whether a process is one that is meant.
    #[must_use]
    pub fn means(self, process: ProcessKey) -> bool {
        self.number == process.number
            && self.serial == process.serial
            && self.incarnation.is_none_or(|incarnation| incarnation == process.incarnation)
    }
}

impl fmt::Display for PidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<0.{}.{}>", self.number, self.serial)?;
        self.incarnation.map_or(Ok(()), |incarnation| write!(f, "~{incarnation}"))
    }
}

impl FromStr for PidText {
    type Err = ();

    /// Accepts `<0.1.2>`, `#PID<0.1.2>` and either with `~n`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let body = text.strip_prefix("#PID").unwrap_or(text).strip_prefix("<0.").ok_or(())?;
        let (numbers, rest) = body.split_once('>').ok_or(())?;
        let (number, serial) = numbers.split_once('.').ok_or(())?;
        let parse = |digits: &str| {
            if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse::<u32>().map_err(|_| ()) } else { Err(()) }
        };
        let incarnation = match rest.strip_prefix('~') {
            Some(digits) => Some(parse(digits)?).filter(|n| *n > 0).map(Some).ok_or(())?,
            None if rest.is_empty() => None,
            None => return Err(()),
        };
        Ok(Self { number: parse(number)?, serial: parse(serial)?, incarnation })
    }
}

/// The identifying words of a reference of this node, most significant last, as ETF's `NEWER_REFERENCE_EXT` orders them.
pub type ReferenceWords = SmallVec<[u32; 5]>;

/// A party of an event. Atom ids belong to the same dictionary as the entity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A process of the recorded node.
    Process(ProcessKey),
    /// A process of another node.
    RemoteProcess {
        /// Its node.
        node: AtomId,
        /// The second number of the pid.
        number: u32,
        /// The third number of the pid.
        serial: u32,
    },
    /// A port of the recorded node, by its number.
    Port(u64),
    /// A process alias or monitor reference of the recorded node.
    Reference(ReferenceWords),
    /// A registered name on the recorded node.
    Name(AtomId),
    /// A registered name on another node.
    RemoteName {
        /// The name.
        name: AtomId,
        /// The node.
        node: AtomId,
    },
    /// A party of a kind that cannot be read; equal numbers mean equal parties.
    Opaque(u64),
}

/// A message's other party, independent of any chunk's dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PeerKey {
    /// A process of the recorded node.
    Process(ProcessKey),
    /// A registered name of the recorded node.
    Name(String),
    /// A reference (alias).
    Reference(ReferenceWords),
}

impl Entity {
    /// Whether it is short-lived and occurs in no term.
    const fn is_ephemeral(&self) -> bool {
        matches!(self, Self::Reference(_) | Self::Port(_) | Self::RemoteProcess { .. } | Self::Opaque(_))
    }
}

/// A function by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mfa {
    /// The module.
    pub module: AtomId,
    /// The function.
    pub function: AtomId,
    /// The number of arguments.
    pub arity: u32,
}

/// A dictionary of everything a recorder has named so far.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    atoms: Vec<Box<str>>,
    atom_ids: HashMap<Box<str>, AtomId>,
    /// `None` where a process was forgotten.
    entities: Vec<Option<Entity>>,
    free: Vec<EntityId>,
    /// Short-lived entities: above all references, a new one for each call of a server.
    ephemeral: Vec<Entity>,
    entity_ids: HashMap<Entity, EntityId>,
    mfas: Vec<Mfa>,
    mfa_ids: HashMap<Mfa, MfaId>,
    /// The release of Elixir of the node that all this is of.
    pub(crate) elixir: Elixir,
}

impl Symbols {
    /// An empty dictionary.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of an atom, adding it if new.
    pub fn intern_atom(&mut self, text: &str) -> AtomId {
        if let Some(id) = self.atom_ids.get(text) {
            return *id;
        }
        self.atoms.push(text.into());
        let id = AtomId(self.atoms.len() as u32);
        self.atom_ids.insert(text.into(), id);
        id
    }

    /// The id of an entity, adding it if new.
    pub fn intern_entity(&mut self, entity: &Entity) -> EntityId {
        if let Some(id) = self.entity_ids.get(entity) {
            return *id;
        }
        let id = if entity.is_ephemeral() {
            self.ephemeral.push(entity.clone());
            EntityId(self.ephemeral.len() as u32 | EntityId::EPHEMERAL)
        } else if let Some((id, slot)) = self.free.pop().and_then(|id| Some((id, self.entities.get_mut(id.index())?))) {
            *slot = Some(entity.clone());
            id
        } else {
            self.entities.push(Some(entity.clone()));
            EntityId(self.entities.len() as u32)
        };
        self.entity_ids.insert(entity.clone(), id);
        id
    }

    /// How many references, ports and the like are held.
    #[must_use]
    pub const fn n_ephemeral(&self) -> usize {
        self.ephemeral.len()
    }

    /// Forgets all references, ports and the like: their ids mean nothing any more, and will be given to others.
    pub fn forget_ephemeral(&mut self) {
        for entity in self.ephemeral.drain(..) {
            self.entity_ids.remove(&entity);
        }
    }

    /// Forgets a process: its id means nothing any more, and will be given to another.
    pub fn forget(&mut self, process: EntityId) {
        if process.is_ephemeral() {
            return;
        }
        let Some(slot @ Some(Entity::Process(_))) = self.entities.get_mut(process.index()) else { return };
        if let Some(entity) = slot.take() {
            self.entity_ids.remove(&entity);
            self.free.push(process);
        }
    }

    /// The id of a process of the recorded node.
    pub fn intern_process(&mut self, process: ProcessKey) -> EntityId {
        self.intern_entity(&Entity::Process(process))
    }

    /// The id of a function, adding it if new.
    pub fn intern_mfa(&mut self, mfa: Mfa) -> MfaId {
        if let Some(id) = self.mfa_ids.get(&mfa) {
            return *id;
        }
        self.mfas.push(mfa);
        let id = MfaId(self.mfas.len() as u32);
        self.mfa_ids.insert(mfa, id);
        id
    }

    /// The id of a function by its names.
    pub fn intern_function(&mut self, module: &str, function: &str, arity: u32) -> MfaId {
        let mfa = Mfa { module: self.intern_atom(module), function: self.intern_atom(function), arity };
        self.intern_mfa(mfa)
    }

    /// The text of an atom; empty for an id this dictionary does not have.
    #[must_use]
    pub fn atom(&self, id: AtomId) -> &str {
        self.atoms.get((id.0 as usize).wrapping_sub(1)).map_or("", |text| text)
    }

    /// An entity, or `None` for an id this dictionary does not have.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        if id.is_ephemeral() { self.ephemeral.get(id.index()) } else { self.entities.get(id.index())?.as_ref() }
    }

    /// A function, or `None` for an id this dictionary does not have.
    #[must_use]
    pub fn mfa(&self, id: MfaId) -> Option<Mfa> {
        self.mfas.get((id.0 as usize).wrapping_sub(1)).copied()
    }

    /// How many atoms, entities and functions are held.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.atoms.len(), self.entities.len() - self.free.len() + self.ephemeral.len(), self.mfas.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn pids_are_read_as_people_write_them() {
        let pid = |n, s, i| Ok(PidText { number: n, serial: s, incarnation: i });
        assert_eq!("#PID<0.123.0>".parse(), pid(123, 0, None));
        assert_eq!("<0.123.4>".parse(), pid(123, 4, None));
        assert_eq!("<0.123.0>~2".parse(), pid(123, 0, Some(2)));
        for bad in ["", "0.1.2", "<1.2.3>", "<0.1>", "<0.1.2", "<0.1.2>~0", "<0.1.2>~", "<0.+1.2>", "<0.1.2>x"] {
            assert_eq!(bad.parse::<PidText>(), Err(()), "{bad}");
        }
        assert_eq!(ProcessKey { number: 1, serial: 2, incarnation: 3 }.to_string(), "<0.1.2>~3");
        assert_eq!(ProcessKey::first(1, 2).to_string(), "<0.1.2>");
    }

    #[test]
    fn what_passes_is_forgotten_and_the_rest_keeps_its_id() {
        let mut symbols = Symbols::new();
        let reference = |n| Entity::Reference([n, 2, 3].into_iter().collect());
        let (one, two) = (ProcessKey::first(1, 0), ProcessKey::first(2, 0));
        let first = symbols.intern_process(one);
        let ephemeral = symbols.intern_entity(&reference(1));
        let second = symbols.intern_process(two);
        assert!(ephemeral.is_ephemeral() && !first.is_ephemeral());
        assert_eq!(symbols.entity(ephemeral), Some(&reference(1)));
        symbols.forget_ephemeral();
        assert_eq!((symbols.entity(ephemeral), symbols.n_ephemeral()), (None, 0));
        assert_eq!((symbols.intern_process(one), symbols.intern_process(two)), (first, second));
        symbols.forget(first);
        assert_eq!((symbols.entity(first), symbols.entity(second)), (None, Some(&Entity::Process(two))));
        assert_eq!(symbols.intern_process(ProcessKey::first(3, 0)), first);
        // Names stay.
        let name = symbols.intern_atom("cart");
        let named = symbols.intern_entity(&Entity::Name(name));
        symbols.forget(named);
        assert_eq!(symbols.entity(named), Some(&Entity::Name(name)));
    }

    #[test]
    fn a_symbol_keeps_its_id() {
        let mut symbols = Symbols::new();
        let a = symbols.intern_atom("ok");
        assert_eq!(symbols.intern_atom("ok"), a);
        assert_eq!(symbols.atom(a), "ok");
        assert_eq!(symbols.atom(AtomId::NONE), "");
        let mfa = symbols.intern_function("Elixir.Shop.Cart", "add", 2);
        assert_eq!(symbols.intern_function("Elixir.Shop.Cart", "add", 2), mfa);
        assert_eq!(symbols.entity(EntityId(7)), None);
    }
}
