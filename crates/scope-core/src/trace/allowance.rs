//! How much of a trace one answer may read, and whether it is still wanted.
//!
//! It is counted in rows, not in time, so that every host cuts the same answer at the same place.
//!
//! Invariant: when it is spent, nothing more is read: iterators over rows end. Whoever reads must then ask [`Trace::is_spent`], as what
//! was found may be less than there is.

use crate::event::Class;
use crate::trace::Trace;
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Rows between two checks that the asker is still there. More delay the end of an answer that no one waits for.
const ROWS_PER_CHECK: u64 = 1 << 12;

/// Who waits for an answer.
pub trait Asker: fmt::Debug + Send + Sync {
    /// Whether the answer is still wanted.
    fn is_there(&self) -> bool;
}

/// What is left to read.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// One answer is computed by one thread: the cells need no more than to be shared.
    left: AtomicU64,
    is_spent: AtomicBool,
    is_abandoned: AtomicBool,
    asker: Option<Arc<dyn Asker>>,
}

impl Allowance {
    fn new(n_rows: u64, asker: Option<Arc<dyn Asker>>) -> Self {
        let (is_spent, is_abandoned) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { left: AtomicU64::new(n_rows), is_spent, is_abandoned, asker }
    }

    /// Takes so many rows, if there are as many.
    #[inline]
    pub(crate) fn take(&self, n_rows: u64) -> bool {
        let left = self.left.load(Relaxed);
        let Some(rest) = left.checked_sub(n_rows).filter(|_| left > 0) else { return self.end() };
        self.left.store(rest, Relaxed);
        left / ROWS_PER_CHECK == rest / ROWS_PER_CHECK || self.look()
    }

    #[cold]
    fn look(&self) -> bool {
        if self.asker.as_ref().is_none_or(|asker| asker.is_there()) {
            return true;
        }
        self.is_abandoned.store(true, Relaxed);
        self.end()
    }

    #[cold]
    fn end(&self) -> bool {
        self.left.store(0, Relaxed);
        self.is_spent.store(true, Relaxed);
        false
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.is_spent.load(Relaxed)
    }
}

impl Trace {
    /// The same trace, of which so many rows are read at most, and none once the asker has gone.
    #[must_use]
    pub fn limited(&self, n_rows: u64, asker: Option<Arc<dyn Asker>>) -> Self {
        Self { allowance: Some(Arc::new(Allowance::new(n_rows, asker))), ..self.clone() }
    }

    /// The same trace for a part of an answer, with an allowance of its own for the same asker.
    #[must_use]
    pub fn limited_part(&self, n_rows: u64) -> Self {
        self.limited(n_rows, self.allowance.as_ref().and_then(|allowance| allowance.asker.clone()))
    }

    /// Counts so many rows as read; `false` when they may not be.
    #[inline]
    pub fn spend(&self, n_rows: u64) -> bool {
        self.allowance.as_ref().is_none_or(|allowance| allowance.take(n_rows))
    }

    /// Whether something was left out because the allowance was spent, or because the asker has gone.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.allowance.as_ref().is_some_and(|allowance| allowance.is_spent())
    }

    /// Ends the answer, if the asker has gone.
    pub fn look(&self) {
        if let Some(allowance) = &self.allowance {
            let _ = allowance.look();
        }
    }

    /// Whether the asker has gone.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.allowance.as_ref().is_some_and(|allowance| allowance.is_abandoned.load(Relaxed))
    }

    /// Allows so many rows more, to finish what was found before all was spent.
    pub fn allow(&self, n_rows: u64) {
        if let Some(allowance) = self.allowance.as_ref().filter(|_| !self.is_abandoned()) {
            allowance.is_spent.store(false, Relaxed);
            allowance.left.store(n_rows, Relaxed);
        }
    }

    /// Rows held of all classes.
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        let chunks = Class::ALL.iter().flat_map(|class| self.chunks(*class));
        chunks.map(|chunk| chunk.len() as u64).sum()
    }
}
