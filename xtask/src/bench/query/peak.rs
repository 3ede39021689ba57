//! The most memory that something took while it ran, counted by the allocator of this program.
//!
//! Invariant: counts every allocation of every thread; what is measured runs alone.

#[cfg(feature = "bench-peers")]
#[global_allocator]
static COUNTED: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// A measurement that has begun.
pub(crate) struct Peak {
    before: usize,
}

impl Peak {
    pub(crate) fn begin() -> Self {
        #[cfg(feature = "bench-peers")]
        {
            COUNTED.reset_peak_usage();
            Self { before: COUNTED.current_usage() }
        }
        #[cfg(not(feature = "bench-peers"))]
        Self { before: 0 }
    }

    /// The most bytes held since the begin, beyond those held then. 0 in a build without the benchmarks.
    pub(crate) fn bytes(&self) -> usize {
        #[cfg(feature = "bench-peers")]
        let peak = COUNTED.peak_usage();
        #[cfg(not(feature = "bench-peers"))]
        let peak = 0usize;
        peak.saturating_sub(self.before)
    }
}

#[cfg(all(test, feature = "bench-peers"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_freed_again_still_counts() {
        let peak = Peak::begin();
        drop(std::hint::black_box(vec![1u8; 1 << 20]));
        assert!(peak.bytes() >= 1 << 20);
    }
}
