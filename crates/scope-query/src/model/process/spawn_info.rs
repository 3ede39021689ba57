//! How a process began, as far as the trace shows: by its spawn, or by a sweep that found it alive.
//!
//! The arguments of a spawn through `proc_lib` hold the parent, the ancestors and the callback module; what a sweep wrote down holds the same
//! and more: the label, and what the supervisor said of the process and, if it is a supervisor itself, of its strategy.
//!
//! Invariant: what only a sweep can know is absent until a sweep has recorded it; nothing is guessed from names.

use crate::model::process::initial_call;
use crate::model::row::Row;
use crate::model::term_ref::{Dictionary, TermRef};
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::term::{Term, read};
use scope_core::trace::{Direction, Trace};
use scope_core::{Class, Kind, OrderKey, ProcessKey};

/// An ancestor: the pid, or the name it had, as the process itself remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ancestor {
    Pid(ProcessKey),
    Name(String),
}

/// What a supervisor says of one of its children.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Child {
    pub(crate) supervisor: Option<ProcessKey>,
    /// `None` where the supervisor gives none: children that were added while it ran.
    pub(crate) id: Option<Term>,
    /// `worker` or `supervisor`.
    pub(crate) kind: Option<String>,
    /// `permanent`, `transient` or `temporary`.
    pub(crate) restart: Option<String>,
    /// `None` is `dynamic`.
    pub(crate) modules: Option<Vec<String>>,
}

/// What a supervisor says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strategy {
    pub(crate) strategy: Option<String>,
    /// So many restarts are allowed ...
    pub(crate) intensity: Option<u64>,
    /// ... in so many seconds.
    pub(crate) period_s: Option<u64>,
}

/// How a process began.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Origin {
    pub(crate) parent: Option<ProcessKey>,
    /// Module, function, arity.
    pub(crate) initial_call: Option<(String, String, u32)>,
    /// The callback module.
    pub(crate) module: Option<String>,
    /// Nearest first; `None` when it is not known.
    pub(crate) ancestors: Option<Vec<Ancestor>>,
    pub(crate) label: Option<Term>,
    pub(crate) child: Option<Child>,
    /// It is a supervisor, and what is known of how it supervises.
    pub(crate) supervisor: Option<Strategy>,
    /// The match key of the arguments of its spawn: of what was recorded of them, and of their size.
    pub(crate) start_key: Option<u64>,
    /// Events read.
    pub(crate) n_events: u64,
    is_recorded: bool,
}

impl Origin {
    /// What was known of a process at a point of the order. What is remembered from before the low_watermark counts at any time, as does the first
    /// that is recorded later where nothing was known until then: who a process is does not change.
    pub(crate) fn of(trace: &Trace, process: ProcessKey, until: OrderKey) -> Self {
        let mut origin = Self::from_baseline(trace, process);
        let first = OrderKey::default();
        for at in trace.process_rows(process, &[Class::Process], first, OrderKey::MAX, Direction::Forward) {
            origin.learn(&Row::read(trace, at), until);
            if origin.is_recorded && at.key > until {
                break;
            }
        }
        origin
    }

    /// What the baseline remembers.
    pub(crate) fn from_baseline(trace: &Trace, process: ProcessKey) -> Self {
        let mut origin = Self::default();
        let Some(baseline) = trace.baseline() else { return origin };
        let Some(entry) = baseline.process(process) else { return origin };
        origin.is_recorded = entry.identity_known;
        origin.parent = entry.parent;
        origin.initial_call = entry.initial_call.clone();
        if let Some((term, symbols)) = baseline.origin_term(process) {
            origin.add(&TermRef { term, names: Dictionary::Baseline(symbols) });
        }
        origin
    }

    /// Takes in an event of the process; events come in order.
    pub(crate) fn learn(&mut self, row: &Row<'_>, until: OrderKey) {
        self.n_events += 1;
        if !matches!(row.kind(), Kind::Spawn | Kind::Alive) || self.is_recorded && row.key() > until {
            return;
        }
        self.is_recorded = true;
        self.parent = row.peer_process().or(self.parent);
        let mfa = row.event.mfa().and_then(|mfa| row.chunk.mfa(mfa));
        let text = |id| String::from(row.chunk.atom(id));
        let call = mfa.map(|mfa| (text(mfa.module), text(mfa.function), mfa.arity));
        self.initial_call = call.or_else(|| self.initial_call.take());
        if let Some(term) = row.term() {
            self.add(&TermRef { term, names: Dictionary::Chunk(row.chunk) });
        }
    }

    /// Takes in arguments or details. What cannot be read says nothing.
    fn add(&mut self, located: &TermRef<'_>) {
        match read::read(located.term.bytes, &located.names) {
            Ok(Term::List(arguments, None)) => self.spawned(&arguments, located),
            Ok(Term::Map(details) | Term::MapCut(details, _)) => self.found(&details),
            _ => {}
        }
    }

    fn spawned(&mut self, arguments: &[Term], located: &TermRef<'_>) {
        self.start_key = Some(located.term.key);
        let by_proc_lib =
            self.initial_call.as_ref().is_some_and(|(m, f, a)| m == "proc_lib" && f == "init_p" && *a == 5);
        if !by_proc_lib {
            return;
        }
        if let [parent, ancestors, ..] = arguments {
            // The arguments hold the ancestors of the parent; its own begin with the parent, by the name it had.
            let own = [Term::List(alloc::vec![parent.clone()], None), ancestors.clone()];
            self.ancestors = own.iter().map(read_ancestors).collect::<Option<Vec<_>>>().map(|parts| parts.concat());
        }
        self.module = initial_call::callback_module(arguments).map(String::from);
        self.supervisor = initial_call::is_supervisor(arguments).then(Strategy::default);
    }

    /// What a sweep wrote down is all that is known from then on: the baseline keeps the last record only.
    fn found(&mut self, details: &[(Term, Term)]) {
        self.ancestors = field(details, "ancestors").and_then(read_ancestors);
        self.module = field(details, "module").and_then(atom);
        self.label = field(details, "label").filter(|label| !is_nil(label)).cloned();
        self.child = field(details, "child").and_then(Child::read);
        self.supervisor = field(details, "supervisor").and_then(Strategy::read);
    }

    /// The id its supervisor gave it.
    pub(crate) fn child_id(&self) -> Option<&Term> {
        self.child.as_ref()?.id.as_ref()
    }

    /// Its supervisor does not restart it.
    pub(crate) fn is_temporary(&self) -> bool {
        self.child.as_ref().is_some_and(|child| child.restart.as_deref() == Some("temporary"))
    }

    /// Who supervises it: who said so, else its parent if that is a supervisor, which the caller has to find out.
    pub(crate) fn likely_supervisor(&self) -> Option<ProcessKey> {
        self.child.as_ref().and_then(|child| child.supervisor).or(self.parent)
    }
}

impl Child {
    fn read(term: &Term) -> Option<Self> {
        let Term::Map(fields) = term else { return None };
        Some(Self {
            supervisor: match field(fields, "supervisor") {
                Some(Term::Pid(process)) => Some(*process),
                _ => None,
            },
            id: field(fields, "id").filter(|id| !matches!(id, Term::Atom(name) if name == "undefined")).cloned(),
            kind: field(fields, "type").and_then(atom),
            restart: field(fields, "restart").and_then(atom),
            modules: match field(fields, "modules") {
                Some(Term::List(modules, None)) => Some(modules.iter().filter_map(atom).collect()),
                _ => None,
            },
        })
    }
}

impl Strategy {
    fn read(term: &Term) -> Option<Self> {
        let Term::Map(fields) = term else { return None };
        let number = |name| match field(fields, name) {
            Some(Term::Integer(n)) => u64::try_from(*n).ok(),
            _ => None,
        };
        Some(Self {
            strategy: field(fields, "strategy").and_then(atom),
            intensity: number("intensity"),
            period_s: number("period"),
        })
    }
}

fn read_ancestors(term: &Term) -> Option<Vec<Ancestor>> {
    // A list that was cut still has the nearest.
    let Term::List(items, _) = term else { return None };
    let ancestor = |item: &Term| match item {
        Term::Pid(process) => Some(Ancestor::Pid(*process)),
        Term::Atom(name) => Some(Ancestor::Name(name.clone())),
        _ => None,
    };
    Some(items.iter().filter_map(ancestor).collect())
}

fn field<'t>(fields: &'t [(Term, Term)], name: &str) -> Option<&'t Term> {
    fields.iter().find(|(key, _)| matches!(key, Term::Atom(key) if key == name)).map(|(_, value)| value)
}

fn atom(term: &Term) -> Option<String> {
    match term {
        Term::Atom(name) if name != "nil" => Some(name.clone()),
        _ => None,
    }
}

fn is_nil(term: &Term) -> bool {
    matches!(term, Term::Atom(name) if name == "nil")
}
