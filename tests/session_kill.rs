//! `kill -9` in the middle of a session: everything that was acknowledged is there afterwards.
//!
//! The binary is fed answers over a pipe and acknowledges each with a JSON line. After a random number
//! of acknowledgements and a random moment more it is killed. The store must then hold every
//! acknowledged answer in order, at most one more, and be sound; `--resume` must ask exactly the rest.
#![cfg(unix)]
use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use bagu::base::Rng;
use bagu::study::store::Store;

const QUESTIONS: usize = 8;
const TIME_MAX: Duration = Duration::from_secs(4);

fn bank() -> String {
    let mut text = "format = 1\ntopic = \"zz-kill\"\n".to_owned();
    for n in 0..QUESTIONS {
        text.push_str(&format!(
            "[[question]]\nid = \"zz-kill-{n}\"\nask = \"第 {n} 个问题？\"\nlevel = 1\nkind = \"concept\"\ntags = [\"测试\"]\n\
             limit = \"1m\"\nshort = \"短\"\nanswer = \"长\"\ngo = {{ since = \"1.0\" }}\nsources = [\"x\"]\ndemos = [\"channel/close-drain\"]\n\
             [[question.point]]\ntext = \"一\"\nany = [\"一\"]\nmust = true\n[[question.point]]\ntext = \"二\"\nany = [\"二\"]\n\
             [[question.point]]\ntext = \"三\"\nany = [\"三\"]\n"
        ));
    }
    text
}

fn command(home: &PathBuf, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bagu"));
    command
        .args(args)
        .arg("--home")
        .arg(home)
        .arg("--bank")
        .arg(home.join("bank.toml"))
        .env_remove("BAGU_NOW")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Ids of the answers in a stream of JSON lines, at most `n`.
fn acknowledged(lines: &mut impl Iterator<Item = std::io::Result<String>>, n: usize) -> Vec<String> {
    let mut ids = Vec::new();
    while ids.len() < n {
        let Some(Ok(line)) = lines.next() else { break };
        let Ok(value) = serde_json::from_str::<serde_json::Value>(&line) else { break };
        match value["id"].as_str() {
            Some(id) => ids.push(id.to_owned()),
            None => break,
        }
    }
    ids
}

/// One session killed after `n` acknowledgements and `more` time.
fn one(home: &PathBuf, n: usize, more: Duration) {
    drop(fs::remove_file(home.join("progress.db")));
    drop(fs::remove_file(home.join("progress.db-journal")));
    let args = ["quiz", "zz-kill", "--kind", "type", "-n", "8", "--json", "-q"];
    let mut child = command(home, &args).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("piped");
    for n in 0..QUESTIONS {
        stdin.write_all(format!("一，二\n\n{}\n", n % 4 + 1).as_bytes()).expect("the pipe takes it");
    }
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut ids = acknowledged(&mut lines, n);
    std::thread::sleep(more);
    child.kill().expect("killed");
    child.wait().expect("reaped");
    ids.extend(acknowledged(&mut lines, QUESTIONS));

    let stored = match Store::open(&home.join("progress.db")) {
        Ok(store) => {
            store.examine().expect("sound");
            assert_eq!(store.check().expect("readable"), [], "cards are the fold");
            store.reviews().expect("readable").into_iter().map(|r| r.card).collect::<Vec<_>>()
        }
        Err(e) => panic!("the store must open after a kill: {e:?}"),
    };
    assert!(stored.starts_with(&ids), "acknowledged {ids:?}, stored {stored:?}");
    assert!(stored.len() <= ids.len() + 1, "at most one was stored and not yet acknowledged");

    if stored.is_empty() || stored.len() == QUESTIONS {
        return;
    }
    drop(stdin);
    let mut rest = command(home, &["quiz", "--resume", "--json", "-q"]).spawn().expect("starts");
    let mut stdin = rest.stdin.take().expect("piped");
    stdin.write_all("一\n\n3\n".repeat(QUESTIONS).as_bytes()).expect("the pipe takes it");
    drop(stdin);
    let mut lines = BufReader::new(rest.stdout.take().expect("piped")).lines();
    let mut all = stored.clone();
    all.extend(acknowledged(&mut lines, QUESTIONS));
    rest.wait().expect("reaped");
    all.sort();
    let want: Vec<String> = (0..QUESTIONS).map(|n| format!("zz-kill-{n}")).collect();
    assert_eq!(all, want, "every question once over both runs");
}

#[test]
fn nothing_acknowledged_is_lost() {
    let home = std::env::temp_dir().join(format!("bagu-kill-{}", std::process::id()));
    fs::create_dir_all(&home).expect("temp dir");
    fs::write(home.join("bank.toml"), bank()).expect("bank written");
    let (started, mut rng, mut rounds) = (Instant::now(), Rng::new(u64::from(std::process::id())), 0);
    while rounds < 60 && started.elapsed() < TIME_MAX {
        let more = Duration::from_micros(u64::from(rng.below(12_000)));
        one(&home, rng.below(QUESTIONS as u32) as usize, more);
        rounds += 1;
    }
    drop(fs::remove_dir_all(&home));
    assert!(rounds >= 10, "only {rounds} kills in {TIME_MAX:?}");
    println!("{rounds} kills in {:?}", started.elapsed());
}
