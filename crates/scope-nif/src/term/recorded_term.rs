//! The real terms behind the terms of an answer.
//!
//! Invariant: of an imported trace no live pid, port or reference and no new atom can come.
//! Invariant: equal terms of a chunk are made once an answer, and take their memory once.

use hashbrown::HashMap;
use rustler::{Env, Term};
use scope_core::term::etf::{self, Origin};
use scope_core::trace::{Source, Trace};
use scope_query::term_ref;

/// The terms of an answer take more bytes than they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the terms of the answer take more than {max_bytes} bytes")]
pub(crate) struct TooLarge {
    max_bytes: u64,
}

/// Makes the terms of one answer.
pub(crate) struct RecordedTerms<'a, 't> {
    env: Env<'a>,
    trace: &'t Trace,
    origin: Origin<'t>,
    /// By the place of the stored bytes: a chunk stores equal terms once.
    made: HashMap<(*const u8, usize), Term<'a>>,
    /// Whether this node has an atom, which is asked for imported ones.
    known_atoms: HashMap<String, bool>,
    etf: Vec<u8>,
    n_bytes: u64,
    max_bytes: u64,
}

impl<'a, 't> RecordedTerms<'a, 't> {
    /// `max_bytes` bounds the External Term Format of all terms together.
    pub(crate) fn new(env: Env<'a>, trace: &'t Trace, max_bytes: u64) -> Self {
        let header = trace.header();
        let origin = match trace.source() {
            Source::Live => Origin::Own { node: &header.node, creation: header.creation },
            Source::File => Origin::Imported,
        };
        let (made, known_atoms) = (HashMap::new(), HashMap::new());
        Self { env, trace, origin, made, known_atoms, etf: Vec::new(), n_bytes: 0, max_bytes }
    }

    /// The term with an id of the answer.
    pub(crate) fn term(&mut self, id: &str) -> Result<Term<'a>, TooLarge> {
        let Ok(located) = term_ref::locate(self.trace, id) else { return Ok(self.unreadable()) };
        let bytes = located.term.bytes;
        let place = (bytes.as_ptr(), bytes.len());
        if let Some(term) = self.made.get(&place) {
            return Ok(*term);
        }
        self.etf.clear();
        self.etf.push(131);
        let (env, known) = (self.env, &mut self.known_atoms);
        let mut exists = |name: &str| is_known(env, known, name);
        let written = etf::to_etf(bytes, &located.names, self.origin, &mut exists, &mut self.etf);
        let term = written.ok().and_then(|()| {
            // SAFETY: the bytes are made by `to_etf`, which writes only well-formed terms and, for imported ones, only atoms that exist here.
            unsafe { self.env.binary_to_term_trusted(&self.etf) }
        });
        self.n_bytes += self.etf.len() as u64;
        if self.n_bytes > self.max_bytes {
            return Err(TooLarge { max_bytes: self.max_bytes });
        }
        let term = term.map_or_else(|| self.unreadable(), |(term, _)| term);
        self.made.insert(place, term);
        Ok(term)
    }

    /// What stands for damaged bytes: a place that was not walked.
    fn unreadable(&self) -> Term<'a> {
        let (cut, names) = ([scope_core::term::tag::CUT], scope_core::Symbols::new());
        let mut etf = vec![131];
        let written = etf::to_etf(&cut, &names, self.origin, &mut |_| false, &mut etf);
        // SAFETY: as above.
        let term = written.ok().and_then(|()| unsafe { self.env.binary_to_term_trusted(&etf) });
        term.map_or_else(|| rustler::types::atom::nil().to_term(self.env), |(term, _)| term)
    }
}

fn is_known(env: Env<'_>, known: &mut HashMap<String, bool>, name: &str) -> bool {
    if let Some(is_known) = known.get(name) {
        return *is_known;
    }
    let mut etf = vec![131, 118];
    etf.extend_from_slice(&(name.len() as u16).to_be_bytes());
    etf.extend_from_slice(name.as_bytes());
    // Reading an atom "safely" fails where the node does not have it.
    let is_known = env.binary_to_term(&etf).is_some();
    known.insert(name.into(), is_known);
    is_known
}
