//! Building the modules: the engine for JavaScript, and the engine as a plain C ABI.

use super::TARGET;
use super::compiler::{Compiler, target_dir};
use crate::command;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Which edge a module has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Functions and objects of JavaScript, through wasm-bindgen.
    Js,
    /// Functions on numbers, without imports.
    CAbi,
}

impl Edge {
    /// The crate's feature, which also names the built file.
    const fn feature(self) -> &'static str {
        match self {
            Self::Js => "js",
            Self::CAbi => "c-abi",
        }
    }
}

/// Builds a module, not yet optimised by wasm-opt, and says where it is.
pub(crate) fn build(edge: Edge) -> Result<PathBuf> {
    let compiler = Compiler::ready()?;
    let mut cargo = compiler.cargo();
    cargo.args(["build", "--profile", "wasm", "--package", "scope-wasm", "--lib"]);
    command::run(cargo.args(["--target", TARGET, "--features", edge.feature()]))?;
    let built = target_dir().join(TARGET).join("wasm/scope_wasm.wasm");
    let module = target_dir().join(format!("scope-{}.wasm", edge.feature()));
    fs::copy(&built, &module).with_context(|| format!("cannot copy {}", built.display()))?;
    Ok(module)
}
