//! Writes in-flight terms whose words are ids of a [`Symbols`]: for marks, control details, spans, tests and generated traces.
//! (The capture walk in `scope-nif` writes the same grammar with VM words.)

use crate::Symbols;
use crate::term::cursor::push_id;
use crate::term::tag;
pub use crate::term::tree::Term;
use alloc::vec::Vec;

/// Appends `term` in flight form to `out`, interning its atoms and pids in `symbols`.
///
/// A part with more than `u32::MAX` bytes or elements, which the grammar cannot hold, is written as cut.
pub fn write(term: &Term, symbols: &mut Symbols, out: &mut Vec<u8>) {
    put(term, symbols, |id, out| out.extend(u64::from(id).to_be_bytes()), out);
}

/// The same in stored form, with the ids of `symbols`.
pub(crate) fn write_stored(term: &Term, symbols: &mut Symbols, out: &mut Vec<u8>) {
    put(term, symbols, push_id, out);
}

/// How the id of an atom or a pid is written.
type PutId = fn(u32, &mut Vec<u8>);

fn put(term: &Term, symbols: &mut Symbols, put_id: PutId, out: &mut Vec<u8>) {
    match term {
        Term::Integer(value) => write_integer(*value, out),
        Term::Big(negative, magnitude) => write_big(*negative, magnitude, out),
        Term::Float(value) => push_word(tag::FLOAT, value.to_bits(), out),
        Term::Atom(text) => {
            out.push(tag::ATOM);
            put_id(symbols.intern_atom(text).0, out);
        }
        Term::Pid(process) => {
            out.push(tag::PID);
            put_id(symbols.intern_process(*process).0, out);
        }
        Term::Port(number) => push_word(tag::PORT, *number, out),
        Term::Reference(words) => {
            out.extend([tag::REFERENCE, words.len() as u8]);
            words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
        }
        Term::Binary(bytes) => {
            if push_count(tag::BINARY, bytes.len(), out) {
                out.extend_from_slice(bytes);
            }
        }
        Term::BinaryCut(bytes, total) => {
            if push_count(tag::BINARY_CUT, bytes.len(), out) {
                out.extend(total.to_be_bytes());
                out.extend_from_slice(bytes);
            }
        }
        Term::Tuple(elements) => {
            if let Ok(arity) = u8::try_from(elements.len()) {
                out.extend([tag::SMALL_TUPLE, arity]);
                put_all(elements, symbols, put_id, out);
            } else if push_count(tag::LARGE_TUPLE, elements.len(), out) {
                put_all(elements, symbols, put_id, out);
            }
        }
        Term::TupleCut(elements, arity) => {
            if push_count(tag::TUPLE_CUT, elements.len(), out) {
                out.extend(arity.to_be_bytes());
                put_all(elements, symbols, put_id, out);
            }
        }
        Term::List(elements, None) if elements.is_empty() => out.push(tag::NIL),
        Term::List(elements, tail) => {
            if push_count(tag::LIST, elements.len(), out) {
                put_all(elements, symbols, put_id, out);
                match tail {
                    None => out.push(tag::NIL),
                    Some(tail) => put(tail, symbols, put_id, out),
                }
            }
        }
        Term::Map(pairs) => {
            if push_count(tag::MAP, pairs.len(), out) {
                put_pairs(pairs, symbols, put_id, out);
            }
        }
        Term::MapCut(pairs, size) => {
            if push_count(tag::MAP_CUT, pairs.len(), out) {
                out.extend(size.to_be_bytes());
                put_pairs(pairs, symbols, put_id, out);
            }
        }
        Term::Record(exported, parts) => {
            out.extend([tag::RECORD, u8::from(*exported)]);
            put_all(parts.as_ref(), symbols, put_id, out);
        }
        Term::Opaque(kind, number) => {
            out.extend([tag::OPAQUE, *kind as u8]);
            out.extend(number.to_be_bytes());
        }
        Term::Redacted => out.push(tag::REDACTED),
        Term::Cut => out.push(tag::CUT),
    }
}

fn write_integer(value: i64, out: &mut Vec<u8>) {
    if let Ok(byte) = u8::try_from(value) {
        out.extend([tag::SMALL_INTEGER, byte]);
    } else if let Ok(value) = i32::try_from(value) {
        out.push(tag::INTEGER);
        out.extend(value.to_be_bytes());
    } else {
        let bytes = value.unsigned_abs().to_le_bytes();
        let n = bytes.len() - value.unsigned_abs().leading_zeros() as usize / 8;
        write_big(value < 0, bytes.get(..n).unwrap_or(&bytes), out);
    }
}

fn write_big(negative: bool, magnitude: &[u8], out: &mut Vec<u8>) {
    if let Ok(n) = u8::try_from(magnitude.len()) {
        out.extend([tag::SMALL_BIG, n]);
    } else if !push_count(tag::LARGE_BIG, magnitude.len(), out) {
        return;
    }
    out.push(u8::from(negative));
    out.extend_from_slice(magnitude);
}

fn put_all(terms: &[Term], symbols: &mut Symbols, put_id: PutId, out: &mut Vec<u8>) {
    for term in terms {
        put(term, symbols, put_id, out);
    }
}

fn put_pairs(pairs: &[(Term, Term)], symbols: &mut Symbols, put_id: PutId, out: &mut Vec<u8>) {
    for (key, value) in pairs {
        put(key, symbols, put_id, out);
        put(value, symbols, put_id, out);
    }
}

fn push_word(tag: u8, word: u64, out: &mut Vec<u8>) {
    out.push(tag);
    out.extend(word.to_be_bytes());
}

/// Whether the count fits; if not, the part is written as cut.
fn push_count(tag: u8, n: usize, out: &mut Vec<u8>) -> bool {
    let Ok(n) = u32::try_from(n) else {
        out.push(tag::CUT);
        return false;
    };
    out.push(tag);
    out.extend(n.to_be_bytes());
    true
}
