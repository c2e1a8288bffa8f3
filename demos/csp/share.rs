//! One counter, four ways: an owner goroutine, a mutex, an atomic, and nothing at all.
//!
//! Answers    csp-share-communicate
//! Watch for  1  three synchronised ways agree on 100   2  the fourth reads an old value and loses additions
//! Try        --mutate no-lock, --mutate use-atomic, bagu demo explore csp/share
//! Go         sync/mutex.go, sync/atomic, runtime/chan.go (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "csp/share",
    title: "同一个计数器的四种写法：属主、锁、原子操作、什么都不加",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Pattern,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "三种同步写法的结果都等于期望值",
            check: |s| {
                let got = [s.note("owner"), s.note("locked"), s.note("atomic")];
                Verdict::eq("channel 属主、Mutex、atomic", got, [TOTAL; 3])
            },
        },
        Claim {
            text: "不加同步的读改写会丢更新",
            check: |s| {
                let got = s.note("plain");
                Verdict::new(got < TOTAL, format!("加了 {TOTAL} 次，只剩 {got}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-lock", what: "Mutex 那一版忘了加锁", breaks: &[0] },
        Mutation { name: "use-atomic", what: "不同步的那一版改用原子操作", breaks: &[1] },
    ],
    next: &[("换一百个种子看丢多少", "bagu demo explore csp/share")],
};

const WORKERS: i64 = 4;
const TIMES: i64 = 25;
const TOTAL: i64 = WORKERS * TIMES;

fn spread(work: impl Fn() + Clone + Send + 'static) {
    let wg = WaitGroup::new();
    for _ in 0..WORKERS {
        let work = work.clone();
        wg.go("worker", move || {
            for _ in 0..TIMES {
                work();
            }
        });
    }
    wg.wait();
}

/// Adds one in three steps, giving others the chance to get in between.
fn bump(n: &Var<i64>) {
    let old = n.get();
    gosched();
    n.set(old + 1);
}

fn run() {
    let (add, total) = (named("add", 0), named("total", 0));
    let (inbox, answer) = (add.clone(), total.clone());
    go("owner", move || {
        let mut n = 0;
        for d in &inbox {
            n += d;
        }
        answer.send(n);
    });
    let sender = add.clone();
    spread(move || sender.send(1));
    add.close();
    let owner = total.recv().unwrap_or(0);
    note("owner", owner);
    out!("channel 属主 {owner}");

    let (mu, n, careless) = (Mutex::new(), Var::new(0), mutated("no-lock"));
    let shared = n.clone();
    spread(move || {
        if careless {
            return bump(&shared);
        }
        mu.lock();
        bump(&shared);
        mu.unlock();
    });
    note("locked", n.get());
    out!("Mutex {}", n.get());

    let at = Atomic::new(0);
    let shared = at.clone();
    spread(move || {
        shared.add(1);
    });
    note("atomic", at.load());
    out!("atomic {}", at.load());

    let (n, at, careful) = (Var::new(0), Atomic::new(0), mutated("use-atomic"));
    let (shared, safe) = (n.clone(), at.clone());
    spread(move || {
        if careful {
            safe.add(1);
        } else {
            bump(&shared);
        }
    });
    let plain = n.get() + at.load();
    note("plain", plain);
    out!("无同步 {plain}");
}
