//! What a host of the C ABI holds: buffers to pass bytes through, and open traces.
//!
//! Invariant: an address or a trace number that was not given out, or was given back, is refused and touches nothing.

use scope_core::trace::Trace;
use scope_query::Error;
use scope_query::json::{answer_json, error_json};
use std::collections::BTreeMap;

/// Everything that was given out and not given back.
#[derive(Debug, Default)]
pub(crate) struct Host {
    /// By address of their first byte.
    buffers: BTreeMap<usize, Vec<u8>>,
    traces: BTreeMap<u32, Trace>,
    last_trace: u32,
    /// Why the last `open` was refused, as JSON.
    refusal: String,
}

/// Where a buffer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) address: usize,
    pub(crate) len: usize,
}

impl Host {
    pub(crate) const fn new() -> Self {
        Self { buffers: BTreeMap::new(), traces: BTreeMap::new(), last_trace: 0, refusal: String::new() }
    }

    /// A buffer of zeros that the caller may write to; `None` when there is no memory for it.
    pub(crate) fn alloc(&mut self, len: usize) -> Option<Place> {
        let mut buffer = Vec::new();
        // An empty buffer needs an address of its own too.
        buffer.try_reserve_exact(len.max(1)).ok()?;
        buffer.resize(len, 0);
        Some(self.keep(buffer))
    }

    /// Gives a buffer back.
    pub(crate) fn free(&mut self, address: usize) {
        self.buffers.remove(&address);
    }

    /// Opens the trace in a buffer, which is given back by that.
    pub(crate) fn open(&mut self, address: usize) -> Option<u32> {
        let opened = self.take(address).and_then(|bytes| crate::open(&bytes));
        match opened {
            Ok(trace) => {
                self.last_trace = self.last_trace.checked_add(1)?;
                self.traces.insert(self.last_trace, trace);
                Some(self.last_trace)
            }
            Err(error) => {
                self.refusal = error_json(&error);
                None
            }
        }
    }

    /// Why the last `open` was refused.
    pub(crate) fn refusal(&mut self) -> Place {
        let text = self.refusal.clone();
        self.keep_text(text)
    }

    /// Answers the request in a buffer, which is given back by that.
    pub(crate) fn query_json(&mut self, trace: u32, address: usize) -> Place {
        let request = self.take(address).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|_| Error::BadArgument("a request is written in UTF-8".into()))
        });
        let text = match (request, self.traces.get(&trace)) {
            (Ok(request), Some(trace)) => answer_json(trace, &request),
            (Err(error), _) => error_json(&error),
            (Ok(_), None) => error_json(&Error::BadArgument(format!("there is no open trace {trace}"))),
        };
        self.keep_text(text)
    }

    /// Closes a trace.
    pub(crate) fn close(&mut self, trace: u32) {
        self.traces.remove(&trace);
    }

    fn take(&mut self, address: usize) -> Result<Vec<u8>, Error> {
        let missing = || Error::BadArgument(format!("there is no buffer at {address}"));
        self.buffers.remove(&address).ok_or_else(missing)
    }

    fn keep_text(&mut self, text: String) -> Place {
        let mut bytes = text.into_bytes();
        bytes.reserve(usize::from(bytes.is_empty()));
        self.keep(bytes)
    }

    fn keep(&mut self, mut buffer: Vec<u8>) -> Place {
        let place = Place { address: buffer.as_mut_ptr().expose_provenance(), len: buffer.len() };
        self.buffers.insert(place.address, buffer);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scope_core::header::Header;
    use scope_core::store::Limits;
    use scope_core::writer::Writer;

    /// A buffer that holds these bytes, as a host would have written them.
    fn buffer(host: &mut Host, bytes: &[u8]) -> usize {
        let place = host.alloc(bytes.len()).unwrap();
        host.buffers.get_mut(&place.address).unwrap().copy_from_slice(bytes);
        place.address
    }

    fn text(host: &Host, place: Place) -> &str {
        let bytes = host.buffers.get(&place.address).unwrap();
        assert_eq!(bytes.len(), place.len);
        std::str::from_utf8(bytes).unwrap()
    }

    fn dump() -> Vec<u8> {
        Writer::new(Header::default(), Limits::default(), 0).dump(0)
    }

    #[test]
    fn a_trace_is_opened_asked_and_closed() {
        let mut host = Host::new();
        let bytes = buffer(&mut host, &dump());
        let trace = host.open(bytes).unwrap();
        let request = buffer(&mut host, br#"{"kind":"info"}"#);
        let answer = host.query_json(trace, request);
        assert!(text(&host, answer).starts_with(r#"{"data":{"source":"file""#));
        host.free(answer.address);
        host.close(trace);
        assert!(host.buffers.is_empty() && host.traces.is_empty());
    }

    #[test]
    fn an_unknown_address_is_refused() {
        let mut host = Host::new();
        assert_eq!(host.open(12345), None);
        let refusal = host.refusal();
        assert!(text(&host, refusal).contains(r#""code":"bad_argument""#));
        let request = buffer(&mut host, br#"{"kind":"info"}"#);
        let answer = host.query_json(7, request);
        assert!(text(&host, answer).contains("no open trace 7"));
        let again = host.query_json(7, request);
        assert!(text(&host, again).contains("there is no buffer at"));
        host.free(12345);
        host.close(7);
    }

    #[test]
    fn what_is_not_a_trace_is_refused_with_the_engines_code() {
        let mut host = Host::new();
        let bytes = buffer(&mut host, b"PK\x03\x04");
        assert_eq!(host.open(bytes), None);
        let refusal = host.refusal();
        assert!(text(&host, refusal).contains(r#""code":"not_a_trace""#));
    }

    #[test]
    fn empty_buffers_have_addresses_of_their_own() {
        let mut host = Host::new();
        let (a, b) = (host.alloc(0).unwrap(), host.alloc(0).unwrap());
        assert_ne!(a.address, b.address);
        assert_eq!(host.alloc(usize::MAX), None);
        let answer = host.query_json(1, a.address);
        assert!(text(&host, answer).contains(r#""code":"bad_argument""#));
    }
}
