//! What an exit reason says: the kind of error, where it was raised, and whose call failed.
//!
//! The shapes are OTP's: `{reason, stacktrace}` of an error that was not caught, `{reason, {module, function, arguments}}` of a call that
//! failed, as `gen_server:call` exits with. They may be nested in one another.
//!
//! Invariant: exits with the same [`Reason::cause`] are of the same kind and place; arguments and values are not part of it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::ProcessKey;
use scope_core::term::Term;
use scope_core::term::inspect::{atom_text, mfa_text};

/// A reason that consists of calls in calls is followed so far.
const MAX_CALLS: usize = 16;
/// Characters of a value that is a reason by itself.
const MAX_VALUE: usize = 80;

/// What a reason says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// `:badarith`, `{:badmatch, _}`, `RuntimeError`.
    error: String,
    /// Innermost first.
    pub(crate) frames: Vec<Place>,
    /// The process whose call failed, when the reason names it.
    pub(crate) called: Option<ProcessKey>,
}

/// A place in a stacktrace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) module: String,
    pub(crate) function: String,
    pub(crate) arity: u32,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
}

/// Whether a process that exits with this reason has crashed.
pub(crate) fn is_abnormal(reason: &Term) -> bool {
    match reason {
        Term::Atom(reason) => !matches!(reason.as_str(), "normal" | "shutdown"),
        Term::Tuple(parts) => !matches!(parts.as_slice(), [Term::Atom(tag), _] if tag == "shutdown"),
        _ => true,
    }
}

impl Reason {
    pub(crate) fn of(reason: &Term) -> Self {
        let (mut inner, mut call, mut called) = (reason, None, None);
        for _ in 0..MAX_CALLS {
            let Term::Tuple(parts) = inner else { break };
            match parts.as_slice() {
                [error, Term::List(frames, _)] if is_stacktrace(frames) => {
                    return Self { error: kind_of(error), frames: frames.iter().filter_map(place).collect(), called };
                }
                [error, Term::Tuple(failed)] => {
                    let [Term::Atom(_), Term::Atom(_), Term::List(arguments, _)] = failed.as_slice() else { break };
                    call = frame(failed);
                    called = arguments.first().and_then(server).or(called);
                    inner = error;
                }
                _ => break,
            }
        }
        Self { error: kind_of(inner), frames: call.into_iter().collect(), called }
    }

    /// The kind of error and the function it was raised in.
    pub(crate) fn cause(&self) -> String {
        // The place people look for: not in Erlang's or Elixir's own modules, if there is another.
        let place = self.frames.iter().find(|place| is_own(&place.module)).or_else(|| self.frames.first());
        match place {
            Some(Place { module, function, arity, .. }) => {
                format!("{} in {}", self.error, mfa_text(module, function, *arity))
            }
            None => self.error.clone(),
        }
    }
}

/// The process a call went to, when it is named by its pid.
const fn server(argument: &Term) -> Option<ProcessKey> {
    match argument {
        Term::Pid(process) => Some(*process),
        _ => None,
    }
}

fn is_stacktrace(frames: &[Term]) -> bool {
    !frames.is_empty() && frames.iter().all(|frame| place(frame).is_some() || matches!(frame, Term::Cut))
}

/// `{module, function, arity or arguments, location}`.
fn place(frame: &Term) -> Option<Place> {
    let (Term::Tuple(parts) | Term::TupleCut(parts, _)) = frame else { return None };
    self::frame(parts)
}

fn frame(parts: &[Term]) -> Option<Place> {
    let [Term::Atom(module), Term::Atom(function), arguments, rest @ ..] = parts else { return None };
    let arity = match arguments {
        Term::Integer(arity) => u32::try_from(*arity).ok()?,
        Term::List(arguments, _) => u32::try_from(arguments.len()).ok()?,
        _ => return None,
    };
    let location = match rest {
        [Term::List(location, _), ..] => location.as_slice(),
        _ => &[],
    };
    let value = |name: &str| {
        location.iter().find_map(|pair| match pair {
            Term::Tuple(pair) => match pair.as_slice() {
                [Term::Atom(key), value] if key == name => Some(value),
                _ => None,
            },
            _ => None,
        })
    };
    let line = match value("line") {
        Some(Term::Integer(line)) => u32::try_from(*line).ok(),
        _ => None,
    };
    let (module, function) = (module.to_string(), function.to_string());
    Some(Place { module, function, arity, file: value("file").and_then(text), line })
}

/// The text of a charlist or binary.
fn text(term: &Term) -> Option<String> {
    match term {
        Term::Binary(bytes) => core::str::from_utf8(bytes).ok().map(String::from),
        Term::List(chars, None) => chars
            .iter()
            .map(|char| match char {
                Term::Integer(code) => u32::try_from(*code).ok().and_then(char::from_u32),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// The kind of an error, without the values that differ from one to the next.
fn kind_of(error: &Term) -> String {
    match error {
        Term::Atom(name) => atom_text(name),
        Term::Map(pairs) | Term::MapCut(pairs, _) => {
            let module = pairs.iter().find_map(|(key, value)| match (key, value) {
                (Term::Atom(key), Term::Atom(module)) if key == "__struct__" => Some(atom_text(module)),
                _ => None,
            });
            module.unwrap_or_else(|| "%{...}".into())
        }
        Term::Tuple(parts) => match parts.as_slice() {
            [Term::Atom(tag), rest @ ..] => format!("{{{}{}}}", atom_text(tag), ", _".repeat(rest.len().min(8))),
            _ => "{...}".into(),
        },
        Term::Integer(value) => value.to_string(),
        Term::Binary(_) => text(error)
            .map_or_else(|| "<<...>>".into(), |text| format!("{:?}", text.chars().take(MAX_VALUE).collect::<String>())),
        Term::List(..) => "[...]".into(),
        Term::Redacted => "#Redacted<>".into(),
        _ => "_".into(),
    }
}

/// Elixir's own modules that show up innermost in other people's errors.
const ELIXIR: &[&str] = &[
    "Access",
    "Agent",
    "Application",
    "Base",
    "Bitwise",
    "Calendar",
    "Code",
    "Date",
    "DateTime",
    "DynamicSupervisor",
    "Enum",
    "Enumerable",
    "Exception",
    "File",
    "Float",
    "Function",
    "GenServer",
    "IO",
    "Integer",
    "Inspect",
    "Kernel",
    "Keyword",
    "List",
    "Logger",
    "Macro",
    "Map",
    "MapSet",
    "Module",
    "NaiveDateTime",
    "Node",
    "Path",
    "Port",
    "Process",
    "Protocol",
    "Range",
    "Regex",
    "Registry",
    "Stream",
    "String",
    "Supervisor",
    "System",
    "Task",
    "Time",
    "Tuple",
    "URI",
    "Version",
];

/// Whether a module is the application's own, by its name: not in Erlang's lower case, not one of Elixir's.
fn is_own(module: &str) -> bool {
    let Some(name) = module.strip_prefix("Elixir.") else { return false };
    let root = name.split_once('.').map_or(name, |(root, _)| root);
    !ELIXIR.contains(&root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn atom(name: &str) -> Term {
        Term::Atom(name.into())
    }

    fn tuple(parts: impl Into<Vec<Term>>) -> Term {
        Term::Tuple(parts.into())
    }

    fn list(items: impl Into<Vec<Term>>) -> Term {
        Term::List(items.into(), None)
    }

    fn location(file: &str, line: i64) -> Term {
        let file = list(file.chars().map(|c| Term::Integer(i64::from(u32::from(c)))).collect::<Vec<_>>());
        list([tuple([atom("file"), file]), tuple([atom("line"), Term::Integer(line)])])
    }

    fn stack() -> Term {
        list([
            tuple([atom("erlang"), atom("*"), list([atom("nil"), Term::Integer(20)]), list([])]),
            tuple([atom("Elixir.Enum"), atom("map"), Term::Integer(2), location("lib/enum.ex", 7)]),
            tuple([atom("Elixir.Shop.Cart"), atom("take_off"), Term::Integer(1), location("lib/shop/cart.ex", 112)]),
        ])
    }

    #[test]
    fn an_error_is_recorded_by_its_kind_and_the_own_function_it_was_raised_in() {
        let reason = Reason::of(&tuple([atom("badarith"), stack()]));
        assert_eq!(reason.cause(), ":badarith in Shop.Cart.take_off/1");
        let frames: Vec<_> =
            reason.frames.iter().map(|place| (place.arity, place.file.as_deref(), place.line)).collect();
        assert_eq!(
            frames,
            [(2, None, None), (2, Some("lib/enum.ex"), Some(7)), (1, Some("lib/shop/cart.ex"), Some(112))]
        );
    }

    #[test]
    fn a_failed_call_has_the_cause_of_its_server() {
        let server = ProcessKey::first(9, 0);
        let call = tuple([atom("Elixir.GenServer"), atom("call"), list([Term::Pid(server), atom("pay")])]);
        let timeout = Reason::of(&tuple([atom("timeout"), call.clone()]));
        assert_eq!((timeout.cause().as_str(), timeout.called), (":timeout in GenServer.call/2", Some(server)));
        let crashed = Reason::of(&tuple([tuple([atom("badarith"), stack()]), call]));
        assert_eq!((crashed.cause().as_str(), crashed.called), (":badarith in Shop.Cart.take_off/1", Some(server)));
    }

    #[test]
    fn values_are_no_part_of_a_cause() {
        let of = |term: &Term| Reason::of(term).cause();
        assert_eq!(of(&atom("killed")), ":killed");
        assert_eq!(
            of(&tuple([tuple([atom("badmatch"), Term::Integer(1)]), stack()])),
            "{:badmatch, _} in Shop.Cart.take_off/1"
        );
        let exception =
            Term::Map(vec![(atom("__struct__"), atom("Elixir.RuntimeError")), (atom("message"), atom("x"))]);
        assert_eq!(of(&tuple([exception, stack()])), "RuntimeError in Shop.Cart.take_off/1");
        assert_eq!(of(&Term::Binary(b"full".to_vec())), "\"full\"");
        assert_eq!(of(&tuple([atom("a"), list([])])), "{:a, _}");
    }

    #[test]
    fn what_is_no_crash() {
        for calm in [atom("normal"), atom("shutdown"), tuple([atom("shutdown"), atom("x")])] {
            assert!(!is_abnormal(&calm));
        }
        for crash in [atom("killed"), tuple([atom("shutdown")]), tuple([atom("normal"), atom("x")]), Term::Cut] {
            assert!(is_abnormal(&crash));
        }
    }

    #[test]
    fn calls_in_calls_end() {
        let mut term = atom("deep");
        for _ in 0..100 {
            term = tuple([term, tuple([atom("m"), atom("f"), list([])])]);
        }
        assert!(Reason::of(&term).cause().len() < 1000);
    }
}
