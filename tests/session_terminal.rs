//! The real binary at a real terminal: line editor, Chinese input, clock lines, Ctrl-C, Ctrl-D.
//!
//! The terminal is made by `script` of util-linux, so that the test needs no unsafe code and no further
//! crate; where it is missing these tests say so and pass.
#![cfg(target_os = "linux")]
use std::fs;
use std::io::Read;
use std::io::Write;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

const PATIENCE: Duration = Duration::from_secs(20);

struct Terminal {
    child: Child,
    seen: Arc<Mutex<Vec<u8>>>,
    home: PathBuf,
}

impl Terminal {
    /// Starts `bagu …` in a terminal; `None` without `script`.
    fn open(name: &str, args: &str) -> Option<Self> {
        let version = Command::new("script").arg("--version").output();
        if !version.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("util-linux")) {
            eprintln!("no `script` of util-linux here: nothing tested");
            return None;
        }
        let home = std::env::temp_dir().join(format!("bagu-terminal-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&home));
        fs::create_dir_all(&home).expect("temp dir");
        let line =
            format!("stty cols 80 rows 30; exec {} --home {} {args}", env!("CARGO_BIN_EXE_bagu"), home.display());
        let mut child = Command::new("script")
            .args(["-q", "-e", "-c", &line, "/dev/null"])
            .env("TERM", "xterm")
            .env("LANG", "C.UTF-8")
            .env_remove("BAGU_NOW")
            .env_remove("NO_COLOR")
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

    /// Waits until `part` was shown `times` times.
    #[track_caller]
    fn expect_times(&self, part: &str, times: usize) {
        let started = Instant::now();
        while self.text().matches(part).count() < times {
            assert!(started.elapsed() < PATIENCE, "no {part:?} ({times} times) in\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    #[track_caller]
    fn expect(&self, part: &str) {
        self.expect_times(part, 1);
    }

    fn keys(&mut self, keys: &str) {
        let stdin = self.child.stdin.as_mut().expect("piped");
        stdin.write_all(keys.as_bytes()).expect("it reads");
        stdin.flush().expect("it reads");
    }

    fn code(&mut self) -> Option<i32> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("waited") {
                return status.code();
            }
            assert!(started.elapsed() < PATIENCE, "still running\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn reviews(&self) -> usize {
        let store = bagu::study::store::Store::open_existing(&self.home.join("progress.db"));
        store.expect("opens").map_or(0, |s| s.reviews().expect("readable").len())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.home));
    }
}

#[test]
fn a_typed_answer_with_hint_toggle_and_grade_then_ctrl_c() {
    let Some(mut t) = Terminal::open("typed", "quiz --ids channel-close-semantics,channel-nil --kind type") else {
        return;
    };
    t.expect("第 1/2 题");
    t.expect("答> ");
    t.keys("：ｈ\r");
    t.expect("提示：共");
    t.keys("关闭之后先把缓冲读完了\u{7f}\r第二行\r\r");
    t.expect("得分点");
    t.keys("０１\r");
    t.expect_times("得分点", 2);
    t.keys("３\r");
    t.expect("记下了：记得");
    t.expect("第 2/2 题");
    t.keys("写到一半");
    // A paste stays whole, blank lines in it do not end the answer.
    t.keys("\u{1b}[200~贴一段\n\n再一段\u{1b}[201~");
    t.expect("再一段");
    t.keys("\u{3}");
    t.expect("中断了，已经评分的都保存好了");
    assert_eq!(t.code(), Some(130), "{}", t.text());
    assert_eq!(t.reviews(), 1);
    assert!(t.text().contains("bagu quiz --resume"));
}

#[test]
fn the_clock_speaks_while_one_types_and_cuts_nothing_off() {
    let Some(mut t) = Terminal::open("clock", "quiz --ids channel-nil --kind type --per 1s") else { return };
    t.expect("答> ");
    t.keys("永远阻塞");
    t.expect("这题时间到");
    t.keys("，不会返回\r\r");
    t.expect("评分 [");
    assert!(t.text().contains("限时 0:01，超时"), "{}", t.text());
    t.keys("\r");
    t.expect("记下了");
    assert_eq!(t.code(), Some(0));
    let store = bagu::study::store::Store::open_existing(&t.home.join("progress.db")).expect("opens").expect("exists");
    let review = &store.reviews().expect("readable")[0];
    assert!(review.seconds > 1.0 && review.limit_s == 1, "{review:?}");
}

#[test]
fn no_timer_is_silent_and_ctrl_d_leaves() {
    let Some(mut t) = Terminal::open("quiet", "quiz --ids channel-nil --kind type --per 1s --no-timer") else { return };
    t.expect("答> ");
    std::thread::sleep(Duration::from_millis(1300));
    assert!(!t.text().contains("时间到"), "{}", t.text());
    t.keys("\u{4}");
    assert_eq!(t.code(), Some(0));
    assert_eq!(t.reviews(), 0);
}
