//! A re-entrant lock over a capacity-1 channel; the owner is a token that callers pass.
//!
//! Answers    channel-reentrant-lock
//! Watch for  1  A locks three times, one token in the channel   2  B gets in after the third unlock
//!            3  B may not unlock what A holds
//! Try        --mutate token-per-lock, --mutate release-at-once, --mutate no-owner-check
//! Go         internal/sync/mutex.go has no owner (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/reentrant-lock",
    title: "用 channel 做可重入锁：令牌、持有者、计数",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("sem"),
    run,
    claims: &[
        Claim {
            text: "持有者再次加锁只把计数加一，不再碰 channel",
            check: |s| {
                let want = ["A 加锁，计数 1，令牌 1", "A 加锁，计数 2，令牌 1", "A 加锁，计数 3，令牌 1"];
                Verdict::eq("三次加锁", &s.lines()[..3], &want)
            },
        },
        Claim {
            text: "计数减到 0 才真正放锁",
            check: |s| Verdict::eq("B 得到锁时 A 已解锁的次数", s.note("unlocks"), 3),
        },
        Claim {
            text: "不是持有者就不许解锁",
            check: |s| Verdict::eq("B 没拿锁就解锁", s.lines()[3], "B 解锁： B 不是持有者"),
        },
    ],
    mutations: &[
        Mutation { name: "token-per-lock", what: "每次加锁都往 channel 里放一个令牌", breaks: &[0] },
        Mutation { name: "release-at-once", what: "第一次解锁就放锁", breaks: &[1] },
        Mutation { name: "no-owner-check", what: "解锁不核对持有者", breaks: &[2] },
    ],
    next: &[("不核对持有者会怎样", "bagu demo run channel/reentrant-lock --mutate no-owner-check")],
};

/// Who locks. In Go: the address of a token object.
type Token = i64;
const NOBODY: Token = 0;
const A: Token = 1;
const B: Token = 2;

#[derive(Clone)]
struct ReLock {
    sem: Chan<()>,
    owner: Atomic,
    /// Touched by the owner only.
    count: Var<i64>,
}

impl ReLock {
    fn lock(&self, t: Token) {
        if self.owner.load() != t {
            self.sem.send(());
            self.owner.store(t);
        } else if mutated("token-per-lock") {
            self.sem.send(());
        }
        self.count.set(self.count.get() + 1);
    }

    /// Gives Go's text of the error, `<nil>` when there is none.
    fn unlock(&self, t: Token) -> &'static str {
        if self.owner.load() != t && !mutated("no-owner-check") {
            return if t == A { "A 不是持有者" } else { "B 不是持有者" };
        }
        self.count.set(self.count.get() - 1);
        if self.count.get() == 0 || mutated("release-at-once") {
            self.owner.store(NOBODY);
            self.sem.recv();
        }
        "<nil>"
    }
}

fn run() {
    let room = if mutated("token-per-lock") { 3 } else { 1 };
    let l = ReLock { sem: named("sem", room), owner: Atomic::new(NOBODY), count: Var::new(0) };
    for _ in 0..3 {
        l.lock(A);
        out!("A 加锁，计数 {}，令牌 {}", l.count.get(), l.sem.len());
    }
    let (got, unlocks) = (chan::<()>(0), Atomic::new(0));
    let (lock, done, so_far) = (l.clone(), got.clone(), unlocks.clone());
    go("B", move || {
        lock.lock(B);
        note("unlocks", so_far.load());
        out!("B 得到锁");
        done.send(());
    });
    sleep(ms(10));
    out!("B 解锁： {}", l.unlock(B));
    for _ in 0..3 {
        out!("A 解锁");
        unlocks.add(1);
        l.unlock(A);
        sleep(ms(2)); // time for B, should it get in
    }
    got.recv();
    out!("A 再解锁： {}", l.unlock(A));

    let mu = Mutex::new();
    mu.lock();
    out!("Mutex 持有者再试： {}", mu.try_lock());
}
