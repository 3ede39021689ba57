//! What the workloads' events look like, so that every single one can be checked.

use scope_core::Kind;
use scope_core::term::Term;

/// What a captured event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Operation number so-and-so.
    Operation(u64),
    /// The beginning or the end of a burst.
    Burst,
}

/// Reads the operation's number out of an event of a workload; `None` when the event is not what the workload made.
pub(crate) fn read(kind: Kind, term: &Term) -> Option<Said> {
    let operation = match kind {
        // leaf(I, {item, I}, 3)
        Kind::Call => match term {
            Term::List(args, None) => match args.as_slice() {
                [Term::Integer(i), Term::Tuple(item), Term::Integer(3)] => match item.as_slice() {
                    [Term::Atom(item), Term::Integer(same)] if item == "item" && same == i => *i,
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        },
        Kind::Return => integer(term)?,
        // The server counts: after the operation I its state is I + 1.
        Kind::State => integer(term)?.checked_sub(1)?,
        Kind::Send | Kind::Delivered | Kind::Handled => match tuple(term)? {
            [Term::Atom(burst), Term::Pid(_), Term::Integer(_), Term::Integer(_)] if burst == "burst" => {
                return Some(Said::Burst);
            }
            [Term::Atom(done), Term::Pid(_), Term::Integer(_)] if done == "done" => return Some(Said::Burst),
            [Term::Atom(ping), Term::Pid(_), Term::Integer(i)] if ping == "ping" => *i,
            [Term::Atom(pong), Term::Integer(i)] if pong == "pong" => *i,
            // {'$gen_call', {Pid, [alias | Ref]}, {get, I}}
            [Term::Atom(call), Term::Tuple(from), Term::Tuple(get)] if call == "$gen_call" => {
                match (from.as_slice(), get.as_slice()) {
                    ([Term::Pid(_), tag], [Term::Atom(get), Term::Integer(i)]) if is_alias(tag) && get == "get" => *i,
                    _ => return None,
                }
            }
            // {[alias | Ref], I}
            [tag, Term::Integer(i)] if is_alias(tag) => *i,
            _ => return None,
        },
        _ => return None,
    };
    u64::try_from(operation).ok().map(Said::Operation)
}

fn integer(term: &Term) -> Option<i64> {
    if let Term::Integer(i) = term { Some(*i) } else { None }
}

fn tuple(term: &Term) -> Option<&[Term]> {
    if let Term::Tuple(elements) = term { Some(elements) } else { None }
}

fn is_alias(term: &Term) -> bool {
    let Term::List(elements, Some(tail)) = term else { return false };
    matches!(elements.as_slice(), [Term::Atom(alias)] if alias == "alias") && matches!(**tail, Term::Reference(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(text: &str) -> Term {
        Term::Atom(text.into())
    }

    #[test]
    fn a_call_carries_its_number_twice() {
        let call = |i, j| {
            let item = Term::Tuple(vec![atom("item"), Term::Integer(j)]);
            Term::List(vec![Term::Integer(i), item, Term::Integer(3)], None)
        };
        assert_eq!(read(Kind::Call, &call(7, 7)), Some(Said::Operation(7)));
        assert_eq!(read(Kind::Call, &call(7, 8)), None);
        assert_eq!(read(Kind::Return, &call(7, 7)), None);
    }

    #[test]
    fn a_reply_needs_its_reference() {
        let reply = |tail| Term::Tuple(vec![Term::List(vec![atom("alias")], Some(Box::new(tail))), Term::Integer(5)]);
        assert_eq!(
            read(Kind::Send, &reply(Term::Reference([1, 2, 3].into_iter().collect()))),
            Some(Said::Operation(5))
        );
        assert_eq!(read(Kind::Send, &reply(Term::Cut)), None);
    }
}
