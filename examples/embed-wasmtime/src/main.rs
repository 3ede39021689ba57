//! `embed-wasmtime MODULE TRACE REQUEST..`: asks a trace file requests written in JSON, and prints the answers.
//!
//! ```text
//! cargo xtask dist wasm
//! cargo run -p embed-wasmtime -- target/dist/scope-0.1.0.wasm shop.scope '{"kind":"info"}'
//! ```

use embed_wasmtime::Engine;
use wasmtime::error::Context;
use wasmtime::{Result, bail};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [module, trace, requests @ ..] = args.as_slice() else { bail!("usage: embed-wasmtime MODULE TRACE REQUEST..") };
    let engine = Engine::new(&std::fs::read(module).with_context(|| module.clone())?)?;
    let mut trace = match engine.open(&std::fs::read(trace).with_context(|| trace.clone())?)? {
        Ok(trace) => trace,
        Err(refusal) => bail!("{refusal}"),
    };
    for request in requests {
        println!("{}", trace.query_json(request)?);
    }
    trace.close()
}
