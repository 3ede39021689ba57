//! `execution_path` against a naive pairing of calls with their ends.

use crate::script::{Script, Written, ask, calls, pages, pid, window};
use quickcheck::quickcheck;
use scope_core::{Class, Flags, Kind, OrderKey, ProcessKey};
use scope_query::Request;
use scope_query::answer::Call;
use scope_query::requests::ProcessWindow;

const FUNCTIONS: [&str; 3] = ["add", "total", "ship"];

fn story(script: &mut Script, steps: &[(u8, u8, u8)]) {
    let mut tick = 0;
    for (kind, function, step) in steps {
        tick += u64::from(step % 4);
        let function = FUNCTIONS[usize::from(function % 3)];
        match kind % 8 {
            0..=2 => script.call(tick, pid(1), function),
            3..=5 => script.ret(tick, pid(1), function),
            6 => script.raise(tick, pid(1), function),
            _ => script.call_only(tick, pid(1), function),
        };
    }
}

/// What the naive pairing knows of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Naive {
    pub(crate) id: String,
    pub(crate) key: OrderKey,
    pub(crate) function: String,
    pub(crate) begin: u64,
    pub(crate) returns: bool,
    /// The calls open around it, by their place in the list, the outermost first.
    pub(crate) around: Vec<usize>,
    pub(crate) duration: Option<u64>,
    pub(crate) raised: bool,
    closed: bool,
}

impl Naive {
    fn outcome(&self) -> &str {
        match (self.returns, self.duration, self.raised) {
            (false, ..) => "call_only",
            (_, None, _) => "open",
            (_, _, true) => "raised",
            _ => "returned",
        }
    }
}

/// The calls of a process, and the ends without one: when, and of which function.
pub(crate) type Pairing = (Vec<Naive>, Vec<(u64, String)>);

/// The calls of a process from `low_watermark` on, and the ends without a call: when, and of which function.
pub(crate) fn naive(script: &Script, process: ProcessKey, low_watermark: OrderKey) -> Pairing {
    let mut calls: Vec<Naive> = Vec::new();
    let mut strays = Vec::new();
    let of_calls = |written: &&Written| {
        written.process == Some(process) && written.kind.class() == Class::Call && written.key >= low_watermark
    };
    for written in script.written.iter().filter(of_calls) {
        let Some((_, function)) = written.what.clone() else { continue };
        let open: Vec<usize> = (0..calls.len()).filter(|at| !calls[*at].closed && calls[*at].returns).collect();
        if written.kind == Kind::Call {
            calls.push(Naive {
                id: written.id.to_string(),
                key: written.key,
                function,
                begin: written.key.tick,
                returns: !written.flags.contains(Flags::NO_RETURN),
                around: open,
                duration: None,
                raised: false,
                closed: false,
            });
        } else if let Some(depth) = open.iter().rposition(|at| calls[*at].function == function) {
            open[depth..].iter().for_each(|at| calls[*at].closed = true);
            calls[open[depth]].duration = Some(written.key.tick - calls[open[depth]].begin);
            calls[open[depth]].raised = written.kind == Kind::Exception;
        } else {
            strays.push((written.key.tick, function));
        }
    }
    (calls, strays)
}

pub(crate) fn own(calls: &[Naive], at: usize) -> Option<u64> {
    let inside = calls.iter().filter(|call| call.returns && call.around.last() == Some(&at));
    let inside: Option<u64> = inside.map(|call| call.duration).sum();
    calls[at].duration.zip(inside).map(|(duration, inside)| duration - inside)
}

fn path(script: &mut Script) -> Vec<Call> {
    calls(ask(&script.trace(), Request::ExecutionPath(window("<0.1.0>"))).expect("an answer"))
}

quickcheck! {
    fn calls_are_paired_as_the_naive_way_pairs_them(steps: Vec<(u8, u8, u8)>) -> bool {
        let mut script = Script::new();
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let (expected, _) = naive(&script, pid(1), OrderKey::default());
        let found = path(&mut script);
        found.len() == expected.len() && found.iter().enumerate().all(|(at, call)| {
            let naive = &expected[at];
            call.id == naive.id
                && call.function.function == naive.function
                && call.depth as usize == naive.around.len()
                && call.duration_ns == naive.duration
                && call.own_ns == own(&expected, at)
                && call.outcome == naive.outcome()
                && call.result.is_some() == naive.duration.is_some()
        })
    }

    fn pages_and_windows_cut_the_same_path(steps: Vec<(u8, u8, u8)>, limit: u8, from: u8) -> bool {
        let mut script = Script::new();
        script.spawn(0, pid(1), pid(0));
        story(&mut script, &steps);
        let trace = script.trace();
        let from = u64::from(from);
        let mut whole = path(&mut script);
        whole.retain(|call| call.time >= from);
        let limit = Some(u32::from(limit % 4) + 1);
        let step = |after| {
            Request::ExecutionPath(ProcessWindow { from: Some(from), limit, after, ..window("<0.1.0>") })
        };
        pages(&trace, step, calls) == whole
    }
}

#[test]
fn a_chain_of_tail_calls_ends_at_once() {
    let mut script = Script::new();
    script.call(1, pid(1), "add");
    script.call(2, pid(1), "total");
    script.call(4, pid(1), "ship");
    script.ret(9, pid(1), "ship");
    script.ret(9, pid(1), "total");
    script.ret(9, pid(1), "add");
    let found = path(&mut script);
    let times: Vec<_> = found.iter().map(|call| (call.depth, call.duration_ns, call.own_ns)).collect();
    assert_eq!(times, [(0, Some(8), Some(1)), (1, Some(7), Some(2)), (2, Some(5), Some(5))]);
}

#[test]
fn a_call_inside_that_never_ended_leaves_no_own_time() {
    let mut script = Script::new();
    script.call(1, pid(1), "add");
    script.call(2, pid(1), "total");
    script.raise(5, pid(1), "add");
    let found = path(&mut script);
    assert_eq!((&*found[0].outcome, found[0].duration_ns, found[0].own_ns), ("raised", Some(4), None));
    assert_eq!(found[0].result.as_ref().map(|term| term.text.to_string()).as_deref(), Some("{:error, :badarith}"));
    assert_eq!((&*found[1].outcome, found[1].duration_ns), ("open", None));
}
