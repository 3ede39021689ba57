//! The sealer's thread and the captured threads run this library's code for as long as the VM lives: purging the Elixir module must not
//! unmap it (`-z nodelete`).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
