//! What a recorder tells its owner, which alone may change what the VM traces.

use crate::term::raw_term;
use rustler::{Encoder, Env, LocalPid, OwnedEnv, Term};

rustler::atoms! { elixir_scope_returns_off, elixir_scope_followed, elixir_scope_spawned, elixir_scope_spent }

/// Something the owner must act on; processes, modules and functions are words.
#[derive(Clone, Debug)]
pub(crate) enum Notice {
    /// A function whose returns must be switched off, the process that showed it, and how many calls are open there.
    ReturnsOff { module: u64, function: u64, arity: u64, process: u64, depth: i64 },
    /// Processes that were spawned by followed ones, each with its parent.
    Followed(Vec<(u64, u64)>),
    /// Processes that spawned others: it looks at the supervisors among them, which know what their children are.
    Spawned(Vec<u64>),
    /// A target has had as many events as it was to have.
    Spent(u64),
}

/// Sends what there is to say.
pub(crate) fn send(owner: &LocalPid, notices: &[Notice]) {
    for notice in notices {
        let mut env = OwnedEnv::new();
        // The owner may be gone; then no process needs to know.
        let _ = env.send_and_clear(owner, |env| encode(env, notice));
    }
}

fn encode<'a>(env: Env<'a>, notice: &Notice) -> Term<'a> {
    let term = |word: u64| {
        // SAFETY: atoms and local pids are immediates: their words are terms in every environment.
        unsafe { Term::new(env, raw_term::term(word)) }
    };
    match notice {
        Notice::ReturnsOff { module, function, arity, process, depth } => {
            let mfa = (term(*module), term(*function), *arity);
            (elixir_scope_returns_off(), mfa, term(*process), *depth).encode(env)
        }
        Notice::Followed(processes) => {
            let pairs: Vec<_> = processes.iter().map(|(child, parent)| (term(*child), term(*parent))).collect();
            (elixir_scope_followed(), pairs).encode(env)
        }
        Notice::Spawned(parents) => {
            let pids: Vec<_> = parents.iter().map(|word| term(*word)).collect();
            (elixir_scope_spawned(), pids).encode(env)
        }
        Notice::Spent(target) => (elixir_scope_spent(), *target).encode(env),
    }
}
