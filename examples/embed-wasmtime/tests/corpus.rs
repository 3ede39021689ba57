//! Every recorded case of tests/corpus, asked through wasmtime: the answers are the accepted ones, to the byte.
//!
//! Ignored where there is no module to run: `cargo xtask test js` builds it, names it in `SCOPE_WASM`, and runs this.

use embed_wasmtime::Engine;
use std::fs;
use std::path::Path;
use wasmtime::Result;
use wasmtime::error::Context;

fn engine() -> Result<Engine> {
    let module = std::env::var("SCOPE_WASM").context("SCOPE_WASM names the module to test")?;
    Engine::new(&fs::read(module)?)
}

fn corpus() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus"))
}

/// The documents of a file that holds one to a line.
fn documents(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let lines = text.lines().map(|line| line.trim_end_matches(','));
    Ok(lines.filter(|line| !matches!(*line, "" | "[" | "]")).map(str::to_owned).collect())
}

fn answers(engine: &Engine, bytes: &[u8], requests: &[String]) -> Result<Vec<String>> {
    match engine.open(bytes)? {
        Ok(mut trace) => requests.iter().map(|request| trace.query_json(request)).collect(),
        Err(refusal) => Ok(vec![refusal; requests.len()]),
    }
}

#[test]
#[ignore = "needs the module: cargo xtask test js"]
fn every_accepted_answer_to_the_byte() -> Result<()> {
    let engine = engine()?;
    let mut n_cases = 0;
    for entry in corpus().read_dir()? {
        let dir = entry?.path();
        if !dir.is_dir() {
            continue;
        }
        let requests = documents(&dir.join("request.json"))?;
        let accepted = documents(&dir.join("answer.json"))?;
        let answered = answers(&engine, &fs::read(dir.join("trace.scope"))?, &requests)?;
        assert_eq!(answered.len(), accepted.len(), "{}", dir.display());
        for ((request, answered), accepted) in requests.iter().zip(&answered).zip(&accepted) {
            assert!(answered == accepted, "{}: {request}\naccepted: {accepted}\nanswered: {answered}", dir.display());
        }
        n_cases += 1;
    }
    assert!(n_cases > 0, "there are no cases in {}", corpus().display());
    Ok(())
}

#[test]
#[ignore = "needs the module: cargo xtask test js"]
fn nothing_is_left_behind_by_a_thousand_questions() -> Result<()> {
    let engine = engine()?;
    let bytes = fs::read(corpus().join("shop_crash/trace.scope"))?;
    let mut trace = engine.open(&bytes)?.expect("a recorded case opens");
    let ask = |trace: &mut embed_wasmtime::Trace| -> Result<()> {
        for _ in 0..500 {
            assert!(trace.query_json(r#"{"kind":"events"}"#)?.starts_with(r#"{"data":["#));
            assert!(trace.query_json("nonsense")?.contains(r#""code":"bad_argument""#));
        }
        Ok(())
    };
    ask(&mut trace)?;
    let before = trace.memory_bytes();
    ask(&mut trace)?;
    assert_eq!(trace.memory_bytes(), before);
    trace.close()
}
