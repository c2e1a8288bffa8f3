//! The real binary at a real terminal: line editor, Chinese input, clock lines, Ctrl-C, Ctrl-D.
#![cfg(target_os = "linux")]
mod kit;

use std::time::Duration;

use bagu::study::store::{Reviewed, Store};
use kit::terminal::Terminal;

fn open(name: &str, args: &str) -> Option<Terminal> {
    Terminal::open(name, 30, true, &format!("exec bagu {args}"))
}

fn reviews(t: &Terminal) -> Vec<Reviewed> {
    let store = Store::open_existing(&t.home.join("progress.db")).expect("opens");
    store.map_or(vec![], |s| s.reviews().expect("readable"))
}

#[test]
fn a_typed_answer_with_hint_toggle_and_grade_then_ctrl_c() {
    let Some(mut t) = open("typed", "quiz --ids channel-close-semantics,channel-nil --kind type") else {
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
    assert_eq!(reviews(&t).len(), 1);
    assert!(t.text().contains("bagu quiz --resume"));
}

#[test]
fn the_clock_speaks_while_one_types_and_cuts_nothing_off() {
    let Some(mut t) = open("clock", "quiz --ids channel-nil --kind type --per 1s") else { return };
    t.expect("答> ");
    t.keys("永远阻塞");
    t.expect("这题时间到");
    t.keys("，不会返回\r\r");
    t.expect("评分 [");
    assert!(t.text().contains("限时 0:01，超时"), "{}", t.text());
    t.keys("\r");
    t.expect("记下了");
    assert_eq!(t.code(), Some(0));
    let review = &reviews(&t)[0];
    assert!(review.seconds >= 1.0 && review.limit_s == 1, "{review:?}");
}

#[test]
fn no_timer_is_silent_and_ctrl_d_leaves() {
    let Some(mut t) = open("quiet", "quiz --ids channel-nil --kind type --per 1s --no-timer") else { return };
    t.expect("答> ");
    std::thread::sleep(Duration::from_millis(1300));
    assert!(!t.text().contains("时间到"), "{}", t.text());
    t.keys("\u{4}");
    assert_eq!(t.code(), Some(0));
    assert_eq!(reviews(&t).len(), 0);
}
