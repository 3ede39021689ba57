//! Where a trace comes from and what it holds.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Where a trace comes from and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Info {
    /// `live` or `file`.
    pub source: String,
    /// Version of the recorder.
    pub recorder_version: String,
    /// Node name.
    pub node: String,
    /// OTP release.
    pub otp: String,
    /// Elixir version.
    pub elixir: String,
    /// Operating system.
    pub os: String,
    /// The recording's id.
    pub instance: String,
    /// Wall clock at time 0, ns since the Unix epoch, as a decimal string.
    pub wall_anchor_ns: String,
    /// Erlang monotonic time at time 0, ns, as a decimal string.
    pub monotonic_anchor_ns: String,
    /// Applications and versions.
    pub applications: Vec<Named>,
    /// The recorder's options.
    pub options: Vec<Named>,
    /// The user's meta.
    pub meta: Vec<Named>,
    /// First time held.
    pub from: Option<u64>,
    /// Last time held.
    pub to: Option<u64>,
    /// Per class.
    pub classes: Vec<ClassInfo>,
    /// Processes named anywhere.
    pub n_processes: u64,
    /// Bytes held in memory: chunks with their index.
    pub bytes: u64,
}

/// A name and its value as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Named {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// What is held and lost of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ClassInfo {
    /// Class name.
    pub class: String,
    /// Produced.
    pub emitted: u64,
    /// Held.
    pub stored: u64,
    /// Evicted.
    pub evicted: u64,
    /// Sampled out.
    pub sampled_out: u64,
    /// Filtered.
    pub filtered: u64,
    /// Dropped, all reasons.
    pub dropped: u64,
}
