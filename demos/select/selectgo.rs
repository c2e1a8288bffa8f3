//! Inside a select: a random order to look, a fixed order to lock, one place in each queue.
//!
//! Answers    select-selectgo
//! Watch for  1  first looks vary, locks never do   2  three places taken, two given back
//!            3  two selects in opposite written order end all their rounds
//! Try        --seed 9, --mutate lock-by-hand, --mutate select-first
//! Go         runtime/select.go selectgo, sellock (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/selectgo",
    title: "selectgo：随机地看，固定地锁，醒来摘除其余",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("q"),
    run,
    claims: &[
        Claim {
            text: "轮询次序是随机的，加锁次序是固定的",
            check: |s| {
                let (looks, locks) = orders(s);
                let ok = looks.iter().all(|&n| n == 2) && locks == 1;
                let text = format!("两个协程各自先看过的分支数 {looks:?}，出现过的加锁次序 {locks} 种");
                Verdict::new(ok && !looks.is_empty(), text)
            },
        },
        Claim {
            text: "阻塞时每个分支入队一次，唤醒后摘除其余分支",
            check: |s| {
                let of = |kind| s.recording.of(kind).filter(|(_, e)| e.g == 1).count();
                Verdict::eq("入队次数", of(Kind::ChanWait), 3).and(Verdict::eq("摘除次数", of(Kind::ChanUnwait), 2))
            },
        },
        Claim {
            text: "按统一次序加锁，相反的书写次序也不会死锁",
            check: |s| Verdict::eq("做完的轮数", s.note("rounds"), 2 * ROUNDS),
        },
    ],
    mutations: &[
        Mutation { name: "select-first", what: "按书写次序看，不打乱", breaks: &[0] },
        Mutation { name: "select-keeps-losers", what: "醒来后不摘除其余分支", breaks: &[1] },
        Mutation { name: "lock-by-hand", what: "两个协程按各自的书写次序手工加锁", breaks: &[2] },
    ],
    next: &[
        ("两个发送者同时来", "bagu demo run select/wakeup-race"),
        ("不走 selectgo 的几种形式", "bagu demo run select/compile-forms"),
    ],
};

const ROUNDS: i64 = 50;

fn run() {
    let rounds = if mutated("lock-by-hand") {
        let s = case("按书写次序加锁", lock_by_hand);
        i64::from(s.end == End::Ok) * 2 * ROUNDS
    } else {
        cross()
    };
    note("rounds", rounds);

    let (p, q, r) = (named::<i64>("p", 0), named("q", 0), named::<i64>("r", 0));
    let late = q.clone();
    go("sender", move || {
        sleep(us(100));
        late.send(7);
    });
    select! {
        recv(p) -> _v => {}
        recv(q) -> _v => {}
        recv(r) -> _v => {}
    }
}

/// Two goroutines select on the same two channels in opposite written order; rounds done.
fn cross() -> i64 {
    let (a, b) = (named("a", 1), named("b", 1));
    a.send(1);
    b.send(2);
    let (wg, done) = (WaitGroup::new(), Atomic::new(0));
    for (name, x, y) in [("ab", a.clone(), b.clone()), ("ba", b.clone(), a.clone())] {
        let done = done.clone();
        wg.go(name, move || {
            for _ in 0..ROUNDS {
                select! {
                    recv(x) -> v => { x.send(v.unwrap_or(0)) }
                    recv(y) -> v => { y.send(v.unwrap_or(0)) }
                }
                done.add(1);
            }
        });
    }
    wg.wait();
    out!("相反次序各 {ROUNDS} 次，没有死锁");
    out!("值都还在 {}", a.len() + b.len());
    done.load()
}

/// What would happen if the locks were taken as the cases are written.
fn lock_by_hand() {
    let (a, b, wg) = (Mutex::new(), Mutex::new(), WaitGroup::new());
    for (name, x, y) in [("ab", a.clone(), b.clone()), ("ba", b, a)] {
        wg.go(name, move || {
            x.lock();
            sleep(us(10));
            y.lock();
            y.unlock();
            x.unlock();
        });
    }
    wg.wait();
}

/// For each of the two goroutines how many cases it ever looked at first, and how many different
/// orders of locking there were.
fn orders(s: &Seen) -> (Vec<usize>, usize) {
    let mut firsts: Vec<(u32, u32)> = Vec::new();
    let mut locks: Vec<Vec<u32>> = Vec::new();
    for g in [s.gid("ab"), s.gid("ba")] {
        let (mut looked, mut now) = (true, Vec::new());
        for e in s.recording.events.iter().filter(|e| e.g == g) {
            match e.kind {
                Kind::Select => (looked, now) = (false, Vec::new()),
                Kind::SelectLock => now.push(e.a),
                Kind::SelectPoll if !looked => {
                    looked = true;
                    firsts.push((g, e.a));
                    locks.push(now.clone());
                }
                _ => {}
            }
        }
    }
    firsts.sort_unstable();
    firsts.dedup();
    locks.sort();
    locks.dedup();
    let looks = [s.gid("ab"), s.gid("ba")].map(|g| firsts.iter().filter(|f| f.0 == g).count());
    (looks.to_vec(), locks.len())
}
