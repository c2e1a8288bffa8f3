//! Two that give way to each other for ever, and how one pause ends it.
//!
//! Answers    leak-deadlock-vs-leak
//! Watch for  1  forty tries, nothing done, nobody waiting   2  one side sits a round out: both get through
//! Try        --mutate always-pause, --mutate never-pause
//! Go         sync/mutex.go TryLock (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo =
    Demo {
        id: "leak/livelock",
        title: "活锁：都在重试，谁也做不成",
        setup: Setup::DEFAULT,
        fidelity: Fidelity::Same,
        go: GoMatch::Exact,
        picture: Picture::Lanes,
        run,
        claims: &[
            Claim {
                text: "两边都用它重试，容易变成活锁",
                check: |s| {
                    Verdict::eq("试了、做成", (s.notes("tries")[0], s.notes("done")[0]), (2 * ROUNDS, 0))
                        .and(Verdict::eq("等锁的次数", s.notes("waits")[0], 0))
                },
            },
            Claim { text: "错开一轮，两边都做成", check: |s| Verdict::eq("做成", s.notes("done")[1], 2) },
        ],
        mutations: &[
            Mutation { name: "always-pause", what: "第一种也错开一轮", breaks: &[0] },
            Mutation { name: "never-pause", what: "第二种也不错开", breaks: &[1] },
        ],
        next: &[("互相等待的那一种", "bagu demo run leak/abba")],
    };

const ROUNDS: i64 = 20;

/// What one side has: its lock, the other's, and its end of the meeting point.
struct Side {
    first: bool,
    own: Mutex,
    other: Mutex,
    point: Chan<()>,
}

impl Side {
    /// Both sides are here before either goes on.
    fn meet(&self) {
        if self.first {
            self.point.send(());
        } else {
            self.point.recv();
        }
    }
    /// Tries in every round to get both locks, politely: (tries, done).
    fn work(&self, pause: bool) -> (i64, i64) {
        let (mut tries, mut done) = (0, 0);
        for round in 0..ROUNDS {
            let plays = done == 0 && !(pause && !self.first && round == 1);
            if plays {
                self.own.lock();
            }
            self.meet();
            if plays {
                tries += 1;
                if self.other.try_lock() {
                    done = 1;
                    self.other.unlock();
                }
            }
            self.meet();
            if plays {
                self.own.unlock(); // gives way, whether it got the other one or not
            }
            self.meet();
        }
        (tries, done)
    }
}

fn contest(name: &str, pause: bool) {
    let (a, b, point) = (Mutex::new(), Mutex::new(), chan::<()>(0));
    let results = chan::<(i64, i64)>(2);
    for first in [true, false] {
        let (own, other) = if first { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
        let (side, tx) = (Side { first, own, other, point: point.clone() }, results.clone());
        go("polite", move || tx.send(side.work(pause)));
    }
    let (mut tries, mut done) = (0, 0);
    for _ in 0..2 {
        let (t, d) = results.recv().unwrap_or_default();
        tries += t;
        done += d;
    }
    note("tries", tries);
    note("done", done);
    note("waits", goroutines().iter().filter(|g| g.reason == Some(WaitReason::MutexLock)).count() as i64);
    out!("{name}：试了 {tries} 次，做成 {done} 件");
}

fn run() {
    contest("都立刻重试", mutated("always-pause"));
    contest("错开一轮", !mutated("never-pause"));
}
