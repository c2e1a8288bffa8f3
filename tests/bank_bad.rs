//! Seventy hand-made bad banks: what is said about each, word for word, and that nothing else
//! suffers from them.
use std::fs;
use std::path::PathBuf;

use bagu::bank::check::{DemoFacts, check};
use bagu::bank::load::{gather, load_sources};
use bagu::bank::problem::{Problem, Severity};
use bagu::bank::source::Source;

const GOOD: &str = r#"
format = 1
topic = "channel"

[[question]]
id = "channel-context"
ask = "问什么？"
level = 1
kind = "concept"
short = "一句话。"
answer = "完整的答案。"
go = { since = "1.0" }
sources = ["runtime/chan.go"]
demos = ["channel/close-drain"]

[[question.point]]
text = "甲"
any = ["子"]
must = true

[[question.point]]
text = "乙"
any = ["丑"]

[[question.point]]
text = "丙"
any = ["寅"]
"#;

fn demos() -> Vec<DemoFacts> {
    vec![DemoFacts { id: "channel/close-drain".to_owned(), claims: vec!["完整的答案".to_owned()] }]
}

fn good() -> Source {
    Source::decode("good.toml", GOOD.as_bytes().to_vec()).expect("a good bank is text")
}

/// Every bad file: its name and its bytes, sorted.
fn bad_files() -> Vec<(String, Vec<u8>)> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bad_banks");
    let mut files: Vec<_> = fs::read_dir(dir)
        .expect("the directory of bad banks")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a bad bank can be read"))
        })
        .collect();
    files.sort();
    files
}

/// What is said about one file, a good one being loaded before it.
fn judged(name: &str, bytes: Vec<u8>) -> Vec<Problem> {
    match Source::decode(name, bytes) {
        Ok(source) => check(&[good(), source], 1, &demos()).problems,
        Err(problem) => vec![*problem],
    }
}

#[test]
fn the_good_one_is_good() {
    assert_eq!(check(&[good()], 0, &demos()).problems, []);
}

#[test]
fn every_bad_bank_gets_its_sentences() {
    let mut said = String::new();
    for (name, bytes) in bad_files() {
        for problem in judged(&name, bytes) {
            let kind = if problem.severity == Severity::Fault { "" } else { "（提示）" };
            said.push_str(&format!("{}{kind} {problem}\n", problem.code));
        }
        said.push('\n');
    }
    insta::assert_snapshot!(said);
}

#[test]
fn every_bad_bank_has_a_fault_with_a_place_and_a_way_out() {
    let files = bad_files();
    assert!(files.len() >= 40, "{} bad banks", files.len());
    for (name, bytes) in files {
        let problems = judged(&name, bytes);
        assert!(problems.iter().any(|p| p.severity == Severity::Fault), "{name}: no fault");
        for problem in problems {
            assert_eq!(problem.place.file, name);
            assert!(!problem.what.is_empty() && !problem.mend.is_empty(), "{name}: {problem:?}");
        }
    }
}

#[test]
fn one_bad_file_never_hides_the_rest() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bad_banks");
    let (mut sources, problems) = gather(&[dir]);
    assert!(problems.len() >= 4, "files that are no text are told: {problems:?}");
    sources.push(good());
    let (bank, _) = load_sources(&sources);
    assert!(bank.get("channel-context").is_some(), "the good question after sixty bad files");
    assert!(bank.get("channel-good").is_some(), "a good question inside a file with other faults");
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let (sources, problems) = gather(&[PathBuf::from("/no/such/dir.toml")]);
    assert!(sources.is_empty());
    assert_eq!(problems[0].to_string(), "/no/such/dir.toml: 读不了。文件或目录不存在。检查路径和权限");
}
