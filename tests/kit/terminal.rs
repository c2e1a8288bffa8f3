//! The program at a terminal made by `script` of util-linux, so that the tests need no unsafe code and
//! no further crate; where it is missing a test says so and passes.
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Only a hang takes so long, on however busy a machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Terminal {
    child: Child,
    seen: Arc<Mutex<Vec<u8>>>,
    /// The program's home, gone when the test is over.
    pub home: PathBuf,
}

impl Terminal {
    /// Runs a shell line in a terminal of 80 columns; `bagu` in it is the program with a home of its
    /// own. `None` without `script`.
    pub fn open(name: &str, rows: u16, colour: bool, line: &str) -> Option<Self> {
        let version = Command::new("script").arg("--version").output();
        if !version.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("util-linux")) {
            eprintln!("no `script` of util-linux here: nothing tested");
            return None;
        }
        let home = std::env::temp_dir().join(format!("bagu-terminal-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&home));
        fs::create_dir_all(&home).expect("temp dir");
        let bagu = format!("{} --home {}", env!("CARGO_BIN_EXE_bagu"), home.display());
        let line = format!("stty cols 80 rows {rows}; {}", line.replace("bagu", &bagu));
        let mut script = Command::new("script");
        script.args(["-q", "-e", "-c", &line, "/dev/null"]).env("TERM", "xterm").env("LANG", "C.UTF-8");
        script.env_remove("BAGU_NOW").env_remove("NO_COLOR");
        if !colour {
            script.env("NO_COLOR", "1");
        }
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script starts");
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

    /// Everything written so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("not poisoned")).into_owned()
    }

    /// What was written without escape codes and blanks: on a full screen the cursor is moved behind
    /// every wide character, and only what changed is written.
    pub fn letters(&self) -> String {
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

    /// Waits until `done` says so; `what` was waited for when it does not.
    #[track_caller]
    fn wait_for<T>(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = done(self) {
                return found;
            }
            assert!(started.elapsed() < PATIENCE, "no {what} in\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until `part` was shown `times` times.
    #[track_caller]
    pub fn expect_times(&mut self, part: &str, times: usize) {
        self.wait_for(&format!("{part:?} ({times} times)"), |t| {
            (t.text().matches(part).count() >= times).then_some(())
        });
    }

    /// Waits until `part` was shown, on a line or spread over a screen.
    #[track_caller]
    pub fn expect(&mut self, part: &str) {
        self.wait_for(&format!("{part:?}"), |t| (t.text().contains(part) || t.letters().contains(part)).then_some(()));
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        let stdin = self.child.stdin.as_mut().expect("piped");
        stdin.write_all(keys.as_bytes()).expect("it reads");
        stdin.flush().expect("it reads");
    }

    /// Waits for the end; the exit code of the line.
    #[track_caller]
    pub fn code(&mut self) -> Option<i32> {
        self.wait_for("end", |t| t.child.try_wait().expect("waited")).code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.home));
    }
}
