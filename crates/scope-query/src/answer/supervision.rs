//! What supervisors say of themselves and their children.

use super::word::Certainty;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// How a supervisor supervises. What no sweep could read is `null`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Strategy {
    /// `one_for_one`, `one_for_all`, `rest_for_one`, `simple_one_for_one`.
    pub strategy: Option<String>,
    /// Restarts allowed ...
    pub intensity: Option<u64>,
    /// ... in so many seconds.
    pub period_s: Option<u64>,
}

/// What a supervisor says of a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Child {
    /// The child's id as text; `null` for children of dynamic supervisors, or when no sweep saw it.
    pub id: Option<String>,
    /// `worker` or `supervisor`.
    pub kind: Option<String>,
    /// `permanent`, `transient` or `temporary`.
    pub restart: Option<String>,
    /// Its modules; `null` when unknown or dynamic.
    pub modules: Option<Vec<String>>,
}

/// The other side of a restart: who was replaced, or who came in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct Replacement {
    /// The other process.
    pub pid: String,
    /// `certain`: the supervisor gave both the same id. `likely`: the same parent started the same function with the same arguments.
    pub certainty: Certainty,
}
