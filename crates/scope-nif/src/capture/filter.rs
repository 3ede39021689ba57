//! Which traced calls are recorded, and as what: a table of functions and a table of processes, replaced as one.
//!
//! Call flags and function patterns multiply in the VM: with the call flag on all processes for one module, a pattern on the server loop
//! fires for every server. A call is therefore recorded only where a bit of its function's mask is in its process's mask.
//!
//! Invariant: look-ups take no lock; a table that was replaced is freed only when every capture thread has been seen outside a
//! callback since ([`reclaim`]).

use crate::capture::process_table;
use crate::capture::ring;
use crate::capture::server_row::Row;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering::AcqRel, Ordering::Acquire};
use std::time::{Duration, Instant};

/// What a traced function is to the recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A call whose return is traced.
    Call,
    /// A call whose return is not.
    CallOnly,
    /// A function inside OTP that shows something of a server.
    Server(Row),
}

/// Bits of a mask with a meaning of their own; the others join functions and processes. As in `ElixirScope.Recorder.Plan`.
pub(crate) const STATE: u64 = 1;
pub(crate) const HANDLED: u64 = 2;
pub(crate) const MAJOR: u64 = 8;
/// What a process with this bit spawns is traced like it.
pub(crate) const FOLLOW: u64 = 16;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    pub(crate) module: u64,
    pub(crate) function: u64,
    pub(crate) arity: u64,
    pub(crate) role: Role,
    /// Whether its arguments are recorded, not only their number.
    pub(crate) args: bool,
    pub(crate) mask: u64,
}

/// Both tables, open addressing, at most half full.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    functions: Vec<Option<Function>>,
    processes: Vec<Option<(u64, u64)>>,
    default_mask: u64,
}

fn spread(word: u64) -> usize {
    (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

fn slots(n: usize) -> usize {
    (n * 2).next_power_of_two().max(8)
}

impl Filter {
    pub(crate) fn new(functions: &[Function], processes: &[(u64, u64)], default_mask: u64) -> Self {
        let mut filter = Self {
            functions: vec![None; slots(functions.len())],
            processes: vec![None; slots(processes.len())],
            default_mask,
        };
        for f in functions {
            let n = filter.functions.len() - 1;
            let mut i = spread(f.module ^ f.function.rotate_left(20) ^ f.arity) & n;
            while filter.functions[i]
                .is_some_and(|g| (g.module, g.function, g.arity) != (f.module, f.function, f.arity))
            {
                i = (i + 1) & n;
            }
            filter.functions[i] = Some(*f);
        }
        for (pid, mask) in processes {
            let n = filter.processes.len() - 1;
            let mut i = spread(*pid) & n;
            while filter.processes[i].is_some_and(|(other, _)| other != *pid) {
                i = (i + 1) & n;
            }
            filter.processes[i] = Some((*pid, *mask));
        }
        filter
    }

    /// The function, if a call of it in this process is recorded.
    #[inline(always)]
    pub(crate) fn function(&self, module: u64, function: u64, arity: u64, process: u64) -> Option<&Function> {
        let n = self.functions.len().wrapping_sub(1);
        let mut i = spread(module ^ function.rotate_left(20) ^ arity) & n;
        loop {
            match self.functions.get(i)? {
                Some(f) if f.module == module && f.function == function && f.arity == arity => {
                    let wanted = f.mask & self.default_mask != 0 || f.mask & self.mask(process) != 0;
                    return wanted.then_some(f);
                }
                Some(_) => i = (i + 1) & n,
                None => return None,
            }
        }
    }

    /// How a process is traced: by itself, as the child of a followed process, or as every other.
    pub(crate) fn mask(&self, process: u64) -> u64 {
        let n = self.processes.len().wrapping_sub(1);
        let mut i = spread(process) & n;
        loop {
            match self.processes.get(i) {
                Some(Some((pid, mask))) if *pid == process => return *mask,
                Some(Some(_)) => i = (i + 1) & n,
                _ => return process_table::mask(process).unwrap_or(self.default_mask),
            }
        }
    }

    /// Whether calls inside a behaviour are recorded of this process.
    #[inline(always)]
    pub(crate) fn is_server(&self, process: u64) -> bool {
        self.mask(process) & (STATE | HANDLED | MAJOR) != 0
    }

    /// Whether any process is followed.
    fn follows(&self) -> bool {
        self.processes.iter().flatten().any(|(_, mask)| mask & FOLLOW != 0)
    }
}

static CURRENT: AtomicPtr<Filter> = AtomicPtr::new(std::ptr::null_mut());
static RETIRED: Mutex<Vec<Retired>> = Mutex::new(Vec::new());

/// A replaced table, and the rings not yet seen quiet since.
#[derive(Debug)]
struct Retired {
    table: *mut Filter,
    at: Instant,
    busy: Vec<u16>,
}

// SAFETY: the pointer owns a boxed table that only `reclaim` frees.
unsafe impl Send for Retired {}

/// How long a thread's mark may take to be seen by another core, with a margin of five orders of magnitude.
const VISIBLE_AFTER: Duration = Duration::from_millis(100);

/// Makes `filter` the one that callbacks use.
pub(crate) fn replace(filter: Filter) {
    if !filter.follows() {
        process_table::follow_no_process();
    }
    let old = CURRENT.swap(Box::into_raw(Box::new(filter)), AcqRel);
    if !old.is_null() {
        let retired = Retired { table: old, at: Instant::now(), busy: ring::all().map(|r| r.thread).collect() };
        RETIRED.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(retired);
    }
}

/// The table of the moment. Only for callbacks, between [`ring::Ring::enter`] and `leave` or `commit`.
#[inline(always)]
pub(crate) fn current() -> Option<&'static Filter> {
    // SAFETY: a table is freed only after its readers' threads were seen outside a callback; see `reclaim`.
    unsafe { CURRENT.load(Acquire).as_ref() }
}

/// Frees replaced tables that no callback can still be reading. Called by the sealer now and then.
pub(crate) fn reclaim() {
    let mut retired = RETIRED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    retired.retain_mut(|old| {
        if old.at.elapsed() < VISIBLE_AFTER {
            return true;
        }
        old.busy.retain(|thread| ring::all().any(|r| r.thread == *thread && !r.is_quiet()));
        if old.busy.is_empty() {
            // SAFETY: the table came from Box::into_raw in `replace`, was swapped out, and every thread that could have read it
            // has been outside a callback since.
            drop(unsafe { Box::from_raw(old.table) });
        }
        !old.busy.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_recorded_where_function_and_process_share_a_bit() {
        let f = |function, mask| Function { module: 11, function, arity: 2, role: Role::Call, args: true, mask };
        let functions: Vec<Function> = (0..100).map(|i| f(i, if i % 2 == 0 { 4 } else { 8 })).collect();
        let filter = Filter::new(&functions, &[(7, 8), (9, 4)], 4);
        assert!(filter.function(11, 2, 2, 1).is_some());
        assert!(filter.function(11, 3, 2, 1).is_none());
        assert!(filter.function(11, 3, 2, 7).is_some());
        assert!(filter.function(11, 3, 2, 9).is_none());
        assert!(filter.function(11, 2, 3, 1).is_none());
        assert!(filter.function(11, 100, 2, 1).is_none());
        assert!(Filter::default().function(1, 2, 3, 4).is_none());
    }
}
