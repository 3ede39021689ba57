//! `call_tree` against paths read off the naive pairing.

use crate::calls::{Naive, own};
use crate::performance::{paired, story};
use crate::script::{Script, ask, pages, pid};
use quickcheck::quickcheck;
use scope_query::Answer;
use scope_query::Request;
use scope_query::requests::Data;
use scope_query::requests::call_tree::CallNode;
use scope_query::requests::call_tree::CallTreeRequest;
use std::collections::BTreeMap;

fn nodes(answer: Answer) -> Vec<CallNode> {
    match answer.data {
        Data::CallTree(nodes) => nodes,
        data => panic!("a tree, not {data:?}"),
    }
}

/// Calls, open, call-only, errors, total, own, deeper, and the time of these.
type Sums = [u64; 8];

/// The functions around a call and its own, those that call themselves once.
fn path(calls: &[Naive], call: &Naive) -> Vec<String> {
    let around = call.around.iter().map(|at| &calls[*at]);
    let mut names: Vec<String> = around.chain([call]).map(|call| format!("Shop.{}/1", call.function)).collect();
    names.dedup();
    names
}

fn expected(calls: &[Naive], from: u64, max_depth: usize, sums: &mut BTreeMap<Vec<String>, Sums>) {
    for (at, call) in calls.iter().enumerate().filter(|(_, call)| call.begin >= from) {
        let mut path = path(calls, call);
        let caller = call.around.last().map(|around| &calls[*around]);
        let caller_depth = caller.map_or(0, |caller| self::path(calls, caller).len());
        let deep = path.len() > max_depth;
        path.truncate(max_depth);
        for n in 1..=path.len() {
            sums.entry(path[..n].to_vec()).or_default();
        }
        let sums = sums.get_mut(&path).expect("just made");
        let time = call.duration.unwrap_or(0);
        if deep {
            sums[6] += 1;
            sums[7] += if caller_depth <= max_depth { time } else { 0 };
            continue;
        }
        let outer = caller.is_none_or(|caller| caller.function != call.function);
        sums[0] += 1;
        sums[1] += u64::from(call.returns && call.duration.is_none());
        sums[2] += u64::from(!call.returns);
        sums[3] += u64::from(call.raised);
        sums[4] += if outer { time } else { 0 };
        sums[5] += if call.duration.is_some() { own(calls, at).unwrap_or(0) } else { 0 };
    }
}

/// Each node behind its parent, brothers by time, and every stack its parent's and one more.
fn is_preorder(nodes: &[CallNode]) -> bool {
    nodes.iter().enumerate().all(|(at, node)| {
        let parent = node.parent.map(|parent| &nodes[parent as usize]);
        let around = parent.map_or(String::new(), |parent| format!("{};", parent.stack));
        let name = format!("Shop.{}/1", node.function.function);
        let elder = nodes[..at].iter().rev().find(|elder| elder.parent == node.parent);
        node.index == at as u64
            && parent.is_none_or(|parent| parent.index < node.index)
            && node.depth == parent.map_or(0, |parent| parent.depth + 1)
            && node.stack == format!("{around}{name}")
            && elder.is_none_or(|elder| (elder.total_ns, elder.calls) >= (node.total_ns, node.calls))
    })
}

quickcheck! {
    fn the_tree_sums_up_the_paths_of_all_calls(steps: Vec<(u8, u8, u8)>, from: u8, max_depth: u8) -> bool {
        let mut script = Script::new();
        story(&mut script, &steps);
        let (from, max_depth) = (u64::from(from / 4), u32::from(max_depth % 5) + 1);
        let request = CallTreeRequest { from: Some(from), max_depth: Some(max_depth), ..CallTreeRequest::default() };
        let found = nodes(ask(&script.trace(), Request::CallTree(request)).expect("an answer"));
        let mut sums = BTreeMap::new();
        paired(&mut script).iter().for_each(|(calls, _)| expected(calls, from, max_depth as usize, &mut sums));
        let written = |node: &CallNode| {
            let path: Vec<String> = node.stack.split(';').map(String::from).collect();
            let CallNode { calls, open, call_only, errors, total_ns, own_ns, deeper, deeper_ns, .. } = node;
            (path, [*calls, *open, *call_only, *errors, *total_ns, *own_ns, *deeper, *deeper_ns])
        };
        is_preorder(&found) && found.iter().map(written).collect::<BTreeMap<_, _>>() == sums && found.len() == sums.len()
    }

    fn pages_make_up_the_tree(steps: Vec<(u8, u8, u8)>, limit: u8) -> bool {
        let mut script = Script::new();
        story(&mut script, &steps);
        let trace = script.trace();
        let whole = nodes(ask(&trace, Request::CallTree(CallTreeRequest::default())).expect("an answer"));
        let limit = Some(u32::from(limit % 4) + 1);
        pages(&trace, |after| Request::CallTree(CallTreeRequest { limit, after, ..CallTreeRequest::default() }), nodes) == whole
    }
}

#[test]
fn a_function_that_calls_itself_a_thousand_times_is_one_node() {
    let mut script = Script::new();
    for n in 0..1_000 {
        script.call(n, pid(1), "add");
    }
    script.call(1_000, pid(1), "total");
    script.ret(1_500, pid(1), "total");
    for n in 0..1_000 {
        script.ret(2_000 + n, pid(1), "add");
    }
    let found = nodes(ask(&script.trace(), Request::CallTree(CallTreeRequest::default())).expect("an answer"));
    let shown: Vec<_> = found.iter().map(|node| (&*node.stack, node.calls, node.total_ns, node.own_ns)).collect();
    assert_eq!(shown, [("Shop.add/1", 1_000, 2_999, 2_499), ("Shop.add/1;Shop.total/1", 1, 500, 500)]);
}

#[test]
fn a_depth_out_of_bounds_is_refused() {
    let request = CallTreeRequest { max_depth: Some(0), ..CallTreeRequest::default() };
    let error = ask(&Script::new().trace(), Request::CallTree(request)).expect_err("no depth");
    assert_eq!(error.to_string(), "max_depth: 0 is not between 1 and 256");
}
