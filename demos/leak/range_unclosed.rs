//! The creator has gone, nobody else has the channel, yet nothing is garbage: the waiter holds it.
//!
//! Answers    leak-range-unclosed
//! Watch for  1  three waiters stay, none of their data is freed   2  close lets both go
//! Try        --mutate bounded, --mutate never-close
//! Go         runtime/chan.go chanrecv; runtime/mgcmark.go markroot: stacks are roots (go1.27.3)
//! Differs    reference counts instead of a reachability scan
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/range-unclosed",
    title: "没人关的 range：ch 和等待者互相留住",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("这里按引用计数释放，Go 按可达性扫描；等待者引用着 channel，所以两者都留下，结论一样"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "等待者自己就引用着 ch，所以 ch 不是垃圾",
            check: |s| {
                Verdict::eq("泄漏", s.note("leaked"), 3).and(Verdict::eq("它们的数据释放了", s.note("freed_before"), 0))
            },
        },
        Claim {
            text: "close 之后它退出，引用的对象才可以回收",
            check: |s| Verdict::eq("剩下", s.note("left"), 0).and(Verdict::eq("释放了", s.note("freed_after"), 3)),
        },
    ],
    mutations: &[
        Mutation { name: "bounded", what: "不用 range，最多等 1 ms", breaks: &[0] },
        Mutation { name: "never-close", what: "一直没有人 close", breaks: &[1] },
    ],
    next: &[("GC 怎样认出这种等待者", "bagu demo run leak/roots")],
};

/// What the goroutine's closure holds; counts itself when it is freed.
struct Payload(Arc<AtomicI64>);
impl Drop for Payload {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Starts a goroutine that ranges over a channel, and returns the channel.
fn leaky_server(payload: Payload) -> Chan<i64> {
    let ch = chan::<i64>(0);
    let rx = ch.clone();
    go("server", move || {
        let held = payload;
        if mutated("bounded") {
            select! {
                recv(rx) -> _ => {}
                recv(after(ms(1))) -> _ => {}
            }
        } else {
            for _ in &rx {}
        }
        drop(held);
    });
    ch
}

fn run() {
    let freed = Arc::new(AtomicI64::new(0));
    let before = num_goroutine();
    for _ in 0..3 {
        drop(leaky_server(Payload(freed.clone()))); // from now on only the waiter has the channel
    }
    sleep(ms(20));
    let leaked = num_goroutine() - before;
    note("leaked", leaked as i64);
    note("freed_before", freed.load(Relaxed));
    out!("没人关：泄漏 {leaked} 个，数据释放 {} / 3", freed.load(Relaxed));

    freed.store(0, Relaxed);
    let before = num_goroutine();
    for _ in 0..3 {
        let ch = leaky_server(Payload(freed.clone()));
        if !mutated("never-close") {
            ch.close();
        }
    }
    sleep(ms(20));
    let left = num_goroutine() - before;
    note("left", left as i64);
    note("freed_after", freed.load(Relaxed));
    out!("有人关：泄漏 {left} 个，数据释放 {} / 3", freed.load(Relaxed));
}
