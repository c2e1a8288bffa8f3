//! Threads are woken one by another, each by the one that found work; without work they rest.
//!
//! Answers    gmp-spinning
//! Watch for  1  one `go` burst: the maker wakes one thread, that one the next, until all Ps are busy
//!            2  while everybody sleeps nobody looks for work
//! Try        --mutate no-wakep, --mutate ticking
//! Go         runtime/proc.go wakep, resetspinning, findRunnable, stopm (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/spinning",
    title: "自旋者一个带一个，没有活就休眠",
    setup: Setup { procs: 4, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::None("标准库看不到自旋；GODEBUG=schedtrace=1 里的 spinningthreads 是它的抽样"),
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "找到活的自旋者先叫起下一个自旋者，再去干活",
            check: |s| {
                let (from, to) = (s.note("burst_from") as u64, s.note("burst_to") as u64);
                let woken = s.recording.events.iter().filter(|e| (from..to).contains(&e.time));
                let woken = woken.filter(|e| matches!(e.kind, Kind::ThreadWake | Kind::ThreadStart));
                let mut wakers: Vec<u8> = woken.map(|e| e.m).collect();
                wakers.sort_unstable();
                wakers.dedup();
                Verdict::new(wakers.len() >= 2, format!("叫起别人的线程 {wakers:?}"))
            },
        },
        Claim {
            text: "没有活时，自旋者扫一圈就休眠",
            check: |s| {
                let (from, to) = (s.note("rest_from") as u64, s.note("rest_to") as u64);
                let spins = s.recording.of(Kind::SpinStart).filter(|(_, e)| (from..to).contains(&e.time)).count();
                Verdict::eq("休息的 2 ms 里开始自旋的次数", spins, 0)
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-wakep", what: "有活也不叫醒空闲的 P", breaks: &[0] },
        Mutation { name: "ticking", what: "另有一个 goroutine 每 100 微秒醒一次", breaks: &[1] },
    ],
    next: &[("没有 wakep，三个 P 一直闲着", "bagu demo run gmp/spinning --mutate no-wakep")],
};

fn burst() {
    let wg = WaitGroup::new();
    note("burst_from", now().0 as i64);
    for _ in 0..12 {
        wg.go("task", || burn(us(100)));
    }
    wg.wait();
    note("burst_to", now().0 as i64);
}

fn rest() {
    let stop = Atomic::new(0);
    if mutated("ticking") {
        let stop = stop.clone();
        go("ticker", move || {
            while stop.load() == 0 {
                sleep(us(100));
            }
        });
    }
    let (from, to) = (now() + us(500), now() + us(2500));
    sleep(ms(3)); // all threads go to rest within the first 500 µs
    stop.store(1);
    note("rest_from", from.0 as i64);
    note("rest_to", to.0 as i64);
}

fn run() {
    burst();
    out!("一批任务做完");
    rest();
    out!("休息结束");
}
