//! The same amount of computing in 1, 2, 4, 8, 32 pieces on two processors; and as much waiting.
//!
//! Answers    goroutine-cpu-bound
//! Watch for  1  two pieces take half the time   2  more pieces take no less   3  waiting does not queue for a P
//!            4  a loop without calls is stopped by a signal: nobody starves
//! Try        --mutate async-preempt-off, --mutate one-proc, --mutate wait-instead, --mutate compute-instead
//! Go         runtime/proc.go findRunnable, stealWork (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/cpu-bound",
    title: "两个 P：计算切成几份才够",
    setup: Setup { procs: 2, real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Pattern,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "n 从 1 到 P 数，总时间按比例下降",
            check: |s| {
                let t = s.notes("ms");
                Verdict::new((2 * t[1] - t[0]).abs() <= 2, format!("1 份 {} ms，2 份 {} ms", t[0], t[1]))
            },
        },
        Claim {
            text: "goroutine 数到达 P 数以后，总时间不再下降",
            check: |s| {
                let t = s.notes("ms");
                Verdict::new(
                    t[2..].iter().all(|&x| x >= t[1]),
                    format!("2 份 {} ms，4、8、32 份 {:?} ms", t[1], &t[2..]),
                )
            },
        },
        Claim {
            text: "等 I/O 的任务不受 P 数限制",
            check: |s| {
                let waiting = s.note("waiting_ms");
                Verdict::new(waiting <= 11, format!("{PIECES_MAX} 个各等 10 ms，一共 {waiting} ms"))
            },
        },
        Claim {
            text: "因此别的 goroutine 不会饿死",
            check: |s| {
                let (late, all) = (s.note("other_ms"), TIGHT_MS as i64);
                Verdict::new(late < all / 2, format!("紧循环要 {all} ms，另一个在 {late} ms 跑上了"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "one-proc", what: "其实只有一个 P", breaks: &[0] },
        Mutation { name: "wait-instead", what: "计算改成等待", breaks: &[1] },
        Mutation { name: "compute-instead", what: "等待改成计算", breaks: &[2] },
        Mutation { name: "async-preempt-off", what: "没有信号抢占：Go 1.13 的世界", breaks: &[3] },
    ],
    next: &[("一个 P 与四个 P", "bagu demo run goroutine/parallel")],
};

/// All the work there is, in ms.
const TOTAL: u64 = 32;
const PIECES_MAX: u64 = 32;
/// How long the loop without a safe point lasts.
const TIGHT_MS: u64 = 80;

/// Milliseconds until `n` goroutines have done `each`.
fn timed(n: u64, each: std::time::Duration, compute: bool) -> u64 {
    let (start, wg) = (now(), WaitGroup::new());
    for _ in 0..n {
        wg.go("piece", move || if compute { burn(each) } else { sleep(each) });
    }
    wg.wait();
    ((now() - start).as_micros() as u64 + 500) / 1000
}

/// One P, a loop without a safe point, and a goroutine that only wants a moment: when does it get it?
fn beside_a_tight_loop() -> i64 {
    let seen = case("tight", || {
        gomaxprocs(1);
        let (start, wg) = (now(), WaitGroup::new());
        wg.go("other", move || note("other_ms", (now() - start).as_millis() as i64));
        wg.go("tight", || tight(ms(TIGHT_MS))); // the newest one runs first
        wg.wait();
    });
    seen.note("other_ms")
}

fn run() {
    if mutated("one-proc") {
        gomaxprocs(1);
    }
    for n in [1, 2, 4, 8, PIECES_MAX] {
        let took = timed(n, ms(TOTAL / n), !mutated("wait-instead"));
        note("ms", took as i64);
        out!("计算切成 {n} 份：{took} ms");
    }
    let took = timed(PIECES_MAX, ms(10), mutated("compute-instead"));
    note("waiting_ms", took as i64);
    out!("{PIECES_MAX} 个各等 10 ms：{took} ms");
    let late = beside_a_tight_loop();
    note("other_ms", late);
    let when = if late < TIGHT_MS as i64 / 2 { "循环还没完就跑上了" } else { "等到循环结束" };
    out!("1 个 P 上有个紧循环，另一个 goroutine：{when}");
}
