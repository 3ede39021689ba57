//! `performance_analysis`, `slowest_function_calls` and `function_calls` against sums over the naive pairing.

use crate::calls::{Naive, Pairing, naive, own};
use crate::script::{Script, again, ask, calls, pages, pid};
use quickcheck::quickcheck;
use scope_core::event::MAX_TICK;
use scope_core::{Class, OrderKey, ProcessKey};
use scope_query::Answer;
use scope_query::Request;
use scope_query::answer::Durations;
use scope_query::answer::Function;
use scope_query::requests::Data;
use scope_query::requests::FunctionWindow;
use scope_query::requests::performance_analysis::Calling;
use scope_query::requests::performance_analysis::FunctionTimes;
use std::cmp::Reverse;

const FUNCTIONS: [&str; 4] = ["add", "total", "ship", "pack"];
const PROCESSES: [ProcessKey; 3] = [pid(1), pid(2), again(1, 2)];

/// Calls, ends and call-only calls of three processes, two of which share a pid.
pub(crate) fn story(script: &mut Script, steps: &[(u8, u8, u8)]) {
    let mut tick = 0;
    for (kind, function, step) in steps {
        tick += u64::from(step % 4);
        let process = PROCESSES[usize::from(step >> 4) % 3];
        let function = FUNCTIONS[usize::from(function % 4)];
        match kind % 8 {
            0..=2 => script.call(tick, process, function),
            3..=5 => script.ret(tick, process, function),
            6 => script.raise(tick, process, function),
            _ => script.call_only(tick, process, function),
        };
    }
}

/// What the naive pairing found in each process.
pub(crate) fn paired(script: &mut Script) -> Vec<Pairing> {
    let low_watermark = script.trace().low_watermark(Class::Call);
    PROCESSES.iter().map(|process| naive(script, *process, low_watermark)).collect()
}

pub(crate) fn functions(answer: Answer) -> Vec<FunctionTimes> {
    match answer.data {
        Data::PerformanceAnalysis(functions) => functions,
        data => panic!("functions, not {data:?}"),
    }
}

fn shown(function: &str) -> Function {
    Function { module: "Shop".into(), function: function.into(), arity: 1 }
}

fn durations(mut all: Vec<u64>) -> Option<Durations> {
    all.sort_unstable();
    let rank = |percent: usize| all[(all.len() * percent).div_ceil(100) - 1];
    let sum_ns: u64 = all.iter().sum();
    (!all.is_empty()).then(|| Durations {
        n: all.len() as u64,
        sum_ns,
        mean_ns: sum_ns / all.len() as u64,
        p50_ns: rank(50),
        p95_ns: rank(95),
        p99_ns: rank(99),
        max_ns: rank(100),
        error_ppm: 0,
    })
}

/// A call of the window with the function of its caller, and whether a call of its own function is around it.
type Seen<'n> = (&'n Naive, Option<String>, bool, Option<u64>);

fn seen(calls: &[Naive], from: u64, to: u64) -> Vec<Seen<'_>> {
    let in_window = calls.iter().enumerate().filter(|(_, call)| from <= call.begin && call.begin <= to);
    let look = |(at, call): (usize, &'_ Naive)| {
        let caller = call.around.last().map(|around| calls[*around].function.clone());
        let recursive = call.around.iter().any(|around| calls[*around].function == call.function);
        (at, caller, recursive)
    };
    in_window
        .map(|found| {
            let (at, caller, recursive) = look(found);
            (&calls[at], caller, recursive, own(calls, at))
        })
        .collect()
}

fn calling(mut all: Vec<(Option<String>, u64)>) -> (Vec<Calling>, u32) {
    all.sort();
    let mut edges: Vec<Calling> = Vec::new();
    for (function, total_ns) in all {
        let function = function.as_deref().map(shown);
        match edges.iter_mut().find(|edge| edge.function == function) {
            Some(edge) => {
                edge.calls += 1;
                edge.total_ns += total_ns;
            }
            None => edges.push(Calling { function, calls: 1, total_ns }),
        }
    }
    edges.sort_by_key(|edge| {
        (Reverse(edge.calls), Reverse(edge.total_ns), edge.function.as_ref().map(|function| function.function.clone()))
    });
    let n = edges.len() as u32;
    (edges, n)
}

/// What is to be said of every function, from sums over all calls.
fn expected(paired: &[Pairing], from: u64, to: u64) -> Vec<FunctionTimes> {
    let all: Vec<Seen<'_>> = paired.iter().flat_map(|(calls, _)| seen(calls, from, to)).collect();
    let mut rows = Vec::new();
    for name in FUNCTIONS {
        let of_it: Vec<&Seen<'_>> = all.iter().filter(|(call, ..)| call.function == name).collect();
        let strays = paired.iter().flat_map(|(_, strays)| strays);
        let cut = strays.filter(|(tick, function)| function == name && from <= *tick && *tick <= to).count() as u64;
        if of_it.is_empty() && cut == 0 {
            continue;
        }
        let n = |passes: &dyn Fn(&Seen<'_>) -> bool| of_it.iter().filter(|seen| passes(seen)).count() as u64;
        let ended = of_it.iter().filter(|(call, ..)| call.duration.is_some());
        let time = |(call, _, recursive, _): &Seen<'_>| if *recursive { 0 } else { call.duration.unwrap_or(0) };
        let slowest = ended.clone().max_by_key(|(call, ..)| (call.duration, Reverse(call.key)));
        let (callers, n_callers) = calling(of_it.iter().map(|seen| (seen.1.clone(), time(seen))).collect());
        let callees = all.iter().filter(|(_, caller, ..)| caller.as_deref() == Some(name));
        let (callees, n_callees) = calling(callees.map(|seen| (Some(seen.0.function.clone()), time(seen))).collect());
        rows.push(FunctionTimes {
            function: shown(name),
            calls: of_it.len() as u64,
            open: n(&|(call, ..)| call.returns && call.duration.is_none()),
            call_only: n(&|(call, ..)| !call.returns),
            errors: n(&|(call, ..)| call.raised),
            recursive: n(&|(_, _, recursive, _)| *recursive),
            cut,
            total_ns: of_it.iter().map(|seen| time(seen)).sum(),
            own_ns: ended.clone().filter_map(|(.., own)| *own).sum(),
            own_unknown: n(&|(call, _, _, own)| call.duration.is_some() && own.is_none()),
            duration: durations(ended.filter_map(|(call, ..)| call.duration).collect()),
            slowest: slowest.map(|(call, ..)| call.id.clone()),
            callers,
            n_callers,
            callees,
            n_callees,
        });
    }
    rows.sort_by_key(|row| (Reverse((row.own_ns, row.total_ns, row.calls)), row.function.function.clone()));
    rows
}

quickcheck! {
    fn functions_cost_what_their_calls_sum_up_to(steps: Vec<(u8, u8, u8)>, from: u8, length: u8) -> bool {
        let mut script = Script::new();
        story(&mut script, &steps);
        let (from, to) = (u64::from(from), u64::from(from) + u64::from(length));
        let request = FunctionWindow { from: Some(from), to: Some(to), ..FunctionWindow::default() };
        let windowed = functions(ask(&script.trace(), Request::PerformanceAnalysis(request)).expect("an answer"));
        let whole = Request::PerformanceAnalysis(FunctionWindow::default());
        let whole = functions(ask(&script.trace(), whole).expect("an answer"));
        let paired = paired(&mut script);
        windowed == expected(&paired, from, to) && whole == expected(&paired, 0, MAX_TICK)
    }

    fn what_is_evicted_is_counted_as_cut(steps: Vec<(u8, u8, u8)>, max_events: u8) -> bool {
        let mut script = Script::keeping(u64::from(max_events) + 1);
        story(&mut script, &steps);
        let whole = Request::PerformanceAnalysis(FunctionWindow::default());
        let answer = ask(&script.trace(), whole).expect("an answer");
        let evicted = answer.coverage.evicted_before.is_some();
        let paired = paired(&mut script);
        functions(answer) == expected(&paired, 0, MAX_TICK) && evicted == (steps.len() > usize::from(max_events) + 1)
    }

    fn pages_and_filters_cut_the_same_ranking(steps: Vec<(u8, u8, u8)>, limit: u8, at: u8) -> bool {
        let mut script = Script::new();
        story(&mut script, &steps);
        let trace = script.trace();
        let whole = Request::PerformanceAnalysis(FunctionWindow::default());
        let whole = functions(ask(&trace, whole).expect("an answer"));
        let limit = Some(u32::from(limit % 3) + 1);
        let step = |after| Request::PerformanceAnalysis(FunctionWindow { limit, after, ..FunctionWindow::default() });
        let name = FUNCTIONS[usize::from(at % 4)];
        let one = FunctionWindow { module: Some("Shop".into()), function: Some(name.into()), ..FunctionWindow::default() };
        let one = functions(ask(&trace, Request::PerformanceAnalysis(one)).expect("an answer"));
        let wanted: Vec<_> = whole.iter().filter(|row| row.function.function == name).cloned().collect();
        pages(&trace, step, functions) == whole && one == wanted
    }

    fn the_slowest_calls_are_the_longest_of_all(steps: Vec<(u8, u8, u8)>, limit: u8, from: u8) -> bool {
        let mut script = Script::new();
        story(&mut script, &steps);
        let trace = script.trace();
        let from = u64::from(from);
        let paired = paired(&mut script);
        let mut ended: Vec<&Naive> = paired.iter().flat_map(|(calls, _)| calls).filter(|call| call.duration.is_some()).collect();
        ended.retain(|call| call.begin >= from);
        ended.sort_by_key(|call| (Reverse(call.duration), call.key));
        let limit = Some(u32::from(limit % 4) + 1);
        let step = |after| {
            Request::SlowestFunctionCalls(FunctionWindow { from: Some(from), limit, after, ..FunctionWindow::default() })
        };
        let found = pages(&trace, step, calls);
        found.iter().map(|call| (&call.id, call.duration_ns)).eq(ended.iter().map(|call| (&call.id, call.duration)))
    }

    fn the_calls_of_a_function_are_in_order_across_processes(steps: Vec<(u8, u8, u8)>, limit: u8) -> bool {
        let mut script = Script::new();
        story(&mut script, &steps);
        let trace = script.trace();
        let paired = paired(&mut script);
        let mut wanted: Vec<_> = paired
            .iter()
            .flat_map(|(calls, _)| calls.iter().enumerate().map(|(at, call)| (call, own(calls, at))))
            .filter(|(call, _)| call.function == "add")
            .collect();
        wanted.sort_by_key(|(call, _)| call.key);
        let limit = Some(u32::from(limit % 4) + 1);
        let step = |after| {
            let function = Some("add".into());
            Request::FunctionCalls(FunctionWindow { function, limit, after, ..FunctionWindow::default() })
        };
        let found = pages(&trace, step, calls);
        let own = |call: &Naive, own: Option<u64>| if call.duration.is_some() { own } else { None };
        found
            .iter()
            .map(|call| (&call.id, call.depth as usize, call.duration_ns, call.own_ns))
            .eq(wanted.iter().map(|(call, own_ns)| (&call.id, call.around.len(), call.duration, own(call, *own_ns))))
    }

    fn a_deep_stack_is_paired_like_a_shallow_one(depths: Vec<u8>) -> bool {
        let mut script = Script::new();
        let mut tick = 0;
        for (function, depth) in (0u8..).zip(depths.iter().take(8)) {
            for _ in 0..*depth {
                tick += 1;
                script.call(tick, pid(1), FUNCTIONS[usize::from(function) % 4]);
            }
            tick += 1;
            script.ret(tick, pid(1), FUNCTIONS[usize::from(depth / 2) % 4]);
        }
        let whole = Request::PerformanceAnalysis(FunctionWindow::default());
        let whole = functions(ask(&script.trace(), whole).expect("an answer"));
        whole == expected(&paired(&mut script), 0, MAX_TICK)
    }
}

#[test]
fn time_in_recursion_counts_once() {
    let mut script = Script::new();
    script.call(0, pid(1), "add");
    script.call(10, pid(1), "add");
    script.call(20, pid(1), "total");
    script.ret(25, pid(1), "total");
    script.ret(30, pid(1), "add");
    script.ret(40, pid(1), "add");
    let whole = Request::PerformanceAnalysis(FunctionWindow::default());
    let found = functions(ask(&script.trace(), whole).expect("an answer"));
    assert_eq!((found[0].calls, found[0].recursive, found[0].total_ns, found[0].own_ns), (2, 1, 40, 35));
    assert_eq!(found[0].duration.as_ref().map(|all| (all.sum_ns, all.p50_ns, all.max_ns)), Some((60, 20, 40)));
    assert_eq!((found[1].total_ns, found[1].own_ns), (5, 5));
}

#[test]
fn a_module_no_process_traced_was_not_merely_never_called() {
    let mut script = Script::new();
    script.call(5, pid(1), "add");
    let ask_for = |module: &str| FunctionWindow { module: Some(module.into()), ..FunctionWindow::default() };
    let trace = script.trace();
    let gaps = |request: Request| ask(&trace, request).expect("an answer").coverage.not_traced;
    for request in [
        Request::PerformanceAnalysis(ask_for("Bank")),
        Request::FunctionCalls(ask_for("Bank")),
        Request::SlowestFunctionCalls(ask_for("Bank")),
    ] {
        let gaps = gaps(request);
        let gaps: Vec<_> = gaps.iter().map(|gap| (&*gap.target, &*gap.class, gap.from, gap.to)).collect();
        assert_eq!(gaps, [("Bank", "call", 5, 5)]);
    }
    assert_eq!(gaps(Request::PerformanceAnalysis(ask_for("Shop"))), []);
}

#[test]
fn the_time_without_a_pattern_is_a_gap() {
    let mut script = Script::new();
    script.spawn(0, pid(1), pid(0));
    script.pattern(10, true, "add");
    script.call(11, pid(1), "add");
    script.pattern(20, false, "add");
    script.pattern(30, true, "add");
    script.exit(40, pid(1), &crate::script::atom("normal"));
    let request = FunctionWindow { module: Some("Shop".into()), ..FunctionWindow::default() };
    let answer = ask(&script.trace(), Request::PerformanceAnalysis(request)).expect("an answer");
    let gaps: Vec<_> = answer.coverage.not_traced.iter().map(|gap| (gap.from, gap.to)).collect();
    assert_eq!(gaps, [(0, 9), (21, 29)]);
}

#[test]
fn what_is_no_module_and_what_is_no_limit_is_refused() {
    let trace = Script::new().trace();
    let bad = FunctionWindow { module: Some(":".into()), ..FunctionWindow::default() };
    let error = ask(&trace, Request::PerformanceAnalysis(bad)).expect_err("no module");
    assert_eq!(error.to_string(), "module: \":\" is not the name of a module");
    let bad = FunctionWindow { after: Some("function_calls.1".into()), ..FunctionWindow::default() };
    assert!(ask(&trace, Request::SlowestFunctionCalls(bad)).is_err());
    assert_eq!(OrderKey::default(), trace.low_watermark(Class::Call));
}
