//! Numbers are handed out once; and what a goroutine held stays held when it vanishes.
//!
//! Answers    goroutine-no-kill-no-id
//! Watch for  1  two hundred gone, and no number comes back   2  the lock of the one that vanished stays shut
//! Try        --mutate by-hand, --mutate defer-unlock
//! Go         runtime/proc.go newproc1 goidcache; runtime/panic.go Goexit (go1.27.3)
//! Differs    Go hands numbers out to each P in batches of 16, ours come from one counter
use std::collections::HashSet;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/no-id",
    title: "编号不复用；持锁者消失，锁不会自己打开",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Differs("Go 让每个 P 一次领 16 个编号，我们的编号来自同一个计数器；不复用这一点相同"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "编号只增不复用",
            check: |s| {
                let ids: Vec<u32> = s.recording.of(Kind::GoCreate).map(|(_, e)| e.a).collect();
                let rising = ids.windows(2).all(|w| w[0] < w[1]);
                Verdict::new(rising, format!("{} 个编号一路递增", ids.len())).and(Verdict::eq(
                    "不同的编号",
                    s.note("distinct"),
                    ROUNDS,
                ))
            },
        },
        Claim {
            text: "持锁者消失，锁不会自己打开", check: |s| Verdict::eq("TryLock", s.note("try_lock"), 0)
        },
    ],
    mutations: &[
        Mutation { name: "by-hand", what: "自己按数组下标编号，用完再用", breaks: &[0] },
        Mutation { name: "defer-unlock", what: "用 defer 解锁", breaks: &[1] },
    ],
    next: &[("怎样好好地让它退出", "bagu demo run goroutine/exit-latency")],
};

/// Goroutines started one after the other.
const ROUNDS: i64 = 200;

/// The number of a goroutine that is alive, other than main.
fn number_of_the_other(slot: usize) -> u32 {
    if mutated("by-hand") {
        return slot as u32 % 16;
    }
    goroutines().iter().map(|g| g.id).max().unwrap_or(0)
}

fn run() {
    let mut numbers = HashSet::new();
    for i in 0..ROUNDS {
        let stop = chan::<()>(0);
        let rx = stop.clone();
        go("short-lived", move || _ = rx.recv());
        numbers.insert(number_of_the_other(i as usize));
        stop.send(());
    }
    note("distinct", numbers.len() as i64);
    let reused = ROUNDS - numbers.len() as i64;
    out!("起了又结束 {ROUNDS} 个，编号重复的有 {reused} 个");

    let (lock, wg) = (Mutex::new(), WaitGroup::new());
    let held = lock.clone();
    wg.go("vanishes", move || {
        held.lock();
        func::<()>(|d| {
            if mutated("defer-unlock") {
                let lock = held.clone();
                d.defer(move || lock.unlock());
            }
            goexit(); // as a kill would: in the middle of the critical section
        });
    });
    wg.wait();
    let free = lock.try_lock();
    note("try_lock", i64::from(free));
    out!("持锁者消失之后，TryLock 得到 {free}");
}
