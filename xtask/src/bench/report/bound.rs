//! What a row must be, beside what it is.
//!
//! Invariant: a bound is held or missed by the ratio that the table shows, to the same two decimals.

use serde_json::{Value, json};

/// A limit of a row's ratio over another config of its workload.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) row: String,
    pub(crate) over: &'static str,
    limit: Limit,
    /// The config that is the VM's own low_watermark, and what times that low_watermark is allowed where that is more than the limit.
    pub(crate) low_watermark: Option<(String, f64)>,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// A bound beside what was measured.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    row: String,
    over: &'static str,
    ratio: f64,
    limit: Limit,
    low_watermark: Option<(f64, f64)>,
}

impl Bound {
    pub(crate) fn at_most(row: &str, over: &'static str, ratio: f64) -> Self {
        Self { row: row.into(), over, limit: Limit::AtMost(ratio), low_watermark: None }
    }

    pub(crate) fn at_least(row: &str, over: &'static str, ratio: f64) -> Self {
        Self { row: row.into(), over, limit: Limit::AtLeast(ratio), low_watermark: None }
    }

    /// Allows so many times the low_watermark, if that is more.
    pub(crate) fn or_times_floor(mut self, times: f64, config: &str) -> Self {
        self.low_watermark = Some((config.into(), times));
        self
    }

    /// With the ratio of the row and that of its low_watermark.
    pub(crate) fn judge(&self, ratio: f64, low_watermark: Option<f64>) -> Judged {
        let low_watermark = self
            .low_watermark
            .as_ref()
            .zip(low_watermark)
            .map(|((_config, times), low_watermark)| (low_watermark, *times));
        Judged { row: self.row.clone(), over: self.over, ratio, limit: self.limit, low_watermark }
    }
}

impl Judged {
    /// The limit that counts.
    fn limit(&self) -> f64 {
        match (self.limit, self.low_watermark) {
            (Limit::AtMost(limit), Some((low_watermark, times))) => limit.max(low_watermark * times),
            (Limit::AtMost(limit) | Limit::AtLeast(limit), _) => limit,
        }
    }

    pub(crate) fn is_held(&self) -> bool {
        let hundredths = |value: f64| (value * 100.0).round();
        match self.limit {
            Limit::AtMost(_) => hundredths(self.ratio) <= hundredths(self.limit()),
            Limit::AtLeast(_) => hundredths(self.ratio) >= hundredths(self.limit()),
        }
    }

    /// `{"name", "over", "ratio", "bound", "low_watermark", "held"}`
    pub(crate) fn json(&self) -> Value {
        let rounded = |value: f64| format!("{value:.3}").parse::<f64>().map_or(Value::Null, Value::from);
        let low_watermark = self.low_watermark.map_or(Value::Null, |(low_watermark, _)| rounded(low_watermark));
        json!({"name": self.row, "over": self.over, "ratio": rounded(self.ratio), "bound": rounded(self.limit()), "low_watermark": low_watermark, "held": self.is_held()})
    }
}

impl std::fmt::Display for Judged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verdict = if self.is_held() { "held  " } else { "MISSED" };
        let sign = if matches!(self.limit, Limit::AtMost(_)) { "<=" } else { ">=" };
        write!(f, "{verdict} {:<26} {:.2}x {}, must be {sign} {:.2}", self.row, self.ratio, self.over, self.limit())?;
        if let (Limit::AtMost(limit), Some((low_watermark, times))) = (self.limit, self.low_watermark) {
            write!(f, " ({limit:.2}, or {times:.2} times its low_watermark of {low_watermark:.2}x)")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_raises_a_limit_and_never_lowers_it() {
        let bound =
            Bound::at_most("genserver/messages_only", "untraced", 2.0).or_times_floor(1.45, "messages_only_noop");
        assert!(bound.judge(2.0, Some(1.2)).is_held());
        assert!(!bound.judge(2.01, Some(1.2)).is_held());
        assert!(bound.judge(2.17, Some(1.5)).is_held(), "1.45 times 1.5 is 2.175");
        assert!(!bound.judge(2.19, Some(1.5)).is_held());
        assert!(!bound.judge(2.1, None).is_held());
        let text = bound.judge(2.05, Some(1.55)).to_string();
        assert_eq!(
            text,
            "held   genserver/messages_only    2.05x untraced, must be <= 2.25 (2.00, or 1.45 times its low_watermark of 1.55x)"
        );
    }

    #[test]
    fn a_least_ratio_is_missed_below_it() {
        let bound = Bound::at_least("shop/production", "untraced", 0.98);
        assert!(bound.judge(0.98, None).is_held() && bound.judge(1.01, None).is_held());
        assert!(!bound.judge(0.97, None).is_held());
        assert_eq!(bound.judge(0.97, None).json()["held"], json!(false));
    }
}
