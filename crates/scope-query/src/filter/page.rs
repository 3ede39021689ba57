//! The page `docs/filter.md`, from the table of fields.

use super::flag::FLAGS;
use super::grammar::{FIELDS, Field, Value};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use scope_core::{Class, Kind};

/// Filters that say more than one field does, and what they find.
const JOINED: &[(&str, &str)] = &[
    ("kind:send to::cart message~{:add, _, _} waiting>5ms", "what was added to the cart and waited longer than 5 ms"),
    ("process::cart not (kind:delivered or class:state)", "what the cart did, but for deliveries and states"),
    (
        "module:Shop.Gateway and not function:review/1",
        "calls of the gateway, their returns and exceptions, without the reviews",
    ),
    ("time>=6ms time<7ms complete:false", "what was kept in part, within a millisecond"),
];

/// Every example of the page.
pub fn examples() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|field| field.example).chain(JOINED.iter().map(|(example, _)| *example))
}

/// The page.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(HEAD);
    page += "\n## Fields\n\n| field | written | holds for an event when | example |\n|---|---|---|---|\n";
    for Field { name, value, doc, example } in FIELDS {
        page += &format!("| `{name}` | {} | {doc} | `{}` |\n", written(*value), example.replace('|', "\\|"));
    }
    page += VALUES;
    let names = |names: Vec<&str>| names.join("`, `");
    page += &format!("\n- Classes: `{}`.\n", names(Class::ALL.iter().map(|class| class.name()).collect()));
    page += &format!("- Kinds: `{}`.\n", names(Kind::ALL.iter().map(|kind| kind.name()).collect()));
    page += &format!("- Flags: `{}`.\n", names(FLAGS.iter().map(|(name, _)| *name).collect()));
    page += UNKNOWN;
    page += "\n## Examples\n\nEach finds something in the corpus case `filters`; a test asks them all.\n\n| filter | finds |\n|---|---|\n";
    for (example, finds) in JOINED {
        page += &format!("| `{example}` | {finds} |\n");
    }
    page + EDGES
}

const fn written(value: Value) -> &'static str {
    match value {
        Value::Class => "`:` class",
        Value::Kind => "`:` kind",
        Value::Party(_) => "`:` process",
        Value::Name => "`:` name",
        Value::Module => "`:` module",
        Value::Function => "`:` function",
        Value::Mfa => "`:` module, dot, function",
        Value::Pattern(_) => "`~` pattern",
        Value::Time => "`<` `<=` `>` `>=` time",
        Value::Measure(_) => "`<` `<=` `>` `>=` duration, or `:unknown`",
        Value::Complete => "`:` `true` or `false`",
        Value::Flag => "`:` flag",
        Value::Id => "`:` id",
    }
}

const HEAD: &str = "<!-- Written by `cargo xtask codegen` from crates/scope-query/src/filter/grammar.rs. Do not edit. -->
# Filters

One expression says which events are wanted, the same at every edge:

```text
kind:send to:Shop.Cart message~{:add, _} waiting>5ms and not module:Logger
```

Tests side by side must all hold; `and` may be written, `or` binds weaker, `not` binds strongest, parentheses group. An empty filter is everything.
A mistake is refused as `bad_argument`, with its place:

```text
filter: expected a flag (to_dead, no_return, arity_only), not \"dead\", at offset 15
kind:send flag:dead
               ^
```
";

const VALUES: &str = "
## Values

- A **process** is a pid (`<0.1.0>`, `#PID<0.1.0>`, `<0.1.0>~2`) or a registered name (`Shop.Cart`, `:cart`, `cart`). A name means whoever held it
  when the event happened; a pid without `~n` means every process that had it. One that the trace has never seen is `not_found`.
- A **module** is `Shop.Cart` or `:gen_server`; a **function** `charge`, `charge/2`, or in quotes.
- A **duration** or **time** is a number with `s`, `ms`, `us` or `ns`, or of ns without a unit: `1.5s`, `250us`, `800`. Times count from the start of the recording.
- A **pattern** is a term as Elixir writes it, where `_` is any term, `...` at the end of a tuple, list or map the rest, `\"ab\" <> _` a text that begins so. A map matches
  every map that has its keys, as in Elixir, and a struct is a map: `%Shop.Cart{id: \"7\"}`. It can be put in quotes, single or double, which a pattern that is only a text
  must be: `message~'\"hello\"'`.
";

const UNKNOWN: &str = "
## What was not recorded

- A pattern that meets a place that was cut, redacted or opaque may match or not. If the answer depends on it the event is given, with the flag `possible`.
- Equal messages that cannot be distinguished have no certain `waiting` or `delivery`: they are given as `possible` too.
- Where a delivery, handling or return was not recorded there is nothing to compare. Such an event is left out, whether the comparison is negated or not; the coverage's
  `not_traced` names the processes (the first 16) that would have shown it, and `waiting:unknown` finds the events.
- What never arrived did not wait: `waiting` and `delivery` fail.
";

const EDGES: &str = "
## Where

In a request, `{\"kind\": \"events\", \"filter\": \"kind:send\"}`; the other fields of the request must hold too. In Elixir, `ElixirScope.events(\"kind:send\")`, or `filter:` of
`ElixirScope.get_events_between/3`.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_page_is_not_stale() {
        let committed = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/filter.md"));
        assert!(committed == markdown(), "docs/filter.md is stale: run `cargo xtask codegen`");
    }
}
