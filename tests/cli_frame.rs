//! The frame around every command, as scripts and people meet it: help, mistakes, exit codes,
//! colour, width, pipes, places.
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command as Process, Output, Stdio};

use bagu::base::text::width;

/// A home of its own for one test.
fn home(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
    // Left over from an earlier run, or not there.
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).expect("a directory for the test");
    dir
}

/// The program with a clean environment and its own home.
fn bagu(name: &str) -> Process {
    let mut process = Process::new(env!("CARGO_BIN_EXE_bagu"));
    for variable in ["NO_COLOR", "FORCE_COLOR", "BAGU_NOW", "BAGU_LANG", "COLUMNS"] {
        process.env_remove(variable);
    }
    process.env("BAGU_HOME", home(name)).stdin(Stdio::null());
    process
}

fn run(name: &str, args: &[&str]) -> Output {
    bagu(name).args(args).output().expect("bagu starts")
}

#[track_caller]
fn check(name: &str, args: &[&str], exit: i32, said: &[&str]) -> String {
    let output = run(name, args);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "bagu {args:?}\n{out}\n{err}");
    for part in said {
        assert!(out.contains(part) || err.contains(part), "bagu {args:?} should say {part:?}\n{out}\n{err}");
    }
    assert!(!err.contains("panicked"), "{err}");
    out
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn json(out: &str) -> serde_json::Value {
    serde_json::from_str(out).expect("output is JSON")
}

#[test]
fn every_help_page_is_chinese_and_fits() {
    let pages: &[&[&str]] = &[
        &[],
        &["quiz"],
        &["review"],
        &["search"],
        &["show"],
        &["list"],
        &["demo"],
        &["demo", "list"],
        &["demo", "run"],
        &["demo", "show"],
        &["demo", "go"],
        &["demo", "explore"],
        &["stats"],
        &["undo"],
        &["check"],
        &["doctor"],
        &["paths"],
        &["completions"],
        &["man"],
    ];
    for page in pages {
        let mut args = page.to_vec();
        args.push("--help");
        let out = check("help", &args, 0, &["用法：", "示例", "通用选项"]);
        for english in
            ["Usage", "Options:", "Arguments:", "Commands:", "Print ", "default:", "possible values", "[OPTIONS]"]
        {
            assert!(!out.contains(english), "{page:?} says {english:?}\n{out}");
        }
    }
}

#[test]
fn version_is_one_line_on_stdout() {
    let out = check("version", &["--version"], 0, &[]);
    assert_eq!(out, format!("bagu {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_use_exits_2_and_says_what_to_do() {
    check("use", &["serach", "x"], 2, &["没有「serach」这个命令", "你是不是想输入 search？"]);
    check("use", &["search"], 2, &["还缺", "怎么办"]);
    check("use", &["search", "x", "--tpoic", "y"], 2, &["不认识「--tpoic」", "--topic"]);
    check("use", &["search", "x", "-n", "0"], 2, &["「-n <条数>」不能是「0」", "范围是 1 到 1000"]);
    check("use", &["search", "x", "-n", "many"], 2, &["要写一个整数"]);
    check("use", &["--color", "sometimes", "paths"], 2, &["可选：auto、always、never"]);
    check("use", &["--width", "5", "paths"], 2, &["范围是 20 到 500"]);
    check("use", &["quiz", "--per", "90"], 2, &["90s、1m30s"]);
    check("use", &["show", "channel-nli"], 2, &["没有编号为「channel-nli」的题", "channel-nil"]);
    check("use", &["search", "x", "--topic", "chanel"], 2, &["没有「chanel」这个主题", "channel"]);
    check("use", &["list", "levle:1"], 2, &["你是不是想写 level:1？"]);
    check("use", &["list", "questions", "level:9"], 2, &["校招"]);
    check("use", &["check", "/no/such/path"], 2, &["路径不存在"]);
    check("use", &["completions", "tcsh"], 2, &["bash"]);
}

#[test]
fn search_exits_0_with_hits_and_1_without() {
    let out = check("search", &["search", "hchan", "--json"], 0, &[]);
    let found = json(&out);
    assert_eq!(found["schema"], 1);
    assert_eq!(found["items"][0]["id"], "channel-hchan-layout");
    for field in ["topic", "ask", "score", "snippet", "demos"] {
        assert!(!found["items"][0][field].is_null(), "{field}");
    }
    let output = run("search", &["search", "量子纠缠"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "", "stdout is data");
    assert!(text(&output.stderr).contains("没有找到「量子纠缠」"));
    let out = check("search", &["search", "量子纠缠", "--json"], 1, &[]);
    assert_eq!(json(&out), serde_json::json!({ "schema": 1, "items": [] }));
    check("search", &["search", "WithCancel", "--topic", "csp"], 1, &["去掉 --topic"]);
}

#[test]
fn show_gives_the_whole_or_the_part_asked_for() {
    check(
        "show",
        &["show", "channel-nil"],
        0,
        &["30 秒答案", "得分点", "【必答】", "Go 版本", "来源", "bagu demo run", "bagu quiz --ids channel-nil"],
    );
    let short = check("show", &["show", "CHANNEL-NIL", "--short"], 0, &[]);
    assert!(!short.contains("来源") && !short.trim().is_empty());
    let whole = json(&check("show", &["show", "channel-nil", "--json"], 0, &[]));
    assert_eq!(whole["schema"], 1);
    assert!(whole["points"].as_array().is_some_and(|p| p.len() >= 3));
    assert!(whole["wrong"].as_array().is_some_and(|w| !w.is_empty()));
    let part = json(&check("show", &["show", "channel-nil", "--sources", "--json"], 0, &[]));
    assert!(part["sources"].as_array().is_some_and(|s| !s.is_empty()));
    assert!(part.get("answer").is_none());
}

#[test]
fn list_gives_topics_questions_demos_and_filters() {
    check("list", &["list"], 0, &["channel", "select", "context", "csp"]);
    let items = json(&check("list", &["list", "questions", "--json"], 0, &[]));
    let all = items["items"].as_array().expect("items").clone();
    for item in &all {
        assert!(item["points"].as_array().is_some_and(|p| p.len() >= 3), "{item}");
        assert!(item["demos"].as_array().is_some_and(|d| !d.is_empty()), "{item}");
        assert!(item["go"]["since"].as_str().is_some_and(|s| !s.is_empty()), "{item}");
        assert!(item["sources"].as_array().is_some_and(|s| !s.is_empty()), "{item}");
    }
    let some = json(&check("list", &["list", "topic:select", "level:3", "--json"], 0, &[]));
    let some = some["items"].as_array().expect("items").clone();
    assert!(!some.is_empty() && some.len() < all.len());
    assert!(some.iter().all(|q| q["topic"] == "select" && q["level"] == 3));
    check("list", &["list", "tag:没有这个标签"], 1, &["没有符合条件的"]);
    check("list", &["list", "is:due"], 1, &["没有符合条件的"]);
    let new = check("list", &["--plain", "list", "is:new"], 0, &[]);
    assert_eq!(new.lines().count(), all.len(), "nothing was answered yet");
    let demos = json(&check("list", &["list", "demos", "--json"], 0, &[]));
    for demo in demos["items"].as_array().expect("items") {
        assert!(demo["questions"].as_array().is_some_and(|q| !q.is_empty()), "{demo}");
        assert!(demo["claims"].as_array().is_some_and(|c| c.len() >= 2), "{demo}");
    }
}

#[test]
fn plain_lists_are_one_record_a_line() {
    let out = check("plain", &["--plain", "list", "questions"], 0, &[]);
    assert!(out.lines().all(|l| l.split('\t').count() == 4), "{out}");
}

#[test]
fn bad_banks_are_told_with_their_place_and_hide_nothing() {
    let dir = home("own");
    let banks = dir.join("banks");
    fs::create_dir_all(&banks).expect("a bank directory");
    fs::write(banks.join("bad.toml"), "format = 1\ntopic = \"mine\"\n[[question]]\nid = x\n").expect("written");
    let mut process = bagu("own-run");
    let output = process.env("BAGU_HOME", &dir).args(["show", "channel-nil", "--short"]).output().expect("starts");
    assert_eq!(output.status.code(), Some(0), "a bad bank of one's own stops nothing");
    assert!(text(&output.stderr).contains("bad.toml:4:6"), "{}", text(&output.stderr));
    let mut process = bagu("own-check");
    let output = process.env("BAGU_HOME", &dir).args(["check"]).output().expect("starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("bad.toml:4:6"));

    let bad = banks.join("bad.toml");
    let bad = bad.to_string_lossy();
    check("own-flag", &["--bank", &bad, "list"], 3, &["bad.toml:4:6", "怎么办"]);
    check("own-path", &["check", &bad], 1, &["bad.toml:4:6", "toml-syntax"]);
    let report = json(&check("own-path", &["check", &bad, "--json"], 1, &[]));
    assert_eq!(report["ok"], false);
    assert_eq!(report["items"][0]["line"], 4);
}

#[test]
fn colour_only_where_it_is_wanted() {
    let escape = |output: &Output| output.stdout.contains(&0x1b);
    let show: &[&str] = &["show", "channel-nil"];
    assert!(!escape(&run("colour", show)), "no terminal, no colour");
    assert!(escape(&bagu("colour").args(["--color", "always"]).args(show).output().expect("starts")));
    assert!(escape(&bagu("colour").env("FORCE_COLOR", "1").args(show).output().expect("starts")));
    let both = bagu("colour").env("FORCE_COLOR", "1").env("NO_COLOR", "1").args(show).output().expect("starts");
    assert!(!escape(&both), "NO_COLOR wins");
    assert!(!escape(&bagu("colour").env("FORCE_COLOR", "1").args(["--plain"]).args(show).output().expect("starts")));
}

#[test]
fn every_question_fits_into_40_60_and_80_columns() {
    let items = json(&check("width", &["list", "questions", "--json"], 0, &[]));
    for item in items["items"].as_array().expect("items").iter().step_by(7) {
        let id = item["id"].as_str().expect("an id");
        for columns in ["40", "60", "80"] {
            let limit: usize = columns.parse().expect("a number");
            let out = check("width", &["--width", columns, "show", id], 0, &[]);
            for line in out.lines() {
                // Code blocks and commands to paste are not wrapped.
                let fixed = line.starts_with("    ") || line.trim_start().starts_with("bagu ");
                assert!(fixed || width(line) <= limit, "{id} at {columns}: {} columns: {line}", width(line));
            }
        }
    }
}

#[test]
fn a_pipe_that_closes_early_is_silent() {
    let mut child = bagu("pipe")
        .args(["list", "questions", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bagu starts");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("stderr").read_to_string(&mut said).expect("stderr is UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{said}");
    assert_eq!(said, "");
}

#[test]
fn places_follow_flag_variable_and_xdg() {
    let out = check("places", &["--home", "/tmp/elsewhere", "paths", "--json"], 0, &[]);
    assert_eq!(json(&out)["progress"], "/tmp/elsewhere/progress.db");
    assert_eq!(json(&out)["origin"], "--home");
    let mut process = bagu("places");
    process.env_remove("BAGU_HOME").env("HOME", "/h").env("XDG_CONFIG_HOME", "/c").env_remove("XDG_DATA_HOME");
    let out = json(&text(&process.args(["paths", "--json"]).output().expect("starts").stdout));
    assert_eq!(out["config"], "/c/bagu/config.toml");
    assert_eq!(out["banks"], "/h/.local/share/bagu/banks");
    assert_eq!(out["origin"], "xdg");
}

#[test]
fn a_wrong_clock_is_wrong_use() {
    let output = bagu("clock").env("BAGU_NOW", "昨天").args(["paths"]).output().expect("starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("BAGU_NOW"));
}

#[test]
fn completions_and_man_are_complete() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let out = check("shells", &["completions", shell], 0, &[]);
        assert!(out.contains("search") && out.contains("explore"), "{shell}");
    }
    let page = check("man", &["man"], 0, &[]);
    assert!(page.contains(".TH bagu 1"));
    for part in [".SH BAGU SEARCH", ".SH BAGU DEMO EXPLORE", "首字母", ".SH 用法"] {
        assert!(page.contains(part), "{part}");
    }
    for english in ["SYNOPSIS", "DESCRIPTION", "OPTIONS"] {
        assert!(!page.contains(english), "{english}");
    }
}

#[test]
fn doctor_finds_a_sound_home_and_a_broken_one() {
    check("doctor", &["doctor"], 0, &["自带题库", "可以写"]);
    let report = json(&check("doctor", &["doctor", "--json"], 0, &[]));
    assert_eq!(report["ok"], true);
    let file = home("doctor-file").join("home");
    fs::write(&file, "a file where the directory should be").expect("written");
    let file = file.to_string_lossy();
    check("doctor", &["--home", &file, "doctor"], 1, &["是文件，不是目录"]);
}
