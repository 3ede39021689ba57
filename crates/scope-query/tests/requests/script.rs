//! Scripted traces: a story written event by event through the public writer, and remembered whole for the oracles.

use scope_core::event::Flags;
use scope_core::header::Header;
use scope_core::store::Limits;
use scope_core::term::redact::Redactor;
use scope_core::term::resolve::{Ids, Resolved, resolve};
use scope_core::term::{Term, write::write};
use scope_core::trace::Trace;
use scope_core::writer::Writer;
use scope_core::{Entity, EntityId, Event, EventId, Kind, OrderKey, ProcessKey, Symbols};
use scope_query::Answer;
use scope_query::Request;
use scope_query::answer::Call;
use scope_query::answer::Message;
use scope_query::answer::ServerCall;
use scope_query::answer::State;
use scope_query::requests::Data;
use scope_query::requests::ProcessWindow;
use scope_query::requests::events::EventsRequest;
use scope_query::requests::message::MessageDetail;
use scope_query::requests::message::MessageRequest;
use scope_query::requests::message_flow::MessageFlowRequest;
use scope_query::requests::snapshot_at::Snapshot;
use scope_query::requests::snapshot_at::SnapshotAtRequest;
use scope_query::{Error, answer};

/// The first process with a pid.
pub(crate) const fn pid(number: u32) -> ProcessKey {
    ProcessKey::first(number, 0)
}

/// A later process with the same pid.
pub(crate) const fn again(number: u32, incarnation: u32) -> ProcessKey {
    ProcessKey { number, serial: 0, incarnation }
}

pub(crate) fn atom(name: &str) -> Term {
    Term::Atom(name.into())
}

/// Where a message is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Pid(ProcessKey),
    Dead(ProcessKey),
    Name(&'static str),
    Alias(u32),
}

/// An event as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) id: EventId,
    pub(crate) key: OrderKey,
    pub(crate) kind: Kind,
    pub(crate) flags: Flags,
    pub(crate) process: Option<ProcessKey>,
    /// Function or atom, by name.
    pub(crate) what: Option<(String, String)>,
    pub(crate) peer: Option<Peer>,
    pub(crate) term: Option<Term>,
}

/// The other party as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Process(ProcessKey),
    Name(String),
    Other,
}

impl Written {
    /// The other party, if it is a process.
    pub(crate) const fn peer_process(&self) -> Option<ProcessKey> {
        match self.peer {
            Some(Peer::Process(process)) => Some(process),
            _ => None,
        }
    }
}

/// A recording in the making.
#[derive(Debug)]
pub(crate) struct Script {
    writer: Writer,
    redactor: Redactor,
    tie: u32,
    tick: u64,
    pub(crate) written: Vec<Written>,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::keeping(u64::from(u32::MAX))
    }

    /// A recording that keeps so many events.
    pub(crate) fn keeping(max_events: u64) -> Self {
        Self::within(Limits { max_events, ..Limits::default() })
    }

    /// A recording within limits.
    pub(crate) fn within(limits: Limits) -> Self {
        let header = Header { recorder_version: "0.1.0".into(), node: "shop@host".into(), ..Header::default() };
        Self {
            writer: Writer::new(header, limits, 7),
            redactor: Redactor::default(),
            tie: 0,
            tick: 0,
            written: Vec::new(),
        }
    }

    pub(crate) fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }

    /// The trace up to the last event written.
    pub(crate) fn trace(&mut self) -> Trace {
        let watermark = self.tick;
        self.writer.snapshot(watermark)
    }

    /// Tells one event. Ticks never go back.
    fn tell(
        &mut self,
        tick: u64,
        kind: Kind,
        process: Option<ProcessKey>,
        fill: impl FnOnce(&mut Symbols, &mut Event),
        term: Option<&Term>,
    ) -> EventId {
        assert!(tick >= self.tick, "a story is written in order");
        self.tie = if tick == self.tick { self.tie + 1 } else { 0 };
        self.tick = tick;
        let seed = self.writer.seed();
        let symbols = self.writer.symbols();
        let key = OrderKey { tick, thread: 0, tie: self.tie };
        let process_id = process.map_or(EntityId::NONE, |process| symbols.intern_process(process));
        let mut event = Event { key, kind, flags: Flags::NONE, process: process_id, peer: EntityId::NONE, what: 0 };
        fill(symbols, &mut event);
        let what = event.mfa().and_then(|id| symbols.mfa(id)).map(|mfa| (mfa.module, mfa.function));
        let peer = symbols.entity(event.peer).cloned();
        let text = |id| symbols.atom(id).to_string();
        let what = what.map(|(m, f)| (text(m), text(f))).or_else(|| event.atom().map(|id| (text(id), String::new())));
        let (mut raw, mut bytes) = (Vec::new(), Vec::new());
        let resolved: Option<Resolved> = term.map(|term| {
            write(term, symbols, &mut raw);
            resolve(&raw, &mut Ids, symbols, &self.redactor, seed, &mut bytes).expect("a written term resolves")
        });
        let id = self
            .writer
            .push(&event, resolved.map(|resolved| (&*bytes, resolved)))
            .expect("a scripted event is taken in");
        let peer = match peer {
            Some(Entity::Process(process)) => Some(Peer::Process(process)),
            Some(Entity::Name(name)) => Some(Peer::Name(self.writer.symbols().atom(name).into())),
            Some(_) => Some(Peer::Other),
            None => None,
        };
        self.written.push(Written { id, key, kind, flags: event.flags, process, what, peer, term: term.cloned() });
        id
    }

    pub(crate) fn spawn(&mut self, tick: u64, child: ProcessKey, parent: ProcessKey) -> EventId {
        self.spawn_with(tick, child, parent, vec![])
    }

    /// A spawn through `proc_lib` with these arguments.
    pub(crate) fn spawn_with(
        &mut self,
        tick: u64,
        child: ProcessKey,
        parent: ProcessKey,
        arguments: Vec<Term>,
    ) -> EventId {
        self.spawn_as(tick, child, parent, ("proc_lib", "init_p"), arguments)
    }

    /// A spawn of a function of a module with these arguments.
    pub(crate) fn spawn_as(
        &mut self,
        tick: u64,
        child: ProcessKey,
        parent: ProcessKey,
        (module, function): (&str, &str),
        arguments: Vec<Term>,
    ) -> EventId {
        let arity = if module == "proc_lib" { 5 } else { arguments.len() as u32 };
        let fill = |symbols: &mut Symbols, event: &mut Event| {
            event.peer = symbols.intern_process(parent);
            event.what = symbols.intern_function(module, function, arity).0;
        };
        self.tell(tick, Kind::Spawn, Some(child), fill, Some(&Term::List(arguments, None)))
    }

    pub(crate) fn exit(&mut self, tick: u64, process: ProcessKey, reason: &Term) -> EventId {
        self.tell(tick, Kind::Exit, Some(process), |_, _| {}, Some(reason))
    }

    /// A process is found to have ended, for a reason that is not known.
    pub(crate) fn gone(&mut self, tick: u64, process: ProcessKey) -> EventId {
        self.tell(tick, Kind::Exit, Some(process), |_, _| {}, None)
    }

    /// A sweep finds a process.
    pub(crate) fn alive(
        &mut self,
        tick: u64,
        process: ProcessKey,
        parent: ProcessKey,
        details: Vec<(&str, Term)>,
    ) -> EventId {
        let fill = |symbols: &mut Symbols, event: &mut Event| {
            event.peer = symbols.intern_process(parent);
            event.what = symbols.intern_function("Elixir.Found", "init", 1).0;
        };
        let details = details.into_iter().map(|(key, value)| (atom(key), value)).collect();
        self.tell(tick, Kind::Alive, Some(process), fill, Some(&Term::Map(details)))
    }

    pub(crate) fn link(&mut self, tick: u64, process: ProcessKey, peer: ProcessKey) -> EventId {
        self.with_peer(tick, Kind::Link, process, peer)
    }

    pub(crate) fn unlink(&mut self, tick: u64, process: ProcessKey, peer: ProcessKey) -> EventId {
        self.with_peer(tick, Kind::Unlink, process, peer)
    }

    fn with_peer(&mut self, tick: u64, kind: Kind, process: ProcessKey, peer: ProcessKey) -> EventId {
        self.tell(tick, kind, Some(process), |symbols, event| event.peer = symbols.intern_process(peer), None)
    }

    pub(crate) fn register(&mut self, tick: u64, process: ProcessKey, name: &str) -> EventId {
        self.named(tick, Kind::Register, process, name)
    }

    pub(crate) fn unregister(&mut self, tick: u64, process: ProcessKey, name: &str) -> EventId {
        self.named(tick, Kind::Unregister, process, name)
    }

    fn named(&mut self, tick: u64, kind: Kind, process: ProcessKey, name: &str) -> EventId {
        self.tell(tick, kind, Some(process), |symbols, event| event.what = symbols.intern_atom(name).0, None)
    }

    pub(crate) fn send(&mut self, tick: u64, from: ProcessKey, to: &To, message: &Term) -> EventId {
        let fill = |symbols: &mut Symbols, event: &mut Event| {
            let entity = match to {
                To::Pid(process) => Entity::Process(*process),
                To::Dead(process) => {
                    event.flags = Flags::TO_DEAD;
                    Entity::Process(*process)
                }
                To::Name(name) => Entity::Name(symbols.intern_atom(name)),
                To::Alias(number) => Entity::Reference([*number, 2, 3].into_iter().collect()),
            };
            event.peer = symbols.intern_entity(&entity);
        };
        self.tell(tick, Kind::Send, Some(from), fill, Some(message))
    }

    pub(crate) fn deliver(&mut self, tick: u64, to: ProcessKey, message: &Term) -> EventId {
        self.tell(tick, Kind::Delivered, Some(to), |_, _| {}, Some(message))
    }

    pub(crate) fn handle(&mut self, tick: u64, process: ProcessKey, message: &Term) -> EventId {
        self.tell(tick, Kind::Handled, Some(process), |_, _| {}, Some(message))
    }

    /// A call with these arguments, or a return of this value.
    pub(crate) fn with_term(
        &mut self,
        tick: u64,
        kind: Kind,
        process: ProcessKey,
        function: &str,
        term: &Term,
    ) -> EventId {
        let fill = |symbols: &mut Symbols, event: &mut Event| {
            event.what = symbols.intern_function("Elixir.Shop", function, 1).0
        };
        self.tell(tick, kind, Some(process), fill, Some(term))
    }

    pub(crate) fn state(&mut self, tick: u64, process: ProcessKey, state: &Term) -> EventId {
        self.of_module(tick, Kind::State, process, state)
    }

    pub(crate) fn terminate(&mut self, tick: u64, process: ProcessKey, state: &Term) -> EventId {
        self.of_module(tick, Kind::Terminate, process, state)
    }

    fn of_module(&mut self, tick: u64, kind: Kind, process: ProcessKey, state: &Term) -> EventId {
        let fill = |symbols: &mut Symbols, event: &mut Event| event.what = symbols.intern_atom("Elixir.Shop.Cart").0;
        self.tell(tick, kind, Some(process), fill, Some(state))
    }

    pub(crate) fn call(&mut self, tick: u64, process: ProcessKey, function: &str) -> EventId {
        self.called(tick, Kind::Call, process, function, Flags::NONE)
    }

    /// A call whose return is not traced.
    pub(crate) fn call_only(&mut self, tick: u64, process: ProcessKey, function: &str) -> EventId {
        self.called(tick, Kind::Call, process, function, Flags::NO_RETURN)
    }

    pub(crate) fn ret(&mut self, tick: u64, process: ProcessKey, function: &str) -> EventId {
        self.called(tick, Kind::Return, process, function, Flags::NONE)
    }

    pub(crate) fn raise(&mut self, tick: u64, process: ProcessKey, function: &str) -> EventId {
        self.called(tick, Kind::Exception, process, function, Flags::NONE)
    }

    fn called(&mut self, tick: u64, kind: Kind, process: ProcessKey, function: &str, flags: Flags) -> EventId {
        let term = match kind {
            Kind::Call => Term::List(vec![Term::Integer(1)], None),
            Kind::Return => atom("ok"),
            _ => Term::Tuple(vec![atom("error"), atom("badarith")]),
        };
        let fill = |symbols: &mut Symbols, event: &mut Event| {
            event.what = symbols.intern_function("Elixir.Shop", function, 1).0;
            event.flags = flags;
        };
        self.tell(tick, kind, Some(process), fill, Some(&term))
    }

    /// A process, or all, becomes a target for some classes, or stops being one.
    pub(crate) fn target(&mut self, tick: u64, added: bool, process: Option<ProcessKey>, classes: &[&str]) -> EventId {
        let classes = Term::List(classes.iter().copied().map(atom).collect(), None);
        let details = Term::Map(vec![(atom("classes"), classes)]);
        let kind = if added { Kind::TargetAdded } else { Kind::TargetRemoved };
        self.tell(tick, kind, process, |_, _| {}, Some(&details))
    }

    /// A function gets a pattern, or loses it.
    pub(crate) fn pattern(&mut self, tick: u64, added: bool, function: &str) -> EventId {
        let kind = if added { Kind::PatternAdded } else { Kind::PatternRemoved };
        let fill = |symbols: &mut Symbols, event: &mut Event| {
            event.what = symbols.intern_function("Elixir.Shop", function, 1).0;
        };
        self.tell(tick, kind, None, fill, None)
    }

    /// The recorder stops tracing something of a process, or traces it again: its `calls` to protect it, or all `tracing` while another tracer
    /// has it.
    pub(crate) fn governor(&mut self, tick: u64, process: ProcessKey, what: &str, step: &str) -> EventId {
        let details = Term::Map(vec![(atom(what), atom(step))]);
        self.tell(tick, Kind::GovernorStep, Some(process), |_, _| {}, Some(&details))
    }
}

pub(crate) fn events(trace: &Trace, request: EventsRequest) -> Result<Vec<scope_query::answer::Event>, Error> {
    match ask(trace, Request::Events(request))?.data {
        Data::Events(events) => Ok(events),
        data => panic!("events, not {data:?}"),
    }
}

pub(crate) fn ask(trace: &Trace, request: Request) -> Result<Answer, Error> {
    answer(trace, &request)
}

pub(crate) fn window(process: &str) -> ProcessWindow {
    ProcessWindow { process: process.into(), from: None, to: None, limit: None, after: None }
}

pub(crate) fn flow(a: &str, b: &str) -> MessageFlowRequest {
    MessageFlowRequest {
        a: a.into(),
        b: Some(b.into()),
        direction: None,
        from: None,
        to: None,
        limit: None,
        after: None,
    }
}

pub(crate) fn states(answer: Answer) -> Vec<State> {
    match answer.data {
        Data::StateTimeline(states) => states,
        data => panic!("states, not {data:?}"),
    }
}

pub(crate) fn messages(answer: Answer) -> Vec<Message> {
    match answer.data {
        Data::MessageFlow(messages) => messages,
        data => panic!("messages, not {data:?}"),
    }
}

/// A message by the id of one of its events.
pub(crate) fn message(trace: &Trace, id: EventId) -> MessageDetail {
    match ask(trace, Request::Message(MessageRequest { id: id.to_string() })).expect("an answer").data {
        Data::Message(message) => message,
        data => panic!("a message, not {data:?}"),
    }
}

pub(crate) fn server_calls(answer: Answer) -> Vec<ServerCall> {
    match answer.data {
        Data::ServerCalls(calls) => calls,
        data => panic!("server calls, not {data:?}"),
    }
}

pub(crate) fn snapshot_request(time: u64) -> SnapshotAtRequest {
    SnapshotAtRequest { time, messages: None, tree: false, limit: None, after: None }
}

pub(crate) fn snapshot(answer: Answer) -> Snapshot {
    match answer.data {
        Data::SnapshotAt(snapshot) => snapshot,
        data => panic!("a snapshot, not {data:?}"),
    }
}

pub(crate) fn calls(answer: Answer) -> Vec<Call> {
    match answer.data {
        Data::ExecutionPath(calls) | Data::SlowestFunctionCalls(calls) | Data::FunctionCalls(calls) => calls,
        data => panic!("calls, not {data:?}"),
    }
}

/// Every page of a request, put together; `step` gives the request of the cursor before.
pub(crate) fn pages<T>(
    trace: &Trace,
    step: impl Fn(Option<String>) -> Request,
    rows: impl Fn(Answer) -> Vec<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let answer = ask(trace, step(after)).expect("a page");
        assert_eq!(answer.next.is_some(), answer.coverage.truncated);
        after = answer.next.clone();
        let page = rows(answer);
        assert!(!page.is_empty() || after.is_none(), "a page before the last has rows");
        all.extend(page);
        if after.is_none() {
            return all;
        }
    }
}
