//! Two snapshots of who waits where: the biggest group is not the leak, the one that grows is.
//!
//! Answers    leak-diagnose
//! Watch for  1  thirty pool workers, all in order   2  twelve more notifiers a dozen requests later
//!            3  the leaked ones wait; no run queue knows them
//! Try        --mutate one-snapshot, --mutate spinning
//! Go         runtime/pprof writeGoroutine; runtime/traceback.go goroutineheader (go1.27.3)
use std::collections::BTreeMap;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/snapshot-diff",
    title: "两次快照相减找泄漏点",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "两次快照相减，增长最多的一组就是泄漏点",
            check: |s| {
                Verdict::eq("数量最多的", s.lines()[0], "数量最多：pool [chan receive] 30 个").and(Verdict::eq(
                    "增长最多的",
                    s.lines()[1],
                    "增长最多：notify [chan send] +12",
                ))
            },
        },
        Claim {
            text: "泄漏者处于等待状态，不是可运行",
            check: |s| Verdict::eq("没有等待原因（可运行或运行中）的", s.note("runnable"), 0),
        },
    ],
    mutations: &[
        Mutation { name: "one-snapshot", what: "只看第二次快照，不相减", breaks: &[0] },
        Mutation { name: "spinning", what: "漏掉的不是在等，而是在空转", breaks: &[0, 1] },
    ],
    next: &[("逐个看等待原因", "bagu demo run goroutine/dump")],
};

/// Goroutines by name and wait reason.
type Snapshot = BTreeMap<(String, &'static str), i64>;

fn snapshot() -> Snapshot {
    let mut groups = Snapshot::new();
    for g in goroutines().into_iter().filter(|g| g.id != 1) {
        *groups.entry((g.name, g.reason.map_or("runnable", WaitReason::text))).or_default() += 1;
    }
    groups
}

/// The biggest entry of `new` minus `old`.
fn biggest(new: &Snapshot, old: &Snapshot) -> (String, i64) {
    new.iter()
        .map(|(key, n)| (format!("{} [{}]", key.0, key.1), n - old.get(key).unwrap_or(&0)))
        .max_by_key(|(_, n)| *n)
        .unwrap_or_default()
}

/// A request: it is answered, but tells the audit log, which nobody reads any more.
fn request(audit: &Chan<i64>) {
    let (reply, tx) = (chan::<i64>(1), audit.clone());
    let answer = reply.clone();
    go("handler", move || answer.send(1));
    go("notify", move || {
        while mutated("spinning") {
            gosched();
        }
        tx.send(1);
    });
    reply.recv();
}

fn run() {
    let (jobs, audit) = (chan::<()>(0), chan::<i64>(0));
    for _ in 0..30 {
        let rx = jobs.clone();
        go("pool", move || _ = rx.recv());
    }
    (0..3).for_each(|_| request(&audit));
    sleep(us(200));
    let first = snapshot();
    (0..12).for_each(|_| request(&audit));
    sleep(us(200));
    let second = snapshot();

    let (most, n) = biggest(&second, &Snapshot::new());
    out!("数量最多：{most} {n} 个");
    let base = if mutated("one-snapshot") { Snapshot::new() } else { first };
    let (grown, n) = biggest(&second, &base);
    out!("增长最多：{grown} +{n}");
    let runnable: i64 = second.iter().filter(|((_, why), _)| *why == "runnable").map(|(_, n)| n).sum();
    note("runnable", runnable);
    out!("可运行的：{runnable} 个");
}
