//! Six ways to leak, ten times each, and the repair of each.
//!
//! Answers    leak-patterns
//! Watch for  1  ten more goroutines a time, and the wait reason tells them apart   2  repaired: none
//! Try        --mutate unbuffered-async, --mutate nil-chan-returns, --mutate no-repair
//! Go         runtime/runtime2.go waitReasonStrings (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/patterns",
    title: "六种泄漏写法与修复，各跑十次",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "每种写法跑 10 次，就多 10 个永远不醒的 goroutine",
            check: |s| {
                let reasons: Vec<&str> =
                    s.lines().iter().map(|l| l.split(['，', '；']).nth(1).unwrap_or_default()).collect();
                Verdict::eq("各漏", s.notes("leaked"), vec![10; 6]).and(Verdict::eq(
                    "等待原因",
                    reasons.as_slice(),
                    &[
                        "chan send",
                        "chan receive",
                        "chan receive (nil chan)",
                        "sync.Mutex.Lock",
                        "sync.WaitGroup.Wait",
                        "select",
                    ],
                ))
            },
        },
        Claim {
            text: "修好之后一个不剩", check: |s| Verdict::eq("修复后各漏", s.notes("repaired"), vec![0; 6])
        },
    ],
    mutations: &[
        Mutation { name: "unbuffered-async", what: "无缓冲的发送不等接收者", breaks: &[0] },
        Mutation { name: "nil-chan-returns", what: "nil channel 上的操作立即返回", breaks: &[0] },
        Mutation { name: "wg-ignores-add", what: "WaitGroup 不计数", breaks: &[0] },
        Mutation { name: "no-repair", what: "修复版照抄原来的写法", breaks: &[1] },
    ],
    next: &[("用两次快照找出是哪一种", "bagu demo run leak/snapshot-diff")],
};

type Pattern = fn(bool);
const PATTERNS: [(&str, Pattern); 6] = [
    ("发送没人收", |repaired| {
        let ch = chan::<i64>(usize::from(repaired));
        go("sender", move || ch.send(1));
    }),
    ("range 没人关", |repaired| {
        let ch = chan::<i64>(0);
        let rx = ch.clone();
        go("ranger", move || for _ in &rx {});
        if repaired {
            ch.close();
        }
    }),
    ("忘了 make", |repaired| {
        let ch = if repaired { chan::<i64>(1) } else { Chan::nil() };
        let tx = ch.clone();
        go("receiver", move || _ = ch.recv());
        if repaired {
            tx.send(1);
        }
    }),
    ("锁忘了解", |repaired| {
        let lock = Mutex::new();
        lock.lock();
        let again = lock.clone();
        go("locker", move || {
            again.lock();
            again.unlock();
        });
        if repaired {
            lock.unlock();
        }
    }),
    ("Done 少一次", |repaired| {
        let wg = WaitGroup::new();
        wg.add(2);
        let waiter = wg.clone();
        go("waiter", move || waiter.wait());
        wg.done();
        if repaired {
            wg.done();
        }
    }),
    ("循环不看退出信号", |repaired| {
        let (jobs, quit) = (chan::<i64>(0), chan::<()>(0));
        let stop = if repaired { quit.clone() } else { chan(0) };
        go("looper", move || {
            loop {
                select! {
                    recv(jobs) -> _ => {}
                    recv(stop) -> _ => break
                }
            }
        });
        quit.close();
    }),
];

/// Goroutines that ten runs of `f` leave behind, and what they wait for.
fn leaked(f: Pattern, repaired: bool) -> (i64, &'static str) {
    let old: Vec<u32> = goroutines().iter().map(|g| g.id).collect();
    for _ in 0..10 {
        f(repaired);
    }
    sleep(ms(5));
    let new: Vec<GInfo> = goroutines().into_iter().filter(|g| !old.contains(&g.id)).collect();
    let reason = new.first().and_then(|g| g.reason).map_or("没有", WaitReason::text);
    (new.len() as i64, reason)
}

fn run() {
    for (name, pattern) in PATTERNS {
        let (n, reason) = leaked(pattern, false);
        let (left, _) = leaked(pattern, !mutated("no-repair"));
        note("leaked", n);
        note("repaired", left);
        out!("{name}：漏 {n} 个，{reason}；修复后漏 {left} 个");
    }
}
