//! The four forms of select, told apart by the locks they take and by what a waiter says it waits for.
//!
//! Answers    select-compile-forms
//! Watch for  1  one case + default: no lock   2  two cases + default: one lock on each channel
//!            3  three different wait reasons
//! Try        --mutate chan-lock-always, --mutate nil-recv
//! Go         cmd/compile/internal/walk/select.go walkSelectCases, runtime/select.go block (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/compile-forms",
    title: "select 的四种形式：空、单 case、单 case + default、其余",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("Go 由编译器改写；这里由 select! 宏和 try_recv 选择同样的入口"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "单 case 加 default 失败时不加锁", check: |s| Verdict::eq("加锁次数", s.note("one_locks"), 0)
        },
        Claim {
            text: "两个 case 加 default 失败时两把锁都要加",
            check: |s| Verdict::eq("两个 channel 各自的加锁次数", s.notes("two_locks"), vec![1, 1]),
        },
        Claim {
            text: "空 select 的等待原因是 select (no cases)",
            check: |s| Verdict::eq("转储", s.lines()[1], "none select (no cases)"),
        },
        Claim {
            text: "单 case 的 select 就是一次普通收发",
            check: |s| Verdict::eq("转储", s.lines()[2], "one chan receive"),
        },
    ],
    mutations: &[
        Mutation { name: "chan-lock-always", what: "去掉不加锁的快速检查", breaks: &[0] },
        Mutation { name: "one-case", what: "第二个 select 只留一个 case", breaks: &[1] },
        Mutation { name: "nil-recv", what: "空 select 换成读 nil channel", breaks: &[2] },
        Mutation { name: "second-case", what: "单 case 的 select 多写一个 case", breaks: &[3] },
    ],
    next: &[("最后一种形式的内部", "bagu demo run select/selectgo")],
};

fn run() {
    let (c, d) = (named::<i64>("c", 0), named::<i64>("d", 0));
    let before = c.snapshot().locks;
    select! {
        recv(c) -> _v => {}
        default => { out!("单 case + default：没拿到") }
    }
    note("one_locks", (c.snapshot().locks - before) as i64);

    let before = [c.snapshot().locks, d.snapshot().locks];
    if mutated("one-case") {
        select! {
            recv(c) -> _v => {}
            default => {}
        }
    } else {
        select! {
            recv(c) -> _v => {}
            recv(d) -> _v => {}
            default => {}
        }
    }
    note("two_locks", (c.snapshot().locks - before[0]) as i64);
    note("two_locks", (d.snapshot().locks - before[1]) as i64);

    go("none", || {
        if mutated("nil-recv") {
            Chan::<i64>::nil().recv();
        }
        select_forever();
    });
    let (only, spare) = (c.clone(), d.clone());
    go("one", move || if mutated("second-case") { two(&only, &spare) } else { one(&only) });
    go("two", move || two(&c, &d));
    let mut all = Vec::new();
    for _ in 0..50 {
        sleep(ms(1));
        all = goroutines();
        if all.iter().filter(|g| g.reason.is_some()).count() == 3 {
            break;
        }
    }
    for name in ["none", "one", "two"] {
        let reason = all.iter().find(|g| g.name == name).and_then(|g| g.reason);
        out!("{name} {}", reason.unwrap_or_default().text());
    }
}

fn one(c: &Chan<i64>) {
    select! { recv(c) -> _v => {} }
}

fn two(c: &Chan<i64>, d: &Chan<i64>) {
    select! {
        recv(c) -> _v => {}
        recv(d) -> _v => {}
    }
}
