//! Threads come when calls block, stay when they are over, and end only with a goroutine that locked them.
//!
//! Answers    gmp-m-lifecycle
//! Watch for  1  twenty blocking calls at once: the number of threads rises   2  a second wave makes
//!            hardly a new one   3  a locked goroutine ends: so does its thread
//! Try        --mutate syscall-keeps-p, --mutate unlock-first
//! Go         runtime/proc.go startm, newm, stopm, mexit, gdestroy (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/m-life",
    title: "线程只增不减，除非锁着它的 goroutine 就这么走了",
    setup: Setup { procs: 2, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "阻塞的系统调用一多，线程数就涨",
            check: |s| {
                let (before, peak) = (s.note("before"), s.note("peak"));
                Verdict::new(peak >= before + CALLS / 2, format!("{CALLS} 个阻塞调用，线程 {before} → {peak}"))
            },
        },
        Claim {
            text: "高峰过后线程不减，闲着等复用",
            check: |s| {
                let (from, to) = (s.note("rest_from") as u64, s.note("second_to") as u64);
                let within = |k: Kind| s.recording.of(k).filter(|(_, e)| (from..to).contains(&e.time)).count();
                let (ended, made, woken) =
                    (within(Kind::ThreadEnd), within(Kind::ThreadStart), within(Kind::ThreadWake));
                let ok = ended == 0 && made <= 2 && woken >= CALLS as usize - 4;
                Verdict::new(ok, format!("第二波：新建线程 {made}，叫醒旧的 {woken} 次，退出 {ended}"))
            },
        },
        Claim {
            text: "锁住线程的 goroutine 不解锁就退出，线程随之结束",
            check: |s| {
                let ended = s.count(Kind::ThreadEnd);
                // One of them may have sat on the main thread, which never ends.
                Verdict::new(ended + 1 >= LOCKED, format!("{LOCKED} 个锁着线程走了，结束了 {ended} 个线程"))
            },
        },
    ],
    mutations: &[
        Mutation {
            name: "syscall-keeps-p", what: "系统调用期间 P 不交出去，也就不要别的线程", breaks: &[0, 1]
        },
        Mutation { name: "unlock-first", what: "退出之前先解锁", breaks: &[2] },
    ],
    next: &[("先解锁再退出", "bagu demo run gmp/m-life --mutate unlock-first")],
};

const CALLS: i64 = 20;
const LOCKED: usize = 5;

fn wave() {
    let wg = WaitGroup::new();
    for _ in 0..CALLS {
        wg.go("blocked", || syscall(ms(20)));
    }
    wg.wait();
}

/// How many threads fewer there are afterwards.
fn lock_and_leave() -> usize {
    let (wg, gate) = (WaitGroup::new(), chan::<()>(0));
    for _ in 0..LOCKED {
        let gate = gate.clone();
        wg.go("locks", move || {
            lock_os_thread();
            gate.recv(); // all of them hold their threads at the same time
            if mutated("unlock-first") {
                unlock_os_thread();
            }
        });
    }
    sleep(ms(10));
    let before = threads();
    gate.close();
    wg.wait();
    sleep(ms(10)); // the threads are gone by now
    before.saturating_sub(threads())
}

fn run() {
    note("before", threads() as i64);
    wave();
    note("peak", threads() as i64);
    out!("{CALLS} 个阻塞调用之后，线程多了十几个：{}", threads() as i64 > CALLS - 4);
    sleep(ms(5));
    note("rest_from", now().0 as i64);
    wave();
    note("second_to", now().0 as i64);
    out!("第二波之后，线程没有再多一倍：{}", (threads() as i64) < 2 * CALLS);
    out!("{LOCKED} 个锁着线程的 goroutine 走了，线程跟着少了：{}", lock_and_leave() + 1 >= LOCKED);
}
