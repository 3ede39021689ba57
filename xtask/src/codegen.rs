//! `cargo xtask codegen`: files that are made from Rust code and committed.
//!
//! Invariant: a generated file has one source of truth, and `--check` fails when the committed text is another.

mod elixir;
pub(crate) mod notices;
mod schema;
mod typescript;

use crate::workspace;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs;

/// Arguments of `cargo xtask codegen`.
#[derive(Args, Debug)]
pub(crate) struct CodegenArgs {
    /// Write nothing; fail when a committed file is stale
    #[arg(long)]
    pub(crate) check: bool,
}

/// Every generated file: its path in the checkout, and its text.
fn files() -> Result<Vec<(String, String)>> {
    let files = [
        ("docs/filter.md", scope_query::filter::markdown()),
        ("docs/requests.md", scope_query::requests::names::markdown()),
        ("elixir/lib/elixir_scope/answer/words.gen.ex", elixir::words()),
        ("js/src/types.gen.ts", typescript::types()),
        ("js/src/answers.gen.ts", typescript::answers()),
        ("js/src/requests.gen.ts", typescript::requests()),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text));
    Ok(files.chain(schema::files()).chain(notices::files()?).collect())
}

/// Writes or checks the generated files.
pub(crate) fn run(args: &CodegenArgs) -> Result<()> {
    let mut stale = Vec::new();
    for (path, fresh) in files()? {
        let file = workspace::root().join(&path);
        if fs::read_to_string(&file).is_ok_and(|committed| committed == fresh) {
            println!("fresh    {path}");
        } else if args.check {
            stale.push(path);
        } else {
            fs::create_dir_all(file.parent().context("a generated file lies in a folder")?)?;
            fs::write(&file, fresh).with_context(|| format!("cannot write {path}"))?;
            println!("written  {path}");
        }
    }
    if !stale.is_empty() {
        bail!("stale: {}; run `cargo xtask codegen` and commit what it writes", stale.join(", "));
    }
    Ok(())
}
