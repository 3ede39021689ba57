//! Functions, perhaps of one process, and a window of time.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Functions and a window of time; every filter that is given must match. A call is in the window when it begins there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema), ts(optional_fields = nullable))]
#[serde(deny_unknown_fields)]
pub struct FunctionWindow {
    /// Module, as Elixir (`Shop.Cart`) or Erlang (`:gen_server`, `gen_server`) writes it.
    pub module: Option<String>,
    /// Function name.
    pub function: Option<String>,
    /// Number of arguments.
    pub arity: Option<u32>,
    /// A pid or a registered name: only the calls of this process.
    pub process: Option<String>,
    /// First time, inclusive.
    pub from: Option<u64>,
    /// Last time, inclusive.
    pub to: Option<u64>,
    /// Most rows.
    pub limit: Option<u32>,
    /// Cursor.
    pub after: Option<String>,
}
