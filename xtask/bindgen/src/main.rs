//! `xtask-bindgen MODULE DIR`: writes the JavaScript that faces a WebAssembly module, as `wasm-bindgen --target web` would.
//!
//! A package of its own, because its dependencies take longer to build than all other verbs together.

use anyhow::{Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [module, dir] = args.as_slice() else { bail!("usage: xtask-bindgen MODULE DIR") };
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?.typescript(true).omit_default_module_path(false).out_name("core").input_path(module);
    bindgen.generate(dir)
}
