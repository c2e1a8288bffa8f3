//! What several test binaries need: the program as a command, and the program at a terminal.
#![allow(dead_code, reason = "each binary uses a part")]
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
pub mod terminal;

/// What a run of the program left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

/// Runs `bagu` with these arguments and this on stdin, without colour, in a home that these tests
/// share.
#[track_caller]
pub fn bagu_with(args: &[&str], stdin: &str) -> Ran {
    let start = Instant::now();
    let o = assert_cmd::Command::cargo_bin("bagu")
        .expect("the binary is built")
        .args(args)
        .env("BAGU_HOME", std::env::temp_dir().join("bagu-test"))
        .env("NO_COLOR", "1")
        .write_stdin(stdin)
        .output()
        .expect("it starts");
    Ran {
        code: o.status.code().expect("it exits by itself"),
        out: String::from_utf8(o.stdout).expect("UTF-8"),
        err: String::from_utf8(o.stderr).expect("UTF-8"),
        took: start.elapsed(),
    }
}

/// As [`bagu_with`], with nothing on stdin.
#[track_caller]
pub fn bagu(args: &[&str]) -> Ran {
    bagu_with(args, "")
}
