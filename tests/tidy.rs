//! The rules of the repository that the compiler does not know: arrows, where `unsafe` may stand,
//! headers, lengths, words that must not appear.
//!
//! Each rule was seen red once on a planted fault; `planted_faults_are_seen` keeps it that way.
use std::fs;
use std::path::{Path, PathBuf};

/// What each folder may name. Anything else is a wrong-way arrow.
const MAY_USE: &[(&str, &str, &[&str])] = &[
    ("src/base", "base", &[]),
    ("src/trace", "trace", &["base"]),
    ("src/view", "view", &["base", "trace"]),
    ("src/export", "export", &["base", "trace"]),
    ("src/runtime", "runtime", &["base", "trace", "select"]),
    ("src/lab", "lab", &["base", "trace", "runtime", "demos", "out", "select"]),
    ("demos", "demos", &["lab"]),
    ("src/bank", "bank", &["base"]),
    ("src/search", "search", &["base", "bank"]),
    ("src/study", "study", &["base", "bank"]),
];

/// The only files that may contain `unsafe`.
const UNSAFE: &[&str] = &[
    "src/lab/sandbox.rs",
    "src/runtime/asym.rs",
    "src/runtime/chan/attempt.rs",
    "src/runtime/chan/look.rs",
    "src/runtime/chan/mod.rs",
    "src/runtime/chan/wait.rs",
    "src/runtime/coro.rs",
    "src/runtime/foreign.rs",
    "src/runtime/g.rs",
    "src/runtime/hchan.rs",
    "src/runtime/lock.rs",
    "src/runtime/may.rs",
    "src/runtime/mod.rs",
    "src/runtime/net/mod.rs",
    "src/runtime/net/pipe.rs",
    "src/runtime/netpoll.rs",
    "src/runtime/note.rs",
    "src/runtime/overflow.rs",
    "src/runtime/panics.rs",
    "src/runtime/preempt.rs",
    "src/runtime/preempt/mail.rs",
    "src/runtime/preempt/storm.rs",
    "src/runtime/preempt/x86.rs",
    "src/runtime/quit.rs",
    "src/runtime/real.rs",
    "src/runtime/rt.rs",
    "src/runtime/sched/cache.rs",
    "src/runtime/sched/exec.rs",
    "src/runtime/sched/leave.rs",
    "src/runtime/sched/find.rs",
    "src/runtime/sched/foreign.rs",
    "src/runtime/sched/idle.rs",
    "src/runtime/sched/mod.rs",
    "src/runtime/sched/sleeper.rs",
    "src/runtime/seam.rs",
    "src/runtime/select/cases.rs",
    "src/runtime/select/mod.rs",
    "src/runtime/select/order.rs",
    "src/runtime/select/park.rs",
    "src/runtime/select/quick.rs",
    "src/runtime/slab.rs",
    "src/runtime/stw.rs",
    "src/runtime/switch/arm.rs",
    "src/runtime/switch/mod.rs",
    "src/runtime/switch/tests.rs",
    "src/runtime/switch/x86.rs",
    "src/runtime/sync/cond.rs",
    "src/runtime/sync/sema.rs",
    "src/runtime/syscall.rs",
    "src/runtime/sysmon.rs",
    "src/runtime/timers/heap.rs",
    "src/runtime/tls.rs",
    "src/runtime/virt.rs",
    "src/runtime/waitq.rs",
];

/// Lines of a source file, and of a function.
const FILE_LINES_MAX: usize = 800;
const FN_LINES_MAX: usize = 70;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(under: &str) -> Vec<PathBuf> {
    let mut todo = vec![root().join(under)];
    let mut found = vec![];
    while let Some(dir) = todo.pop() {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for e in entries.flatten() {
            let p = e.path();
            if p.is_dir() {
                todo.push(p);
            } else if p.extension().is_some_and(|x| x == "rs") {
                found.push(p);
            }
        }
    }
    found.sort();
    found
}

fn name(p: &Path) -> String {
    p.strip_prefix(root()).unwrap_or(p).display().to_string()
}

fn code_of(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

fn wrong_arrows(file: &str, text: &str, module: &str, allowed: &[&str]) -> Vec<String> {
    let mut bad = vec![];
    for (i, line) in text.lines().enumerate() {
        let at = format!("{file}:{}", i + 1);
        let code = code_of(line);
        if code.contains("super::super") {
            bad.push(format!("{at}: go through `crate::`"));
        }
        for rest in code.replace("$crate::", "crate::").split("crate::").skip(1) {
            let used: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if used.is_empty() {
                bad.push(format!("{at}: name one module per `use crate::` line"));
            } else if used != module && !allowed.contains(&used.as_str()) {
                bad.push(format!("{at}: `{module}` may not use `{used}`"));
            }
        }
    }
    bad
}

fn demo_peeks(file: &str, text: &str) -> Vec<String> {
    text.lines()
        .enumerate()
        .filter(|(_, l)| {
            let c = code_of(l);
            c.contains("crate::") && !c.contains("crate::lab::prelude") && !c.contains("crate::lab::Demo")
        })
        .map(|(i, _)| format!("{file}:{}: a demo sees only `lab::prelude`", i + 1))
        .collect()
}

fn stray_unsafe(file: &str, text: &str) -> Vec<String> {
    if UNSAFE.contains(&file) {
        return vec![];
    }
    text.lines()
        .enumerate()
        .filter(|(_, l)| code_of(l).contains("unsafe ") || code_of(l).contains("allow(unsafe_code)"))
        .filter(|(_, l)| !l.contains("deny(unsafe_code)"))
        .map(|(i, _)| format!("{file}:{}: `unsafe` may stand only in the files listed in tests/tidy.rs", i + 1))
        .collect()
}

fn no_header(file: &str, text: &str) -> Vec<String> {
    if text.starts_with("//!") { vec![] } else { vec![format!("{file}:1: no `//!` header")] }
}

fn too_long(file: &str, text: &str) -> Vec<String> {
    let mut bad = vec![];
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() > FILE_LINES_MAX {
        bad.push(format!("{file}: {} lines, at most {FILE_LINES_MAX}", lines.len()));
    }
    let mut start: Option<(usize, usize)> = None;
    for (i, l) in lines.iter().enumerate() {
        let indent = l.len() - l.trim_start().len();
        let t = l.trim_start();
        let is_fn = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "unsafe fn ", "pub(crate) unsafe fn "]
            .iter()
            .any(|p| t.starts_with(p));
        if is_fn && !t.ends_with(';') && start.is_none() {
            start = Some((i, indent));
        }
        if let Some((s, ind)) = start
            && indent == ind
            && t == "}"
        {
            if i - s + 1 > FN_LINES_MAX {
                bad.push(format!("{file}:{}: function of {} lines, at most {FN_LINES_MAX}", s + 1, i - s + 1));
            }
            start = None;
        }
    }
    bad
}

fn bad_words(file: &str, text: &str) -> Vec<String> {
    let mut bad = vec![];
    let tests_from = text.find("#[cfg(test)]").unwrap_or(text.len());
    let mut at = 0;
    for (i, l) in text.lines().enumerate() {
        let code = code_of(l);
        for w in ["todo!(", "unimplemented!(", "dbg!(", "#[ignore]"] {
            if code.contains(w) {
                bad.push(format!("{file}:{}: `{w}`", i + 1));
            }
        }
        let product = at < tests_from && file.starts_with("src/");
        if product && code.contains(".unwrap()") {
            bad.push(format!("{file}:{}: `unwrap()` outside tests", i + 1));
        }
        if product && !file.starts_with("src/cli") && (code.contains(" println!(") || code.contains(" print!(")) {
            bad.push(format!("{file}:{}: only `cli` prints", i + 1));
        }
        at += l.len() + 1;
    }
    bad
}

fn check(rule: impl Fn(&str, &str) -> Vec<String>, folders: &[&str]) {
    let mut bad = vec![];
    for f in folders.iter().flat_map(|d| rust_files(d)) {
        let text = fs::read_to_string(&f).unwrap();
        bad.extend(rule(&name(&f), &text));
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

#[test]
fn arrows_point_down() {
    for (folder, module, allowed) in MAY_USE {
        check(|f, t| wrong_arrows(f, t, module, allowed), &[folder]);
    }
}

#[test]
fn demos_see_only_the_prelude() {
    check(demo_peeks, &["demos"]);
}

#[test]
fn unsafe_stands_only_where_it_may() {
    check(stray_unsafe, &["src", "demos"]);
}

#[test]
fn every_file_says_what_it_is() {
    check(no_header, &["src", "demos", "tests", "benches", "models/src"]);
}

#[test]
fn files_and_functions_are_short() {
    check(too_long, &["src", "demos", "models/src"]);
}

#[test]
fn no_unfinished_marks_and_no_stray_output() {
    check(bad_words, &["src", "demos", "models/src"]);
}

#[test]
fn main_is_a_few_lines() {
    let text = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(text.lines().count() < 80);
}

#[test]
fn planted_faults_are_seen() {
    assert_eq!(wrong_arrows("x", "use crate::runtime::go;", "view", &["base", "trace"]).len(), 1);
    assert_eq!(wrong_arrows("x", "use crate::{a, b};", "view", &[]).len(), 1);
    assert_eq!(wrong_arrows("x", "use super::super::x;", "view", &[]).len(), 1);
    assert_eq!(demo_peeks("x", "use crate::runtime::go;").len(), 1);
    assert_eq!(stray_unsafe("src/x.rs", "    unsafe { f() }").len(), 1);
    assert_eq!(no_header("x", "use a;").len(), 1);
    let long = format!("fn f() {{\n{}}}\n", "    x();\n".repeat(FN_LINES_MAX));
    assert_eq!(too_long("x", &long).len(), 1);
    assert_eq!(bad_words("src/a.rs", "let x = y.unwrap();\nlet z = dbg!(1);").len(), 2);
}
