//! Summed up durations as answers show them.

use crate::answer::Durations;
use crate::model::call::duration::Summary;

/// The figures of a summary; `None` of no durations.
pub(crate) fn durations(summary: Option<Summary>) -> Option<Durations> {
    let Summary { n, sum_ns, mean_ns, p50_ns, p95_ns, p99_ns, max_ns, error_ppm } = summary?;
    Some(Durations { n, sum_ns, mean_ns, p50_ns, p95_ns, p99_ns, max_ns, error_ppm })
}
