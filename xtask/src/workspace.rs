//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The checkout's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the checkout's root")
}

/// The Mix package.
pub(crate) fn elixir() -> PathBuf {
    root().join("elixir")
}

/// The example that the demo records.
pub(crate) fn shop() -> PathBuf {
    root().join("examples/shop")
}

/// The npm package.
pub(crate) fn js() -> PathBuf {
    root().join("js")
}

/// The recorded cases.
pub(crate) fn corpus() -> PathBuf {
    root().join("tests/corpus")
}

/// Cargo's target directory, which is where everything that is built or recorded goes.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}
