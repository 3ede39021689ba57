//! What is known of a process's origin, as the API shows it.

use crate::answer::{Child, Function, Strategy};
use crate::model::process::spawn_info::{self, Ancestor};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use scope_core::term::inspect::{atom_text, inspect_tree};

pub(crate) fn function((module, function, arity): &(String, String, u32)) -> Function {
    Function { module: atom_text(module), function: function.clone(), arity: *arity }
}

pub(crate) fn ancestors(ancestors: &[Ancestor]) -> Vec<String> {
    let text = |ancestor: &Ancestor| match ancestor {
        Ancestor::Pid(process) => process.to_string(),
        Ancestor::Name(name) => atom_text(name),
    };
    ancestors.iter().map(text).collect()
}

pub(crate) fn strategy(strategy: &spawn_info::Strategy) -> Strategy {
    let spawn_info::Strategy { strategy, intensity, period_s } = strategy;
    Strategy { strategy: strategy.clone(), intensity: *intensity, period_s: *period_s }
}

pub(crate) fn child(child: &spawn_info::Child) -> Child {
    let modules = child.modules.as_ref().map(|modules| modules.iter().map(|module| atom_text(module)).collect());
    Child { id: child.id.as_ref().map(inspect_tree), kind: child.kind.clone(), restart: child.restart.clone(), modules }
}
