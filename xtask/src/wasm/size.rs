//! How large a module is: as built, and as a server sends it, compressed by Brotli.
//!
//! Invariant: the budget is checked by the tests, so a module that outgrows it does not land.

use crate::{command, workspace};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

/// The most bytes of a module as built: what a browser compiles before the first question.
const MAX_BUILT: u64 = 1_000_000;
/// The most bytes that are sent: a second on a slow mobile connection.
const MAX_SENT: u64 = 400_000;

/// Sizes of one module, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) built: u64,
    pub(crate) sent: u64,
}

/// Node has Brotli; it prints how many bytes are left of the file, at the level of files that are compressed once.
const COMPRESS: &str = "const zlib = require('node:zlib'), c = zlib.constants; \
     const bytes = require('node:fs').readFileSync(process.argv[1]); \
     const params = { [c.BROTLI_PARAM_QUALITY]: 11, [c.BROTLI_PARAM_SIZE_HINT]: bytes.length }; \
     console.log(zlib.brotliCompressSync(bytes, { params }).length)";

impl Size {
    /// Measures a module.
    pub(crate) fn of(module: &Path) -> Result<Self> {
        let built = fs::metadata(module).with_context(|| module.display().to_string())?.len();
        let mut node = command::program("node", workspace::root());
        let sent = command::output(node.args(["-e", COMPRESS]).arg(module))?;
        Ok(Self { built, sent: sent.trim().parse().context("node prints a number")? })
    }

    /// An error where the module is over the budget.
    pub(crate) fn check(self) -> Result<()> {
        ensure!(self.built <= MAX_BUILT, "the module has {} bytes as built, the most is {MAX_BUILT}", self.built);
        ensure!(self.sent <= MAX_SENT, "the module has {} bytes as sent, the most is {MAX_SENT}", self.sent);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_a_budget() {
        let of = |built, sent| Size { built, sent }.check();
        assert!(of(MAX_BUILT, MAX_SENT).is_ok());
        assert!(of(MAX_BUILT + 1, 1).unwrap_err().to_string().contains("1000001 bytes as built"));
        assert!(of(1, MAX_SENT + 1).unwrap_err().to_string().contains("400001 bytes as sent"));
    }

    #[test]
    fn brotli_makes_a_text_smaller() {
        let size = Size::of(&workspace::root().join("Cargo.lock")).unwrap();
        assert!(size.sent > 100 && size.sent < size.built / 2, "{size:?}");
    }
}
