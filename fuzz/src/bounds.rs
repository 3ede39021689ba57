//! Work within bounds of executed blocks and of memory.

use crate::work;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Beyond so many times what is allowed the program is ended where it is.
const UNTIL_ABORT: u64 = 8;

/// What something may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Basic blocks executed.
    pub n_blocks: u64,
    /// Bytes allocated at once, beyond what was allocated before.
    pub n_bytes: u64,
}

/// Does it.
///
/// # Panics
/// When it took more than the bounds allow.
pub fn within<T>(bounds: Bounds, what: &str, work: impl FnOnce() -> T) -> T {
    MEMORY.reset_peak_usage();
    let (bytes_before, blocks_before) = (MEMORY.current_usage() as u64, work::n_blocks());
    work::allow(bounds.n_blocks.saturating_mul(UNTIL_ABORT));
    let done = work();
    work::allow_all();
    let n_blocks = work::n_blocks() - blocks_before;
    let n_bytes = (MEMORY.peak_usage() as u64).saturating_sub(bytes_before);
    assert!(n_blocks <= bounds.n_blocks, "{what}: {n_blocks} blocks, more than {}", bounds.n_blocks);
    assert!(n_bytes <= bounds.n_bytes, "{what}: {n_bytes} bytes at once, more than {}", bounds.n_bytes);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;
    use std::panic::catch_unwind;

    const BOUNDS: Bounds = Bounds { n_blocks: 20_000, n_bytes: 1 << 16 };

    fn spin(n: u32) -> u32 {
        (0..n).fold(0, |sum, i| if black_box(i) % 3 == 0 { sum ^ i } else { sum })
    }

    #[test]
    fn work_beyond_the_bound_is_found() {
        within(BOUNDS, "little", || spin(1_000));
        assert!(catch_unwind(|| within(BOUNDS, "much", || spin(30_000))).is_err());
    }

    #[test]
    fn the_same_work_is_counted_the_same() {
        let count = || {
            let before = work::n_blocks();
            black_box(spin(black_box(1_000)));
            work::n_blocks() - before
        };
        assert_eq!(count(), count());
        assert!(count() >= 1_000);
    }

    #[test]
    fn memory_beyond_the_bound_is_found_though_it_was_given_back() {
        within(BOUNDS, "little", || drop(black_box(vec![1_u8; 1 << 15])));
        assert!(catch_unwind(|| within(BOUNDS, "much", || drop(black_box(vec![1_u8; 1 << 17])))).is_err());
    }
}
