//! What a trace says about where it came from.

use alloc::string::String;
use alloc::vec::Vec;

/// The header of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Version of the ElixirScope that recorded, e.g. `0.1.0`.
    pub recorder_version: String,
    /// The recorded node's name, e.g. `nonode@nohost`.
    pub node: String,
    /// The node's creation number, with which its pids and references can be made again.
    pub creation: u32,
    /// OTP release, e.g. `25`.
    pub otp: String,
    /// Elixir version, e.g. `1.14.0`.
    pub elixir: String,
    /// Operating system, e.g. `unix/linux`.
    pub os: String,
    /// Applications running at the start: name and version.
    pub applications: Vec<(String, String)>,
    /// The recorder's options as `(name, inspected value)`.
    pub options: Vec<(String, String)>,
    /// Erlang monotonic time (ns, may be negative) at tick 0.
    pub monotonic_anchor_ns: i64,
    /// Wall clock (ns since the Unix epoch) at tick 0.
    pub wall_anchor_ns: i64,
    /// A random id of this recording, 16 bytes as hex, given by the edge.
    pub instance: String,
    /// The user's `meta` as `(name, inspected value)`.
    pub meta: Vec<(String, String)>,
}
