//! The origin of a trace: recorder, node, versions, options and clocks.

use crate::error::Result;
use crate::term::redact::Redactor;
use crate::wire::{Reader, put_blob};
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
    /// What is static of the recorded VM as `(name, value)`: `erts`, and by role (`gen_server.state`) the functions inside OTP that show a server's
    /// states and messages, or `off: ` and why none does.
    pub release: Vec<(String, String)>,
}

/// What stands for a value that was redacted.
const REDACTED: &str = "[redacted]";

impl Header {
    /// Redacts what the user wrote, by the rule for terms.
    ///
    /// ```
    /// use scope_core::{header::Header, term::redact::Redactor};
    ///
    /// let meta = vec![("db_password".into(), "\"x\"".into()), ("build".into(), "7".into())];
    /// let mut header = Header { meta, ..Header::default() };
    /// header.redact(&Redactor::default());
    /// assert_eq!(header.meta, [("db_password".into(), "[redacted]".into()), ("build".into(), "7".into())]);
    /// ```
    pub fn redact(&mut self, redactor: &Redactor) {
        let own = self.meta.iter_mut().chain(&mut self.options);
        for (_, value) in own.filter(|(name, _)| redactor.is_sensitive(name.as_bytes())) {
            *value = REDACTED.into();
        }
    }

    /// Appends the header as numbered fields, so that fields can be added: each its number (1 byte), its length and its bytes.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let mut field = |number: u8, bytes: &[u8]| {
            out.push(number);
            put_blob(out, bytes);
        };
        field(1, self.recorder_version.as_bytes());
        field(2, self.node.as_bytes());
        field(3, &self.creation.to_le_bytes());
        field(4, self.otp.as_bytes());
        field(5, self.elixir.as_bytes());
        field(6, self.os.as_bytes());
        field(9, &self.monotonic_anchor_ns.to_le_bytes());
        field(10, &self.wall_anchor_ns.to_le_bytes());
        field(11, self.instance.as_bytes());
        let pairs = [(7, &self.applications), (8, &self.options), (12, &self.meta), (13, &self.release)];
        for (number, pairs) in pairs {
            for (name, value) in pairs {
                let mut pair = Vec::new();
                put_blob(&mut pair, name.as_bytes());
                put_blob(&mut pair, value.as_bytes());
                field(number, &pair);
            }
        }
    }

    /// Reads what [`Header::encode`] wrote; fields it does not know are skipped.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut header = Self::default();
        let mut reader = Reader::new(bytes, "header");
        while !reader.is_empty() {
            let number = reader.u8()?;
            let mut field = Reader::new(reader.blob()?, "header");
            match number {
                1 => header.recorder_version = field.rest_as_text()?.into(),
                2 => header.node = field.rest_as_text()?.into(),
                3 => header.creation = field.u32()?,
                4 => header.otp = field.rest_as_text()?.into(),
                5 => header.elixir = field.rest_as_text()?.into(),
                6 => header.os = field.rest_as_text()?.into(),
                7 => header.applications.push(pair(&mut field)?),
                8 => header.options.push(pair(&mut field)?),
                9 => header.monotonic_anchor_ns = field.u64()?.cast_signed(),
                10 => header.wall_anchor_ns = field.u64()?.cast_signed(),
                11 => header.instance = field.rest_as_text()?.into(),
                12 => header.meta.push(pair(&mut field)?),
                13 => header.release.push(pair(&mut field)?),
                _ => {}
            }
        }
        Ok(header)
    }
}

fn pair(field: &mut Reader<'_>) -> Result<(String, String)> {
    Ok((field.text()?.into(), field.text()?.into()))
}
