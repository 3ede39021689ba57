//! What calls inside OTP's behaviours say of a server: its state, and the message it begins to handle.
//!
//! The functions are private to OTP and found by `ElixirScope.Recorder.ServerLoop`; the positions below are those of OTP 25 to 27. A state is shown as
//! `sys:get_state` shows it: that of a `gen_statem` is `{State, Data}`, that of a `gen_event` `[{Module, Id, State}]`.
//!
//! Invariant: a call of another shape than expected gives no event, or one without a module; never a wrong one.

use super::{ATOMS, Capture, draft};
use crate::capture::event::{Content, RawEvent};
use crate::capture::filter::Role;
use crate::term::raw_term;
use scope_core::event::Kind;
use std::sync::atomic::Ordering::Relaxed;

/// Place of the modules in the record `params` of `gen_statem`.
const PARAMS_MODULES: usize = 4;
/// Place of `{State, Data}` in its record `state`.
const STATE_DATA: usize = 1;

/// What a call of a server's function is recorded as; `None`: it is not.
#[inline(always)]
pub(super) fn called(capture: &Capture, role: Role, process: u64, args: &[u64; 16], arity: u64) -> Option<RawEvent> {
    let state = |module, content| Some(RawEvent { content, ..draft(Kind::State, process, module, None) });
    let end = |module, content| Some(RawEvent { content, ..draft(Kind::Terminate, process, module, None) });
    let handled = |module, content| Some(RawEvent { content, ..draft(Kind::Handled, process, module, None) });
    let last = |n: usize| (arity as usize).checked_sub(n).and_then(|i| args.get(i)).copied();
    match role {
        Role::Loop => state(capture.module(args[3]), Content::Term(args[2])),
        Role::Decode => handled(capture.module(args[4]), Content::Term(args[0])),
        Role::Terminate => end(capture.module(last(3)?), Content::Term(last(2)?)),
        Role::Continued => {
            let ([_, its_state, module], n) = capture.list::<3>(args[2]);
            if n < 3 { None } else { state(capture.module(module), Content::Term(its_state)) }
        }
        Role::StatemLoop => state(modules(capture, args[0]), Content::Term(state_data(capture, args[2])?)),
        Role::StatemEvent => handled(modules(capture, args[0]), event(capture, args[3])?),
        Role::StatemTerminate => end(modules(capture, args[3]), Content::Term(state_data(capture, args[5])?)),
        Role::StatemEntered => state(capture.module(args[2]), Content::Tuple([args[5], args[6], 0], 2)),
        Role::StatemContinued => {
            let &[params, its_state] = capture.tuple(args[2]) else { return None };
            state(modules(capture, params), Content::Term(state_data(capture, its_state)?))
        }
        Role::ManagerLoop => state(0, Content::Handlers(args[2])),
        Role::ManagerMessage => handled(0, Content::Term(args[0])),
        Role::ManagerTerminate => end(0, Content::Handlers(args[2])),
        Role::ManagerContinued => {
            let ([_, handlers], n) = capture.list::<2>(args[2]);
            if n < 2 { None } else { state(0, Content::Handlers(handlers)) }
        }
        Role::Started | Role::Call | Role::CallOnly => None,
    }
}

/// The first state of a `gen_server`, from what its `init_it/2` returned: `{ok, {ok, State}}`, or one with a timeout, hibernation or continue.
#[inline(always)]
pub(super) fn started(capture: &Capture, process: u64, value: u64) -> Option<RawEvent> {
    let ok = |w: u64| w == ATOMS.ok.load(Relaxed);
    match capture.tuple(value) {
        &[first, result] if ok(first) => match capture.tuple(result) {
            &[second, state] | &[second, state, _] if ok(second) => Some(draft(Kind::State, process, 0, Some(state))),
            _ => None,
        },
        _ => None,
    }
}

impl Capture {
    /// The callback module of a server: an atom, or (from OTP 26 on) the second element of a cache tuple. 0 for none.
    fn module(&self, word: u64) -> u64 {
        let is_atom = |w: &u64| raw_term::atom(self.env, *w);
        if is_atom(&word) { word } else { self.tuple(word).get(1).copied().filter(is_atom).unwrap_or(0) }
    }
}

/// The callback module among the parameters of a `gen_statem`: the first of its modules.
fn modules(capture: &Capture, params: u64) -> u64 {
    let modules = capture.tuple(params).get(PARAMS_MODULES).copied().unwrap_or(raw_term::NIL);
    let ([module], n) = capture.list::<1>(modules);
    if n == 0 { 0 } else { capture.module(module) }
}

/// `{State, Data}` of a `gen_statem`.
fn state_data(capture: &Capture, state: u64) -> Option<u64> {
    capture.tuple(state).get(STATE_DATA).copied()
}

/// The message behind an event of a `gen_statem`, as it was sent: `{{call, From}, Request}` was `{'$gen_call', From, Request}`. A time-out, which
/// nobody sent as such, is its event.
fn event(capture: &Capture, event: u64) -> Option<Content> {
    let &[kind, content] = capture.tuple(event) else { return None };
    let is = |w: u64, atom: &std::sync::atomic::AtomicU64| w == atom.load(Relaxed);
    Some(match capture.tuple(kind) {
        &[call, from] if is(call, &ATOMS.call) => Content::Tuple([ATOMS.gen_call.load(Relaxed), from, content], 3),
        _ if is(kind, &ATOMS.cast) => Content::Tuple([ATOMS.gen_cast.load(Relaxed), content, 0], 2),
        _ if is(kind, &ATOMS.info) => Content::Term(content),
        _ => Content::Term(event),
    })
}
