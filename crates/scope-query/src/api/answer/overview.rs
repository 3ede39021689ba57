//! A first look.

use super::event::{Function, Process};
use super::info::ClassInfo;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a trace covers and what stands out in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Overview {
    /// First time held.
    pub from: Option<u64>,
    /// Last time held.
    pub to: Option<u64>,
    /// What is held and lost of each class.
    pub classes: Vec<ClassInfo>,
    /// Processes named anywhere.
    pub n_processes: u64,
    /// What stands out, by topic.
    pub findings: Vec<Finding>,
}

/// Something that stands out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Finding {
    /// `lost`, `evicted`, `crashes`, `restarts`, `queue`, `bottleneck`, `own_time`, `slowest_call`, `call_errors`.
    pub topic: String,
    /// One sentence with its figures.
    pub text: String,
    /// The figure it is about.
    pub figure: u64,
    /// What the figure counts: `events`, `ns`, `messages`, `calls`, `crashes`, `restarts`, `ppm`.
    pub unit: String,
    /// The process, if it is about one.
    pub process: Option<Process>,
    /// The function, if it is about one.
    pub function: Option<Function>,
    /// The event to go on with.
    pub id: Option<String>,
    /// The request that tells more.
    pub ask: String,
}
