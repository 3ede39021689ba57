//! A filter in the ids of one chunk: names are looked up once, a pattern is tried once on each distinct term, and a chunk that cannot
//! hold a wanted row is known without looking at its rows.
//!
//! Invariant: a test that is decided for all rows of the chunk is a [`Truth`]; a join of such tests is one too.

use super::expression::{Bound, Measure, Order, Role};
use super::party::Known;
use super::plan::{CALLED_BACK, Node, Ready};
use super::tri_state::Truth;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use scope_core::chunk::Chunk;
use scope_core::term::pattern::{Match, Pattern};
use scope_core::{AtomId, Flags, Kind, MfaId, OrderKey};

/// A filter, ready for the rows of one chunk.
#[derive(Debug)]
pub(super) enum ChunkTest {
    Decided(Truth),
    /// The row is of one of these kinds.
    Kind(Kinds),
    /// The row is of one of these kinds, and passes.
    Of(Kinds, Asked),
    Not(Box<ChunkTest>),
    All(Vec<ChunkTest>),
    Any(Vec<ChunkTest>),
}

/// The test of a row of the right kind.
#[derive(Debug)]
pub(super) enum Asked {
    Process(Vec<Known>),
    Peer(Vec<Known>),
    /// The atom, for kinds that have one.
    Atom(AtomId),
    /// One of these functions, by id, or for kinds with an atom this one.
    What(Vec<bool>, Option<AtomId>),
    Term(Vec<Pattern<AtomId>>, Memo),
    Time(Order, u64),
    Complete(bool),
    Flag(Flags),
    Row(u32),
    Measure(Measure, Bound),
}

/// Kinds of one class, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u16);

impl Kinds {
    const ALL: Self = Self(u16::MAX);

    fn present(chunk: &Chunk, kinds: &[Kind]) -> Self {
        Self(kinds.iter().filter(|kind| chunk.has_kind(**kind)).fold(0, |bits, kind| bits | Self::bit(*kind)))
    }

    const fn bit(kind: Kind) -> u16 {
        1 << (kind as u8 & 15)
    }

    #[inline]
    const fn has(self, kind: Kind) -> bool {
        self.0 & Self::bit(kind) != 0
    }
}

/// What patterns said of each term of a chunk, once asked.
#[derive(Debug)]
pub(super) struct Memo {
    found: Vec<Cell<Option<Match>>>,
    /// The patterns need an atom or a text that the chunk does not have: a term that was kept whole does not match.
    only_possible: Cell<bool>,
    /// Terms that were asked about.
    n_asked: Cell<usize>,
}

/// So many terms are asked about before all bytes of the chunk are searched for the texts of the patterns.
const FEW_TERMS: usize = 256;

/// Bytes of a text that are searched for, at most: what is compared at each place of a chunk is bounded.
const MAX_SEARCHED: usize = 32;

impl ChunkTest {
    pub(super) fn new(node: &Node, chunk: &Chunk) -> Self {
        match node {
            Node::Test(test) => Self::of_test(test, chunk),
            Node::Not(inner) => match Self::new(inner, chunk) {
                Self::Decided(truth) => Self::Decided(truth.not()),
                test => Self::Not(Box::new(test)),
            },
            Node::All(parts) => {
                let mut tests = Vec::with_capacity(parts.len());
                for part in parts {
                    match Self::new(part, chunk) {
                        Self::Decided(Truth::No) => return Self::Decided(Truth::No),
                        Self::Decided(Truth::Yes) => {}
                        test => tests.push(test),
                    }
                }
                if tests.is_empty() { Self::Decided(Truth::Yes) } else { Self::All(tests) }
            }
            Node::Any(parts) => {
                let mut tests = Vec::with_capacity(parts.len());
                for part in parts {
                    match Self::new(part, chunk) {
                        Self::Decided(Truth::Yes) => return Self::Decided(Truth::Yes),
                        Self::Decided(Truth::No) => {}
                        test => tests.push(test),
                    }
                }
                if tests.is_empty() { Self::Decided(Truth::No) } else { Self::Any(tests) }
            }
        }
    }

    fn of_test(test: &Ready, chunk: &Chunk) -> Self {
        let class = chunk.class();
        let kinds = test.kinds().map_or(Kinds::ALL, |kinds| Kinds::present(chunk, kinds));
        if kinds == Kinds(0) {
            return Self::Decided(Truth::No);
        }
        let atom = |text: &str| chunk.find_atom(text);
        let asked = match test {
            Ready::Class(wanted) => return Self::Decided(Truth::of(*wanted == class)),
            Ready::Kind(kind) => return Self::of_kind(*kind, chunk),
            Ready::Id(id) => (id.class == class && id.chunk == chunk.seq()).then_some(Asked::Row(id.row)),
            Ready::Party(role, meant) => {
                let known = meant.known_in(chunk);
                (!known.is_empty()).then_some(match role {
                    Role::Process | Role::Sender => Asked::Process(known),
                    Role::Destination | Role::Peer => Asked::Peer(known),
                })
            }
            Ready::Name(name) => atom(name).map(Asked::Atom),
            Ready::Module(module) => atom(module).and_then(|module| {
                let mfas = functions(chunk, |mfa| mfa.module == module);
                let called_back = Kinds::present(chunk, CALLED_BACK) != Kinds(0);
                (called_back || !mfas.is_empty()).then_some(Asked::What(mfas, Some(module)))
            }),
            Ready::Function { module, name, arity } => atom(name).and_then(|name| {
                let module = module.as_ref().map(|module| atom(module));
                let mfas = functions(chunk, |mfa| {
                    mfa.function == name
                        && module.is_none_or(|module| module == Some(mfa.module))
                        && arity.is_none_or(|arity| arity == mfa.arity)
                });
                (!mfas.is_empty()).then_some(Asked::What(mfas, None))
            }),
            Ready::Term(_, patterns) => {
                let bound: Vec<_> = patterns.iter().map(|pattern| pattern.bind(&atom)).collect();
                let only_possible = bound.iter().all(|pattern| pattern.needs_the_unknown(&|_| false));
                let any = chunk.n_terms() > 0 && !(only_possible && chunk.all_complete());
                let memo = || Memo {
                    found: alloc::vec![Cell::new(None); chunk.n_terms()],
                    only_possible: Cell::new(only_possible),
                    n_asked: Cell::new(0),
                };
                any.then(|| Asked::Term(bound, memo()))
            }
            Ready::Time(order, time) => {
                let (first, last) = (chunk.first().tick, chunk.last().tick);
                match (order.holds(first, *time), order.holds(last, *time)) {
                    // An order that holds at both ends holds between them; so does one that holds at neither.
                    (at_first, at_last) if at_first == at_last => return Self::Decided(Truth::of(at_first)),
                    _ => Some(Asked::Time(*order, *time)),
                }
            }
            Ready::Complete(complete) => Some(Asked::Complete(*complete)),
            Ready::Flag(flag) => Some(Asked::Flag(*flag)),
            Ready::Measure(measure, bound) => Some(Asked::Measure(*measure, *bound)),
        };
        asked.map_or(Self::Decided(Truth::No), |asked| Self::Of(kinds, asked))
    }

    fn of_kind(kind: Kind, chunk: &Chunk) -> Self {
        let present = Kind::ALL.iter().filter(|other| chunk.has_kind(**other));
        match (chunk.has_kind(kind), present.count()) {
            (false, _) => Self::Decided(Truth::No),
            (true, 1) => Self::Decided(Truth::Yes),
            (true, _) => Self::Kind(Kinds(Kinds::bit(kind))),
        }
    }

    /// What the filter says of a row; `measured` answers for the measures.
    pub(super) fn truth(&self, chunk: &Chunk, row: u32, measured: &mut impl FnMut(Measure, Bound) -> Truth) -> Truth {
        match self {
            Self::Decided(truth) => *truth,
            Self::Kind(kinds) => Truth::of(kinds.has(chunk.kind(row))),
            Self::Of(kinds, asked) => {
                if *kinds == Kinds::ALL || kinds.has(chunk.kind(row)) {
                    asked.truth(chunk, row, measured)
                } else {
                    Truth::No
                }
            }
            Self::Not(inner) => inner.truth(chunk, row, measured).not(),
            Self::All(tests) => {
                let mut truth = Truth::Yes;
                for test in tests {
                    truth = truth.min(test.truth(chunk, row, measured));
                    if truth == Truth::No {
                        break;
                    }
                }
                truth
            }
            Self::Any(tests) => {
                let mut truth = Truth::No;
                for test in tests {
                    truth = truth.max(test.truth(chunk, row, measured));
                    if truth == Truth::Yes {
                        break;
                    }
                }
                truth
            }
        }
    }

    /// The rows that can pass at all, in time order, when an index gives them.
    pub(super) fn listed(&self, chunk: &Chunk) -> Option<Vec<u16>> {
        match self {
            Self::Of(_, Asked::Process(known)) => {
                let lists = known.iter().map(|known| chunk.rows_with_process(known.id()));
                Some(merged(chunk, lists.collect()))
            }
            Self::Of(_, Asked::Peer(known)) => {
                Some(merged(chunk, known.iter().map(|known| chunk.rows_with_peer(known.id())).collect()))
            }
            Self::Of(_, Asked::Row(row)) => {
                let row = u16::try_from(*row).ok().filter(|row| usize::from(*row) < chunk.len());
                Some(row.into_iter().collect())
            }
            Self::All(tests) => tests.iter().filter_map(|test| test.listed(chunk)).min_by_key(Vec::len),
            _ => None,
        }
    }
}

/// Rows of several lists in time order, each once.
fn merged(chunk: &Chunk, lists: Vec<&[u16]>) -> Vec<u16> {
    if let [only] = *lists {
        return only.to_vec();
    }
    let mut rows: Vec<(OrderKey, u16)> =
        lists.into_iter().flatten().map(|row| (chunk.key(u32::from(*row)), *row)).collect();
    rows.sort();
    rows.dedup();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Which of a chunk's functions are wanted, by id; empty when none is.
fn functions(chunk: &Chunk, wanted: impl Fn(scope_core::Mfa) -> bool) -> Vec<bool> {
    let ids = 0..=chunk.n_mfas() as u32;
    let found: Vec<bool> = ids.map(|id| chunk.mfa(MfaId(id)).is_some_and(&wanted)).collect();
    if found.contains(&true) { found } else { Vec::new() }
}

impl Asked {
    fn truth(&self, chunk: &Chunk, row: u32, measured: &mut impl FnMut(Measure, Bound) -> Truth) -> Truth {
        match self {
            Self::Process(known) => {
                let id = chunk.process_id(row);
                Truth::of(known.iter().any(|known| known.is(id, || chunk.key(row))))
            }
            Self::Peer(known) => {
                let id = chunk.peer_id(row);
                Truth::of(known.iter().any(|known| known.is(id, || chunk.key(row))))
            }
            Self::Atom(atom) => Truth::of(chunk.what(row) == atom.0),
            Self::What(mfas, atom) => {
                let (kind, what) = (chunk.kind(row), chunk.what(row));
                Truth::of(if kind.has_mfa() {
                    mfas.get(what as usize).is_some_and(|wanted| *wanted)
                } else {
                    atom.is_some_and(|atom| CALLED_BACK.contains(&kind) && atom.0 == what)
                })
            }
            Self::Term(patterns, memo) => memo.truth(patterns, chunk, row),
            Self::Time(order, time) => Truth::of(order.holds(chunk.key(row).tick, *time)),
            Self::Complete(complete) => {
                let found = chunk.term(chunk.term_id(row)).is_none_or(|term| term.complete);
                Truth::of(found == *complete)
            }
            Self::Flag(flag) => Truth::of(chunk.flags(row).contains(*flag)),
            Self::Row(wanted) => Truth::of(row == *wanted),
            Self::Measure(measure, bound) => measured(*measure, *bound),
        }
    }
}

impl Memo {
    fn truth(&self, patterns: &[Pattern<AtomId>], chunk: &Chunk, row: u32) -> Truth {
        let id = chunk.term_id(row);
        let Some(slot) = (id.0 as usize).checked_sub(1).and_then(|at| self.found.get(at)) else { return Truth::No };
        if let Some(found) = slot.get() {
            return found.into();
        }
        self.n_asked.update(|n| n + 1);
        if self.n_asked.get() == FEW_TERMS {
            let lack = |text: &[u8]| !chunk.terms_contain(text.get(..MAX_SEARCHED).unwrap_or(text));
            self.only_possible.update(|only| only || patterns.iter().all(|pattern| pattern.needs_the_unknown(&lack)));
        }
        let found = match chunk.term(id) {
            Some(term) if !(self.only_possible.get() && term.complete) => {
                patterns.iter().map(|pattern| pattern.matches(term.bytes, chunk)).max().unwrap_or(Match::No)
            }
            _ => Match::No,
        };
        slot.set(Some(found));
        found.into()
    }
}
