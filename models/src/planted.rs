//! Each planted bug is caught by its model, and the table in `tests/planted.md` says how soon.
use crate::base::atomic::plant;
use crate::kit::explore;
use crate::{bell, call, lock, poll, runq, select, sema, wake};

/// Bug, what it is (with its number in the list of bug classes, if it has one), model, its name.
type Row = (&'static str, &'static str, fn(), &'static str);

const ALL: &[Row] = &[
    ("steal-reads-tail-relaxed", "10 窃取时以 Relaxed 读 tail", runq::owner_and_thief, "runq::owner_and_thief"),
    ("put-publishes-early", "10 先发布 tail，再写槽位", runq::owner_and_thief, "runq::owner_and_thief"),
    ("runq-narrow-index", "11 索引位数太少（ABA）", runq::round_the_ring, "runq::round_the_ring"),
    ("wake-before-publish", "12 先看有没有睡眠线程，再入队", wake::ready_against_sleep, "wake::ready_against_sleep"),
    ("wake-without-fence", "12 入队与查看之间没有屏障", wake::ready_against_sleep, "wake::ready_against_sleep"),
    ("sleep-without-fence", "13 停止自旋与复查之间没有屏障", wake::ready_against_sleep, "wake::ready_against_sleep"),
    ("sleep-without-recheck", "13 最后一个自旋线程不复查", wake::ready_against_sleep, "wake::ready_against_sleep"),
    (
        "leave-watch-without-fence",
        "13 值守线程离开时没有屏障",
        wake::ready_against_leaving_the_watch,
        "wake::ready_against_leaving_the_watch",
    ),
    (
        "newcomer-without-fence",
        "13 刚取得处理器的线程没有屏障",
        wake::newcomer_against_sleep,
        "wake::newcomer_against_sleep",
    ),
    (
        "dequeue-without-claim",
        "15 不抢 select_done 就出队",
        select::two_senders_one_select,
        "select::two_senders_one_select",
    ),
    ("select-locks-in-case-order", "16 select 按书写顺序加锁", select::opposite_orders, "select::opposite_orders"),
    ("call-without-cas", "22 系统调用进出不用 CAS", call::exit_against_retake, "call::exit_against_retake"),
    (
        "call-without-name",
        "22 处理器状态不记是谁的调用（ABA）",
        call::exit_into_a_later_call,
        "call::exit_into_a_later_call",
    ),
    ("enter-relaxed", "22 进入系统调用的写是 Relaxed", call::exit_against_retake, "call::exit_against_retake"),
    ("poll-no-second-look", "等待登记后不再看关闭标志", poll::close_against_wait, "poll::close_against_wait"),
    ("poll-flag-after-swap", "先取等待者，再立关闭标志", poll::close_against_wait, "poll::close_against_wait"),
    ("poll-wakes-twice", "登记者不抢就自己唤醒", poll::close_against_wait, "poll::close_against_wait"),
    ("bell-two-inside", "轮询器里同时睡着两个线程", bell::poller_changes_hands, "bell::poller_changes_hands"),
    ("bell-falls-unseen", "收铃不看谁摇过", bell::poller_changes_hands, "bell::poller_changes_hands"),
    ("unlock-relaxed", "解锁的写是 Relaxed", lock::counts_exactly, "lock::counts_exactly"),
    (
        "sema-plain-second-look",
        "登记后用普通读复查计数",
        sema::release_against_acquire,
        "sema::release_against_acquire",
    ),
    (
        "sema-looks-before-giving",
        "先看等待者，再归还计数",
        sema::release_against_acquire,
        "sema::release_against_acquire",
    ),
];

const BEGIN: &str = "<!-- models -->\n";
const END: &str = "<!-- /models -->";

#[test]
fn planted_bugs_are_caught() {
    crate::kit::QUIET.set(true);
    let mut table = String::from("| 缺陷 | 名称 | 抓住它的模型 | 第几个调度 |\n|---|---|---|---|\n");
    let mut missed = vec![];
    for &(bug, what, model, name) in ALL {
        plant(bug);
        let seen = explore(model);
        plant("");
        match seen {
            Err((n, text)) => {
                println!("{bug}: schedule {n}: {}", text.lines().next().unwrap_or_default());
                table += &format!("| {what} | `{bug}` | `{name}` | {n} |\n");
            }
            Ok(n) => missed.push(format!("{bug}: not seen in {n} schedules of {name}")),
        }
    }
    crate::kit::QUIET.set(false);
    assert!(missed.is_empty(), "{missed:#?}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/planted.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (is, tail) = rest.split_once(END).unwrap();
    if std::env::var_os("BAGU_WRITE").is_some() {
        std::fs::write(path, format!("{head}{BEGIN}{table}{END}{tail}")).unwrap();
    } else if crate::kit::bound() == 2 {
        assert_eq!(is, table, "tests/planted.md is out of date: `just planted` writes it");
    }
}
