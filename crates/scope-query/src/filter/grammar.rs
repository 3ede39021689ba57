//! The fields of a filter, in one table: what they are called, what value each takes, what they ask, and an example.
//!
//! Invariant: the parser and the page `docs/filter.md` read this table, so that what is documented is what is read; every example is tested.

use super::expression::{Content, Measure, Role};

/// One field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) doc: &'static str,
    pub(super) example: &'static str,
}

/// What value a field takes, and what it asks with it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Class,
    Kind,
    Party(Role),
    Name,
    Module,
    Function,
    Mfa,
    Pattern(Content),
    Time,
    Measure(Measure),
    Complete,
    Flag,
    Id,
}

/// Every field.
pub(super) const FIELDS: &[Field] = &[
    Field { name: "class", value: Value::Class, doc: "of this class", example: "class:message" },
    Field { name: "kind", value: Value::Kind, doc: "of this kind", example: "kind:send" },
    Field {
        name: "process",
        value: Value::Party(Role::Process),
        doc: "it happened in this process",
        example: "process::cart",
    },
    Field { name: "from", value: Value::Party(Role::Sender), doc: "a send by this process", example: "from:<0.101.0>" },
    Field {
        name: "to",
        value: Value::Party(Role::Destination),
        doc: "a send to this process: to its pid, or to a name it held then. A reply to an alias names no process",
        example: "to::cart",
    },
    Field {
        name: "peer",
        value: Value::Party(Role::Peer),
        doc: "the other one is this process: the destination of a send, the parent of a spawn, the other end of a link",
        example: "kind:spawn peer:<0.100.0>",
    },
    Field {
        name: "name",
        value: Value::Name,
        doc: "registers or gives up this name; a span or mark of this name",
        example: "name:cart",
    },
    Field {
        name: "module",
        value: Value::Module,
        doc: "a function of this module, or a callback of it (handled, state, terminate)",
        example: "module:Shop.Cart",
    },
    Field {
        name: "function",
        value: Value::Function,
        doc: "a function of this name in any module; with or without its arity",
        example: "function:charge/2",
    },
    Field {
        name: "mfa",
        value: Value::Mfa,
        doc: "this function; with or without its arity",
        example: "mfa:Shop.Gateway.charge",
    },
    Field {
        name: "message",
        value: Value::Pattern(Content::Message),
        doc: "a message (sent, delivered, handled) that matches; of a GenServer call or cast also the request in it",
        example: "message~{:add, \"desk\", _}",
    },
    Field {
        name: "args",
        value: Value::Pattern(Content::Arguments),
        doc: "a call whose list of arguments matches",
        example: "args~[100, ...]",
    },
    Field {
        name: "result",
        value: Value::Pattern(Content::Result),
        doc: "a return whose value matches, or an exception whose `{class, reason}` does",
        example: "result~{:error, _}",
    },
    Field {
        name: "state",
        value: Value::Pattern(Content::State),
        doc: "a state that matches",
        example: "state~%Shop.Cart{id: \"7\"}",
    },
    Field {
        name: "reason",
        value: Value::Pattern(Content::Reason),
        doc: "an exit whose reason matches",
        example: "reason~{:shutdown, _}",
    },
    Field {
        name: "term",
        value: Value::Pattern(Content::Any),
        doc: "whatever term it has matches",
        example: "term~0.5",
    },
    Field {
        name: "time",
        value: Value::Time,
        doc: "at such a time, from the start of the recording",
        example: "time>=12.5ms",
    },
    Field {
        name: "waiting",
        value: Value::Measure(Measure::Waiting),
        doc: "a send whose message waited so long until its receiver turned to it",
        example: "waiting>5ms",
    },
    Field {
        name: "delivery",
        value: Value::Measure(Measure::Delivery),
        doc: "a send whose message was so long on its way into the receiver's queue",
        example: "delivery<=1us",
    },
    Field {
        name: "duration",
        value: Value::Measure(Measure::Duration),
        doc: "a call that lasted so long",
        example: "duration>5ms",
    },
    Field {
        name: "own",
        value: Value::Measure(Measure::Own),
        doc: "a call that lasted so long without the traced calls inside",
        example: "own>=5ms",
    },
    Field {
        name: "complete",
        value: Value::Complete,
        doc: "whether all of its term was kept (`true` also where there is none)",
        example: "complete:false",
    },
    Field { name: "flag", value: Value::Flag, doc: "it has this flag", example: "flag:to_dead" },
    Field { name: "id", value: Value::Id, doc: "the event with this id", example: "id:message-0-3" },
];
