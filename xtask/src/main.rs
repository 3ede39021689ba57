//! Every developer verb of ElixirScope, one file each.
//!
//! Invariant: a verb works from a fresh clone; what it needs and does not find, it names, all at once.
//! Invariant: nothing is written outside `target/`, but by the verbs whose purpose it is (`codegen`, `corpus`, `fuzz --write-traces`), and into the folders
//! of js/ that npm wants there and git ignores.

mod bench;
mod codegen;
mod command;
mod corpus;
mod debian;
mod demo;
mod dependencies;
mod dist;
mod otp;
mod progress;
mod setup;
mod test;
mod tidy;
mod wasm;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The developer verbs of ElixirScope.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Check every program the project needs, and install the missing ones (Debian, as root) or say how
    Setup,
    /// Record the example shop, let its bug strike, and ask the recording what happened
    Demo,
    /// Run every check and test, or those of one part
    Test(test::TestArgs),
    /// Record everything in a node that is put through twenty kinds of abuse, and check what must hold
    Soak(test::soak::SoakArgs),
    /// The recorded cases in tests/corpus: check them, record them again, or accept new answers
    Corpus(corpus::CorpusArgs),
    /// Measure capture, store and queries against their peers
    Bench(bench::BenchArgs),
    /// Look for inputs that do harm: files, requests, filters and cursors, mutated at random
    Fuzz(test::fuzz::FuzzArgs),
    /// Write the files that are generated from Rust code, or check that they are fresh
    Codegen(codegen::CodegenArgs),
    /// Check the rules of the architecture
    Tidy,
    /// Run a program with another release of Erlang/OTP: `cargo xtask otp 29 -- mix test`
    Otp(otp::OtpArgs),
    /// Pack what others install: the native library, the WebAssembly module for any host, the npm package
    Dist(dist::DistArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Setup => setup::run(),
        Verb::Demo => demo::run(),
        Verb::Test(args) => test::run(&args),
        Verb::Soak(args) => test::soak::run(&args),
        Verb::Corpus(args) => corpus::run(&args),
        Verb::Bench(args) => bench::run(args),
        Verb::Fuzz(args) => test::fuzz::run(&args),
        Verb::Codegen(args) => codegen::run(&args),
        Verb::Tidy => tidy::run(),
        Verb::Otp(args) => otp::run(&args),
        Verb::Dist(args) => dist::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
