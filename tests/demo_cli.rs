//! `bagu demo` as a person and a script use it.
mod kit;

use std::process::Command;

use assert_cmd::prelude::*;
use kit::{bagu, bagu_with};
use serde_json::Value;

const ID: &str = "channel/close-drain";

#[test]
fn a_run_shows_output_claims_picture_fidelity_and_what_next() {
    let r = bagu(&["demo", "run", ID]);
    assert_eq!(r.code, 0, "{}{}", r.out, r.err);
    let at = |part: &str| r.out.find(part).unwrap_or_else(|| panic!("no「{part}」in:\n{}", r.out));
    let order = [at("\n输出\n"), at("\n论断\n"), at("\n过程\n"), at("\n和 Go 比\n"), at("\n接下来\n")];
    assert!(order.is_sorted(), "{order:?}");
    assert!(r.out.contains('✓') && !r.out.contains('✗') && !r.out.contains('\u{1b}'));
}

#[test]
fn json_is_the_contract() {
    let r = bagu(&["demo", "run", ID, "--json"]);
    let v: Value = serde_json::from_str(&r.out).expect("one object");
    for key in [
        "schema",
        "id",
        "engine",
        "platform",
        "procs",
        "seed",
        "mutation",
        "ok",
        "exit",
        "claims",
        "out",
        "go",
        "events",
        "wall_ms",
        "max_rss_kb",
    ] {
        assert!(v.get(key).is_some(), "{key} is missing");
    }
    assert_eq!((v["ok"].as_bool(), v["exit"].as_i64(), v["go"]["match"].as_bool()), (Some(true), Some(0), Some(true)));
    assert_eq!(v["go"]["version"], "go1.27.3");
    assert!(v["events"].as_u64() > Some(5) && v["max_rss_kb"].as_u64() > Some(500));
    assert!(
        v["claims"].as_array().is_some_and(|c| c.iter().all(|c| c["measured"].as_str().is_some_and(|m| !m.is_empty())))
    );
}

#[test]
fn the_same_seed_is_the_same_page() {
    let (a, b) = (bagu(&["demo", "run", ID, "--seed", "7"]), bagu(&["demo", "run", ID, "--seed", "7"]));
    assert_eq!(a.out, b.out);
}

#[test]
fn a_mutation_breaks_the_named_claims_and_says_so() {
    let r = bagu(&["demo", "run", ID, "--mutate", "close-drops-buffer"]);
    assert_eq!(r.code, 1);
    assert!(r.out.contains('✗') && r.out.contains("果然都倒下了"), "{}", r.out);
}

#[test]
fn wrong_names_are_usage_errors_with_a_suggestion() {
    for (args, words) in [
        (vec!["demo", "run", "channel/close-drian"], "channel/close-drain"),
        (vec!["demo", "show", "channel/close-drian"], "channel/close-drain"),
        (vec!["demo", "explore", "nothing"], "bagu demo list"),
        (vec!["demo", "run", ID, "--mutate", "close-drops-bufer"], "close-drops-buffer"),
        (vec!["demo", "run", ID, "--engine", "may", "--platform", "virtual"], "真线程"),
        (vec!["demo", "run", "--all", "--seed", "3"], "--seed"),
        (vec!["demo", "list", "chanel"], "channel"),
        (vec!["demo", "list", "线程模型"], "thread-model"),
        (vec!["quiz", "协程泄漏"], "是不是 leak"),
        (vec!["quiz", "上下文"], "是不是 context"),
    ] {
        let r = bagu(&args);
        assert_eq!(r.code, 2, "{args:?}: {}", r.err);
        assert!(r.err.contains(words) && r.out.is_empty(), "{args:?}: {}", r.err);
    }
}

#[test]
fn a_demo_that_needs_our_scheduler_says_why_it_refuses_may() {
    let demo = bagu::demos::all().find(|d| !d.setup.may).expect("some demo is about our scheduler");
    let r = bagu(&["demo", "run", demo.id, "--engine", "may"]);
    assert!(r.code == 2 && r.err.contains("may"), "{}", r.err);
    let demo = bagu::demos::all().find(|d| !d.setup.real).expect("some demo needs exact times");
    let r = bagu(&["demo", "run", demo.id, "--platform", "real"]);
    assert!(r.code == 2 && r.err.contains("虚拟平台"), "{}", r.err);
}

#[test]
fn every_view_of_every_width() {
    for view in ["sched", "chan", "ctx", "time", "events"] {
        for width in ["60", "80"] {
            let r = bagu(&["demo", "run", ID, "--view", view, "--width", width]);
            assert_eq!(r.code, 0, "{view}: {}", r.err);
            if view != "events" {
                let columns: usize = width.parse().expect("a number");
                for line in r.out.lines().filter(|l| !l.trim_start().starts_with("bagu ")) {
                    assert!(bagu::base::text::width(line) <= columns, "{view} {width}: {line}");
                }
            }
        }
    }
}

#[test]
fn predicting_is_compared_line_by_line() {
    let out = bagu(&["demo", "run", ID, "--json"]).out;
    let v: Value = serde_json::from_str(&out).expect("one object");
    let lines: Vec<&str> = v["out"].as_array().expect("lines").iter().filter_map(Value::as_str).collect();
    let right = bagu_with(&["demo", "run", ID, "--predict"], &format!("{}\n\n", lines.join("\n")));
    assert!(right.code == 0 && right.out.contains(&format!("对了 {0}/{0} 行", lines.len())), "{}", right.out);
    let wrong = bagu_with(&["demo", "run", ID, "--predict"], "不知道\n");
    assert!(wrong.code == 0 && wrong.out.contains("你写 不知道"), "{}", wrong.out);
}

#[test]
fn a_trace_is_json_for_perfetto() {
    let path = std::env::temp_dir().join(format!("bagu-trace-{}.json", std::process::id()));
    let r = bagu(&["demo", "run", ID, "--trace", path.to_str().expect("UTF-8")]);
    assert_eq!(r.code, 0, "{}", r.err);
    let text = std::fs::read_to_string(&path).expect("written");
    std::fs::remove_file(&path).expect("ours");
    let v: Value = serde_json::from_str(&text).expect("JSON");
    let events = v["traceEvents"].as_array().expect("events");
    assert!(events.iter().any(|e| e["ph"] == "X") && events.iter().any(|e| e["ph"] == "M"));
    let r = bagu(&["demo", "run", ID, "--trace", "/nonexistent/dir/x.json"]);
    assert!(r.code == 4 && r.err.contains("/nonexistent/dir/x.json"), "{}", r.err);
}

#[test]
fn exploring_counts_outcomes_and_shows_a_schedule() {
    let r = bagu(&["demo", "explore", ID, "-n", "20"]);
    assert!(r.code == 0 && r.out.contains("20 次  100.0%"), "{}{}", r.out, r.err);
    let r = bagu(&["demo", "explore", "__selftest/deadlock", "-n", "5", "--json"]);
    let v: Value = serde_json::from_str(&r.out).expect("one object");
    assert_eq!((r.code, v["items"][0]["ok"].as_bool(), v["items"][0]["count"].as_u64()), (1, Some(false), Some(5)));
    assert!(v["items"][0]["schedule"].as_array().is_some_and(|s| s.len() > 3));
}

#[test]
fn showing_source_and_twin() {
    let r = bagu(&["demo", "show", ID]);
    assert!(r.code == 0 && r.out.contains("fn run()") && r.out.contains("close-drops-buffer"), "{}", r.out);
    let mut c = Command::cargo_bin("bagu").expect("the binary is built");
    let o = c.args(["demo", "go", ID]).env("PATH", "").env("NO_COLOR", "1").output().expect("it starts");
    let out = String::from_utf8(o.stdout).expect("UTF-8");
    assert!(o.status.success() && out.contains("package main") && out.contains("go1.27.3"), "{out}");
}

#[test]
fn the_list_is_the_contract() {
    let r = bagu(&["demo", "list", "--json"]);
    let v: Value = serde_json::from_str(&r.out).expect("one object");
    let items = v["items"].as_array().expect("items");
    assert_eq!(items.len(), bagu::demos::all().count());
    for key in
        ["id", "title", "topic", "questions", "engines", "platforms", "fidelity", "go_twin", "claims", "mutations"]
    {
        assert!(items.iter().all(|i| i.get(key).is_some()), "{key} is missing");
    }
}
