//! From the VM to a record in a buffer: what runs inside the traced process.

pub(crate) mod atom;
pub(crate) mod event;
pub(crate) mod filter;
pub(crate) mod process_table;
pub(crate) mod record;
pub(crate) mod ring;
pub(crate) mod sampling;
pub(crate) mod server_call;
pub(crate) mod server_row;
pub(crate) mod term_encoder;
pub(crate) mod tick;
pub(crate) mod tracer;
