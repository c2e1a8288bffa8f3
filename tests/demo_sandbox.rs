//! Misbehaving programs in the child process: each is a sentence within its time, and leaves nothing.
mod kit;

use std::process::Command;
use std::time::Duration;

use assert_cmd::prelude::*;
use kit::bagu;

/// Runs a self-test; it must end with exit 1 and say these words, long before a person gives up
/// (half a minute: the machine may be busy).
#[track_caller]
fn ends(name: &str, timeout: &str, words: &str) {
    let r = bagu(&["demo", "run", &format!("__selftest/{name}"), "--timeout", timeout]);
    assert_eq!(r.code, 1, "{}{}", r.out, r.err);
    let flat: String = r.out.lines().map(str::trim).collect();
    assert!(flat.contains(words), "no「{words}」in:\n{}", r.out);
    assert!(!flat.contains("panicked"), "{}", r.out);
    assert!(r.took < Duration::from_secs(30), "{:?}", r.took);
}

#[test]
fn an_endless_loop_ends_by_the_clock() {
    ends("loop", "500ms", "跑了超过 500 毫秒");
}

#[test]
fn a_thread_that_sleeps_for_ever_ends_by_the_clock() {
    ends("block", "500ms", "跑了超过 500 毫秒");
}

#[test]
fn a_segmentation_fault_is_a_sentence() {
    ends("crash", "10s", "段错误");
}

#[test]
fn an_abort_is_a_sentence() {
    ends("abort", "10s", "SIGABRT");
}

#[test]
fn endless_recursion_is_called_by_its_name() {
    ends("overflow", "10s", "栈溢出了");
}

#[test]
fn memory_has_an_end() {
    ends("memory", "30s", "用光了 1024 MiB 的内存上限");
}

#[test]
fn output_has_an_end_and_is_not_kept() {
    let r = bagu(&["demo", "run", "__selftest/output", "--timeout", "30s"]);
    assert_eq!(r.code, 1);
    assert!(r.out.contains("输出超过 4 MiB") && r.out.len() < 4096, "{}", r.out.len());
}

#[test]
fn leaving_the_process_is_noticed() {
    ends("exit", "10s", "退出码 3");
}

#[test]
fn a_deadlock_and_a_panic_are_results_with_claims() {
    ends("deadlock", "10s", "all goroutines are asleep - deadlock!");
    ends("panic", "10s", "panic: boom");
}

#[test]
fn a_dead_child_is_json_as_well() {
    let r = bagu(&["demo", "run", "__selftest/loop", "--timeout", "300ms", "--json"]);
    assert_eq!(r.code, 1);
    let v: serde_json::Value = serde_json::from_str(&r.out).expect("one object");
    assert_eq!((v["schema"].as_u64(), v["ok"].as_bool(), v["exit"].as_i64()), (Some(1), Some(false), Some(124)));
    assert_eq!(v["claims"][0]["ok"], false);
}

#[test]
fn self_tests_are_in_no_list() {
    let r = bagu(&["demo", "list", "--plain"]);
    assert!(r.code == 0 && !r.out.contains("__selftest"));
}

/// Ids of the children of a process.
#[cfg(target_os = "linux")]
fn children_of(pid: u32) -> Vec<u32> {
    std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|p| p.parse().ok())
        .collect()
}

#[cfg(target_os = "linux")]
fn alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

/// Starts a run of the endless loop and returns it with the id of its child.
#[cfg(target_os = "linux")]
fn looping(more: &[&str]) -> (std::process::Child, u32) {
    let parent = Command::cargo_bin("bagu")
        .expect("the binary is built")
        .args(["demo", "run", "__selftest/loop", "--timeout", "60s", "--procs", "1"])
        .args(more)
        .env("BAGU_HOME", std::env::temp_dir().join("bagu-test"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let child = (0..500)
        .find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            children_of(parent.id()).first().copied()
        })
        .expect("a child process appears");
    // Give it the moment it needs to put itself under its limits.
    std::thread::sleep(Duration::from_millis(200));
    (parent, child)
}

#[cfg(target_os = "linux")]
fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().expect("kill is there");
    assert!(status.success());
}

#[cfg(target_os = "linux")]
fn gone(pid: u32) -> bool {
    (0..300).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !alive(pid)
    })
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_the_child_first_and_exits_130() {
    let (mut parent, child) = looping(&[]);
    signal(parent.id(), "INT");
    let status = parent.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert!(gone(child), "the child {child} is left");
}

#[cfg(target_os = "linux")]
#[test]
fn sigquit_shows_every_goroutine_beside_a_loop_that_never_gives_way() {
    for more in [&["--platform", "virtual"][..], &["--platform", "real"], &["--engine", "may"]] {
        let (parent, child) = looping(more);
        signal(parent.id(), "QUIT");
        let out = parent.wait_with_output().expect("it ends");
        assert_eq!(out.status.code(), Some(1), "{more:?}");
        let text = String::from_utf8_lossy(&out.stdout);
        assert!(text.contains("goroutine 1 [running]:"), "{more:?}: {text}");
        // On `may` another thread may run them.
        assert!(more[1] == "may" || text.matches("never()").count() == 3, "{more:?}: {text}");
        assert!(gone(child), "the child {child} is left");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_parent_leaves_no_orphan() {
    let (mut parent, child) = looping(&[]);
    signal(parent.id(), "KILL");
    parent.wait().expect("it ends");
    assert!(gone(child), "the child {child} is left");
}
