//! What the numbers were measured on.

use std::process::{Command, Stdio};

/// CPU, cores and Erlang release, in one line.
pub(crate) fn describe() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown CPU", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {cores} cores, OTP {}", otp().unwrap_or_else(|| "none".into()))
}

fn otp() -> Option<String> {
    let ask = "io:put_chars(erlang:system_info(otp_release)), halt().";
    let said = Command::new("erl").args(["-noshell", "-eval", ask]).stdin(Stdio::null()).output().ok()?;
    String::from_utf8(said.stdout).ok()
}
