//! The stepper at a real terminal.
#![cfg(target_os = "linux")]
mod kit;

use kit::terminal::Terminal;

/// Leaving the alternate screen: the terminal is the person's again.
const GIVEN_BACK: &str = "\u{1b}[?1049l";

fn open(name: &str, line: &str) -> Option<Terminal> {
    Terminal::open(name, 24, false, line)
}

#[test]
fn walking_copying_and_leaving() {
    let Some(mut t) = open("walk", "bagu demo run csp/rendezvous --step; echo code=$?; stty -a") else {
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
    let Some(mut t) = open("ctrl-c", "bagu demo run csp/rendezvous --versus --step; echo code=$?; stty -a") else {
        return;
    };
    t.expect("d第一个不同");
    t.keys("\u{3}");
    t.expect("code=130");
    t.expect(GIVEN_BACK);
    t.expect(" icanon ");
}
