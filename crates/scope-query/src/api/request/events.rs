//! Events in order.

use super::field::fields;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// See [`Request::Events`](super::Request::Events). Every filter that is given must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "EventsRequest", optional_fields = nullable))]
pub struct Events {
    /// A pid (`<0.1.0>`, `#PID<0.1.0>`, `<0.1.0>~2`) or a registered name (`Shop.Inventory`, `:cart`).
    pub process: Option<String>,
    /// Class names.
    pub classes: Option<Vec<String>>,
    /// Kind names.
    pub kinds: Option<Vec<String>>,
    /// Module, as Elixir (`Shop.Cart`) or Erlang (`:gen_server`, `gen_server`) writes it.
    pub module: Option<String>,
    /// Function name.
    pub function: Option<String>,
    /// A filter such as `kind:send to:Shop.Cart waiting>5ms`; docs/filter.md has the language.
    pub filter: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Newest first.
    #[cfg_attr(feature = "ts", ts(as = "Option<bool>", optional))]
    pub backward: bool,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}

fields! {
    Events { process, classes, kinds, module, function, filter, from, to, backward, limit, after }
}
