//! A thread with its processor goes from goroutine to goroutine; a goroutine goes from thread to thread.
//!
//! Answers    gmp-roles-coop
//! Watch for  1  a goroutine waits, and its thread runs the next one at once, on the same processor
//!            2  a goroutine goes on at the processor of the one that woke it, so it changes threads
//! Try        --mutate alone, --mutate locked
//! Go         runtime/proc.go schedule, execute, park_m, acquirep (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/one-round",
    title: "G 阻塞了，M 带着 P 接着跑下一个 G",
    setup: Setup { procs: 2, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "G 阻塞后，同一个 M 带着同一个 P 接着跑下一个 G",
            check: |s| {
                let g = s.gid("waits");
                let (at, left) = s.recording.of(Kind::GoPark).find(|(_, e)| e.g == g).expect("it waited");
                let later = s.recording.events[at as usize + 1..].iter().filter(|e| e.m == left.m);
                let gave_up = |e: &&Event| matches!(e.kind, Kind::ProcStop | Kind::GoStart);
                let next = later.clone().find(gave_up).expect("the thread did something");
                let ok = next.kind == Kind::GoStart && next.p == left.p;
                let told = format!("M{} P{}：G{} 离开，随后 {} G{}", left.m, left.p, left.g, next.kind.name(), next.g);
                Verdict::new(ok, told)
            },
        },
        Claim {
            text: "同一个 goroutine 前后可以跑在不同的线程上",
            check: |s| {
                let walker = s.gid("walks");
                let starts = s.recording.of(Kind::GoStart).filter(|(_, e)| e.g == walker);
                let mut threads: Vec<u8> = starts.map(|(_, e)| e.m).collect();
                let times = threads.len();
                threads.sort_unstable();
                threads.dedup();
                Verdict::new(threads.len() >= 2, format!("G{walker} 上场 {times} 次，在线程 {threads:?} 上"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "alone", what: "没有别的 goroutine 可跑", breaks: &[0] },
        Mutation { name: "locked", what: "被唤醒的那个锁住自己的线程", breaks: &[1] },
    ],
    next: &[("没有别的活，M 就交还 P 去睡", "bagu demo run gmp/one-round --mutate alone")],
};

/// How often each of the two throws.
const THROWS: usize = 60;

/// One goroutine waits while others stand in the queue behind it.
fn wait_for_main() {
    let gate = chan::<()>(0);
    let wg = WaitGroup::new();
    let rx = gate.clone();
    let (wg2, rest) = (wg.clone(), if mutated("alone") { 0 } else { 6 });
    wg.go("waits", move || {
        for _ in 0..rest {
            wg2.go("next", || burn(us(50)));
        }
        rx.recv();
    });
    sleep(ms(1));
    gate.close();
    wg.wait();
    out!("阻塞的和后面排队的都跑完了");
}

/// One goroutine is woken from two processors by turns; it goes on where its waker is.
fn walk() {
    let (ball, wg) = (chan::<()>(0), WaitGroup::new());
    let threads = Atomic::new(1);
    for _ in 0..2 {
        let ball = ball.clone();
        wg.go("throws", move || {
            for _ in 0..THROWS {
                burn(us(50));
                ball.send(());
            }
        });
    }
    let (rx, count) = (ball, threads.clone());
    wg.go("walks", move || {
        if mutated("locked") {
            lock_os_thread();
        }
        let first = thread_id();
        for _ in 0..2 * THROWS {
            rx.recv();
            if thread_id() != first {
                count.store(2);
            }
        }
        if mutated("locked") {
            unlock_os_thread();
        }
    });
    wg.wait();
    out!("换过线程：{}", threads.load() > 1);
}

fn run() {
    wait_for_main();
    walk();
}
