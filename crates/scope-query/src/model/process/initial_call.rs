//! What the arguments of `proc_lib:init_p/5` say of the process they start: `[parent, ancestors, module, function, arguments]`.
//!
//! OTP's own behaviours start through `gen:init_it`, whose arguments are the behaviour, the starter, the parent, perhaps a name, the callback
//! module and its arguments. A supervisor is a gen_server whose callback module is `supervisor`, and the module it was written in is
//! in those arguments; Elixir's DynamicSupervisor is one whose callback module is `DynamicSupervisor`.

use scope_core::ProcessKey;
use scope_core::term::Term;

/// The module whose functions run Elixir's tasks.
pub(crate) const TASK: &str = "Elixir.Task.Supervised";

const DYNAMIC: &str = "Elixir.DynamicSupervisor";

/// The callback module of a server, the module of a supervisor, or the module whose function runs.
pub(crate) fn callback_module(arguments: &[Term]) -> Option<&str> {
    let [_parent, _ancestors, Term::Atom(module), Term::Atom(function), arguments] = arguments else { return None };
    if (&**module, &**function) != ("gen", "init_it") {
        return Some(module);
    }
    let (server, its) = server(arguments)?;
    match (server, its) {
        ("supervisor", Some(Term::Tuple(parts))) => match parts.as_slice() {
            [_name, Term::Atom(module), _arguments] => Some(module),
            _ => Some(server),
        },
        (DYNAMIC, Some(Term::Tuple(parts))) => match parts.as_slice() {
            [Term::Atom(module), ..] => Some(module),
            _ => Some(server),
        },
        _ => Some(server),
    }
}

/// Whether they start a supervisor.
pub(crate) fn is_supervisor(arguments: &[Term]) -> bool {
    let [_parent, _ancestors, Term::Atom(module), Term::Atom(function), arguments] = arguments else { return false };
    (&**module, &**function) == ("gen", "init_it")
        && server(arguments).is_some_and(|(server, _)| matches!(server, "supervisor" | DYNAMIC))
}

/// The first of a task's `$callers`, where the task was started through `proc_lib`.
pub(crate) fn caller(arguments: &[Term]) -> Option<ProcessKey> {
    let [_parent, _ancestors, Term::Atom(module), Term::Atom(_), Term::List(arguments, _)] = arguments else {
        return None;
    };
    if module == TASK { owner(arguments) } else { None }
}

/// The first of a task's `$callers`, by the arguments of its function: they begin with the owner, `{node, name or pid, pid}`. A list behind
/// it is the task's ancestors (Elixir 1.18).
pub(crate) fn owner(arguments: &[Term]) -> Option<ProcessKey> {
    match arguments.first()? {
        Term::Tuple(owner) => match owner.as_slice() {
            [Term::Atom(_), _, owner] => pid(owner),
            _ => None,
        },
        _ => None,
    }
}

const fn pid(term: &Term) -> Option<ProcessKey> {
    match term {
        Term::Pid(process) => Some(*process),
        _ => None,
    }
}

/// The callback module that `gen:init_it` is given, and the arguments of its `init`.
fn server(arguments: &Term) -> Option<(&str, Option<&Term>)> {
    let Term::List(arguments, _) = arguments else { return None };
    // [behaviour, starter, parent, module, arguments, options], or with a name before the module.
    let at = if arguments.len() >= 7 { 4 } else { 3 };
    match arguments.get(at)? {
        Term::Atom(module) => Some((module, arguments.get(at + 1))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::boxed::Box;
    use alloc::vec;
    use alloc::vec::Vec;

    fn atom(name: &str) -> Term {
        Term::Atom(name.into())
    }

    fn started(rest: Vec<Term>) -> Vec<Term> {
        let gen_arguments = [vec![atom("gen_server"), atom("starter"), atom("parent")], rest].concat();
        vec![atom("parent"), Term::List(vec![], None), atom("gen"), atom("init_it"), Term::List(gen_arguments, None)]
    }

    #[test]
    fn the_module_of_each_behaviour_is_found() {
        let nil = || Term::List(vec![], None);
        let named = Term::Tuple(vec![atom("local"), atom("cart")]);
        assert_eq!(callback_module(&started(vec![atom("Elixir.Cart"), nil(), nil()])), Some("Elixir.Cart"));
        assert_eq!(
            callback_module(&started(vec![named.clone(), atom("Elixir.Cart"), nil(), nil()])),
            Some("Elixir.Cart")
        );
        let its = Term::Tuple(vec![named.clone(), atom("Elixir.Shop"), nil()]);
        let supervisor = started(vec![named, atom("supervisor"), its, nil()]);
        assert_eq!(callback_module(&supervisor), Some("Elixir.Shop"));
        assert!(is_supervisor(&supervisor));
        let dynamic = started(vec![atom(DYNAMIC), Term::Tuple(vec![atom("Elixir.Carts"), nil(), nil()]), nil()]);
        assert_eq!((callback_module(&dynamic), is_supervisor(&dynamic)), (Some("Elixir.Carts"), true));
        let task = [atom("parent"), nil(), atom("Elixir.Task.Supervised"), atom("reply"), nil()];
        assert_eq!((callback_module(&task), is_supervisor(&task)), (Some("Elixir.Task.Supervised"), false));
        // What was cut says nothing.
        assert_eq!(callback_module(&[Term::Cut]), None);
        assert_eq!(callback_module(&started(vec![Term::Cut])), None);
        let cut = Term::List(vec![], Some(Box::new(Term::Cut)));
        assert!(!is_supervisor(&[atom("parent"), nil(), atom("gen"), atom("init_it"), cut]));
    }
}
