//! The name of each request at every edge. `cargo xtask codegen` writes it out as `docs/requests.md`.
