//! The stepper at a real terminal, made by `script` of util-linux as in `session_terminal`; where it is
//! missing these tests say so and pass.
#![cfg(target_os = "linux")]
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);
/// Leaving the alternate screen: the terminal is the person's again.
const GIVEN_BACK: &str = "\u{1b}[?1049l";

struct Terminal {
    child: Child,
    seen: Arc<Mutex<Vec<u8>>>,
    home: PathBuf,
}

impl Terminal {
    fn open(name: &str, line: &str) -> Option<Self> {
        let version = Command::new("script").arg("--version").output();
        if !version.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("util-linux")) {
            eprintln!("no `script` of util-linux here: nothing tested");
            return None;
        }
        let home = std::env::temp_dir().join(format!("bagu-step-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&home));
        let bagu = format!("{} --home {}", env!("CARGO_BIN_EXE_bagu"), home.display());
        let mut child = Command::new("script")
            .args(["-q", "-e", "-c", &format!("stty cols 80 rows 24; {}", line.replace("bagu", &bagu)), "/dev/null"])
            .env("TERM", "xterm")
            .env("LANG", "C.UTF-8")
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script starts");
        let seen: Arc<Mutex<Vec<u8>>> = Arc::default();
        let (theirs, mut out) = (Arc::clone(&seen), child.stdout.take().expect("piped"));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = out.read(&mut buffer) {
                theirs.lock().expect("not poisoned").extend_from_slice(&buffer[..n]);
            }
        });
        Some(Self { child, seen, home })
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("not poisoned")).into_owned()
    }

    /// What was written without escape codes and blanks: the cursor is moved behind every wide
    /// character, and only what changed is written.
    fn letters(&self) -> String {
        let text = self.text();
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c == '\u{1b}' {
                chars.by_ref().find(|c| c.is_ascii_alphabetic() || *c == '\u{7}');
            } else if !c.is_whitespace() {
                out.push(c);
            }
        }
        out
    }

    #[track_caller]
    fn expect(&self, part: &str) {
        let started = Instant::now();
        while !self.text().contains(part) && !self.letters().contains(part) {
            assert!(started.elapsed() < PATIENCE, "no {part:?} in\n{}", self.letters());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn keys(&mut self, keys: &str) {
        let stdin = self.child.stdin.as_mut().expect("piped");
        stdin.write_all(keys.as_bytes()).expect("it reads");
        stdin.flush().expect("it reads");
    }

    #[track_caller]
    fn code(&mut self) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("waited") {
                return status.code();
            }
            assert!(started.elapsed() < PATIENCE, "still running\n{:?}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.home));
    }
}

#[test]
fn walking_copying_and_leaving() {
    let Some(mut t) = Terminal::open("walk", "bagu demo run csp/rendezvous --step; echo code=$?; stty -a") else {
        return;
    };
    t.expect("gpm泳道");
    // Typed with a Chinese input method on.
    t.keys("]：３\ry");
    t.expect("也存在");
    assert!(t.text().contains("\u{1b}]52;c;"), "the clipboard was offered");
    let file = t.home.join("state/screens/csp-rendezvous-3.txt");
    let copied = std::fs::read_to_string(file).expect("the copy is there");
    assert!(copied.contains("@3/") && copied.lines().count() == 24, "{copied}");
    t.keys("q");
    t.expect("code=0");
    t.expect(GIVEN_BACK);
    t.expect(" echo ");
    t.expect(" icanon ");
    assert_eq!(t.code(), Some(0));
    // Every "select graphic rendition" must be a reset.
    let text = t.text();
    let codes = text.split("\u{1b}[").skip(1).filter_map(|c| c.split_once('m'));
    let mut codes = codes.map(|(code, _)| code).filter(|c| c.chars().all(|c| c.is_ascii_digit() || c == ';'));
    assert!(codes.all(|c| c.is_empty() || c == "0"), "NO_COLOR: no colour is set");
}

#[test]
fn ctrl_c_gives_the_terminal_back() {
    let Some(mut t) = Terminal::open("ctrl-c", "bagu demo run csp/rendezvous --versus --step; echo code=$?; stty -a")
    else {
        return;
    };
    t.expect("d第一个不同");
    t.keys("\u{3}");
    t.expect("code=130");
    t.expect(GIVEN_BACK);
    t.expect(" icanon ");
}
