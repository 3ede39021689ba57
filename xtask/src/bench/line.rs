//! A line that the measuring node writes: a word, and `key=value` pairs.

use anyhow::{Context, Result};
use std::collections::BTreeMap;

/// One line, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) word: String,
    fields: BTreeMap<String, String>,
}

impl Line {
    pub(crate) fn parse(line: &str) -> Self {
        let mut parts = line.split_whitespace();
        let word = parts.next().unwrap_or_default().to_owned();
        let fields = parts.filter_map(|part| part.split_once('=')).map(|(key, value)| (key.into(), value.into()));
        Self { word, fields: fields.collect() }
    }

    pub(crate) fn text(&self, key: &str) -> Result<&str> {
        self.fields.get(key).map(String::as_str).with_context(|| format!("the node's line has no {key}"))
    }

    pub(crate) fn number(&self, key: &str) -> Result<u64> {
        self.text(key)?.parse().with_context(|| format!("the node's {key} is no number"))
    }

    /// How many events of each kind the workload says it caused.
    pub(crate) fn expected(&self) -> Result<BTreeMap<String, u64>> {
        let kinds = self.fields.keys().filter_map(|key| key.strip_prefix("expect_"));
        kinds.map(|kind| Ok((kind.to_owned(), self.number(&format!("expect_{kind}"))?))).collect()
    }

    /// Nanoseconds per operation.
    pub(crate) fn ns_per_op(&self, key: &str) -> Result<f64> {
        Ok(self.number(key)? as f64 / self.number("ops")? as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart() {
        let line = Line::parse("round workload=calls ops=4 cpu_ns=10 expect_call=4 expect_return=3");
        assert_eq!((line.word.as_str(), line.text("workload").unwrap()), ("round", "calls"));
        assert_eq!(line.ns_per_op("cpu_ns").unwrap(), 2.5);
        assert_eq!(line.expected().unwrap(), BTreeMap::from([("call".into(), 4), ("return".into(), 3)]));
        assert_eq!(line.number("dropped").unwrap_err().to_string(), "the node's line has no dropped");
    }
}
