//! What a person says is true of a case, as lines of a fenced block `facts` in its facts.md:
//!
//! ```text
//! /0/data length 50
//! /0/data/49/waiting_ns between 90000000 110000000
//! /1/error/code = "not_traced"
//! /2 lacks "tok_live_"
//! ```
//!
//! The path is a JSON pointer into the list of answers; `*` stands for every element. `contains` and `lacks` look at a string, or at the
//! JSON text of anything else.

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// One line.
#[derive(Debug)]
pub(super) struct Fact {
    line: String,
    path: Vec<String>,
    claim: Claim,
}

#[derive(Debug)]
enum Claim {
    Is(Value),
    Length(usize),
    Between(i64, i64),
    Contains(String),
    Lacks(String),
}

/// The facts in a page.
pub(super) fn parse(page: &str) -> Result<Vec<Fact>> {
    let blocks = page.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("facts\n"));
    blocks
        .flat_map(str::lines)
        .filter(|line| !line.is_empty())
        .map(|line| fact(line).with_context(|| line.to_owned()))
        .collect()
}

fn fact(line: &str) -> Result<Fact> {
    let (path, rest) = line.split_once(' ').context("a fact is `<path> <claim> <value>`")?;
    let (claim, value) = rest.split_once(' ').context("a claim has a value")?;
    let claim = match claim {
        "=" => Claim::Is(serde_json::from_str(value)?),
        "length" => Claim::Length(value.parse()?),
        "between" => {
            let (least, most) = value.split_once(' ').context("between has two bounds")?;
            Claim::Between(least.parse()?, most.parse()?)
        }
        "contains" => Claim::Contains(serde_json::from_str(value)?),
        "lacks" => Claim::Lacks(serde_json::from_str(value)?),
        other => bail!("unknown claim {other}: there are =, length, between, contains, lacks"),
    };
    Ok(Fact { line: line.into(), path: path.split('/').skip(1).map(str::to_owned).collect(), claim })
}

impl Fact {
    /// What the answers say instead, or nothing when they agree. A path that leads to nothing is a contradiction.
    pub(super) fn contradiction(&self, answers: &Value) -> Option<String> {
        let mut found = Vec::new();
        follow(answers, &self.path, &mut found);
        if found.is_empty() {
            return Some(format!("fact {}: there is nothing at this path", self.line));
        }
        found
            .iter()
            .find(|value| !self.claim.holds(value))
            .map(|value| format!("fact {}: it is {}", self.line, short(value)))
    }
}

fn follow<'a>(value: &'a Value, path: &[String], found: &mut Vec<&'a Value>) {
    let Some((step, rest)) = path.split_first() else {
        found.push(value);
        return;
    };
    match value {
        Value::Array(items) if step == "*" => items.iter().for_each(|item| follow(item, rest, found)),
        Value::Array(items) => {
            if let Some(item) = step.parse().ok().and_then(|at: usize| items.get(at)) {
                follow(item, rest, found);
            }
        }
        Value::Object(fields) => {
            if let Some(field) = fields.get(step) {
                follow(field, rest, found);
            }
        }
        _ => {}
    }
}

impl Claim {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Is(wanted) => value == wanted,
            Self::Length(wanted) => value.as_array().is_some_and(|items| items.len() == *wanted),
            Self::Between(least, most) => value.as_i64().is_some_and(|n| (*least..=*most).contains(&n)),
            Self::Contains(part) => text(value).contains(part),
            Self::Lacks(part) => !text(value).contains(part),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    text.char_indices().nth(200).map_or(text.clone(), |(at, _)| format!("{}...", &text[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn contradicts(line: &str, answers: &Value) -> bool {
        let facts = parse(&format!("Prose.\n```facts\n{line}\n```\n")).unwrap();
        assert_eq!(facts.len(), 1);
        facts[0].contradiction(answers).is_some()
    }

    #[test]
    fn every_claim_can_hold_and_can_fail() {
        let answers = json!([{"data": [{"n": 5, "t": "a b"}, {"n": 7, "t": "c"}]}]);
        for (right, wrong) in [
            ("/0/data/0/n = 5", "/0/data/0/n = 6"),
            ("/0/data length 2", "/0/data length 3"),
            ("/0/data/*/n between 5 7", "/0/data/*/n between 5 6"),
            ("/0/data/0/t contains \"a b\"", "/0/data/0/t contains \"x\""),
            ("/0 lacks \"secret\"", "/0 lacks \"a b\""),
        ] {
            assert!(!contradicts(right, &answers), "{right}");
            assert!(contradicts(wrong, &answers), "{wrong}");
        }
    }

    #[test]
    fn a_path_to_nowhere_is_a_contradiction() {
        assert!(contradicts("/0/data/9/n = 5", &json!([{"data": []}])));
        assert!(contradicts("/0/data/*/n lacks \"x\"", &json!([{"data": []}])));
    }

    #[test]
    fn a_line_that_is_no_fact_is_refused() {
        for line in ["/0", "/0 =", "/0 resembles 5", "/0 between 5", "/0 = five"] {
            assert!(parse(&format!("```facts\n{line}\n```")).is_err(), "{line}");
        }
        assert!(parse("no block").unwrap().is_empty());
    }
}
