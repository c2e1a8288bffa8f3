//! `demo run --trace FILE` of the real binary: the form by the file's name or by `--format`, and what
//! is said when neither tells it.
use std::path::PathBuf;
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    let home = std::env::temp_dir().join(format!("bagu-export-{}", std::process::id()));
    Command::new(env!("CARGO_BIN_EXE_bagu"))
        .args(["demo", "run", "channel/close-drain"])
        .args(args)
        .env("BAGU_HOME", home)
        .output()
        .expect("the binary runs")
}

fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("bagu-export-{}-{name}", std::process::id()))
}

/// Writes a file and gives its bytes and what was said on stderr.
fn written(name: &str, more: &[&str]) -> (Vec<u8>, String) {
    let path = file(name);
    let out = run(&[&["--trace", path.to_str().expect("UTF-8")], more].concat());
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{name}: {said}");
    let bytes = std::fs::read(&path).expect("the file is there");
    std::fs::remove_file(path).expect("it can be removed");
    (bytes, said)
}

#[test]
fn the_end_of_the_name_gives_the_form() {
    for (name, begin, tool) in [
        ("a.json", &b"{\"displayTimeUnit\""[..], "perfetto"),
        ("a.trace", b"go 1.22 trace\0\0\0", "gotooltrace"),
        ("a.svg", b"<svg xmlns=", "浏览器"),
        ("a.html", b"<!DOCTYPE html>", "浏览器"),
    ] {
        let (bytes, said) = written(name, &[]);
        assert!(bytes.starts_with(begin), "{name}");
        let said: String = said.split_whitespace().collect(); // lines are broken to the width
        assert!(said.contains(tool), "{name}: {said}");
    }
}

#[test]
fn a_named_form_overrules_the_file_s_name() {
    let (bytes, _) = written("x.json", &["--format", "go"]);
    assert!(bytes.starts_with(b"go 1.22 trace"));
    let (bytes, _) = written("x", &["--format", "svg"]);
    let svg = String::from_utf8(bytes).expect("UTF-8");
    assert!(svg.contains("关闭后先读完缓冲") && svg.contains("channel/close-drain · 虚拟时间 · 1 P · 种子 1"));
}

#[test]
fn an_unknown_form_is_wrong_use_before_anything_runs() {
    let path = file("x.txt");
    let out = run(&["--trace", path.to_str().expect("UTF-8")]);
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("看不出") && said.contains("--format") && said.contains(".svg"), "{said}");
    assert!(out.stdout.is_empty() && !path.exists());
}

#[test]
fn an_engine_without_a_schedule_says_why_it_has_no_go_trace() {
    let path = file("may.trace");
    let out = run(&["--engine", "may", "--trace", path.to_str().expect("UTF-8")]);
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert!(said.contains("may") && said.contains("gmp") && !path.exists(), "{said}");
}
