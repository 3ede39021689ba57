//! The atoms that the callbacks compare words with.
//!
//! Invariant: they are looked up once, when the library is loaded; a callback reads words only.

use crate::term::raw_term;
use rustler::sys::{ErlNifEnv, enif_make_atom_len};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! atoms {
    ($($name:ident = $text:literal),+ $(,)?) => {
        #[derive(Debug)]
        pub(crate) struct Atoms { $(pub(crate) $name: AtomicU64,)+ }
        pub(crate) static ATOMS: Atoms = Atoms { $($name: AtomicU64::new(0),)+ };
        /// Looks up the words of the atoms that callbacks compare with. Called once, at load.
        pub(crate) fn load_atoms(env: *mut ErlNifEnv) {
            $(
                // SAFETY: a live environment, and a text of that length.
                let atom = unsafe { enif_make_atom_len(env, $text.as_ptr().cast(), $text.len()) };
                ATOMS.$name.store(raw_term::of(atom), Relaxed);
            )+
        }
    };
}
atoms! {
    trace = "trace", remove = "remove", discard = "discard", ok = "ok", extra = "extra",
    call = "call", return_from = "return_from", exception_from = "exception_from",
    send = "send", send_to_dead = "send_to_non_existing_process", receive = "receive",
    spawn = "spawn", getting_linked = "getting_linked", getting_unlinked = "getting_unlinked",
    spawned = "spawned", exit = "exit", link = "link", unlink = "unlink", register = "register", unregister = "unregister",
    cast = "cast", info = "info", timeout = "timeout", gen_call = "$gen_call", gen_cast = "$gen_cast",
}
