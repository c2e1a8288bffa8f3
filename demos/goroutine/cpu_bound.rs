//! The same amount of computing in 1, 2, 4, 8, 32 pieces on two processors; and as much waiting.
//!
//! Answers    goroutine-cpu-bound
//! Watch for  1  two pieces take half the time   2  more pieces take no less   3  waiting does not queue for a P
//! Try        --mutate no-steal, --mutate wait-instead, --mutate compute-instead
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
    ],
    mutations: &[
        Mutation { name: "no-steal", what: "空闲的 P 不偷任务", breaks: &[0] },
        Mutation { name: "wait-instead", what: "计算改成等待", breaks: &[1] },
        Mutation { name: "compute-instead", what: "等待改成计算", breaks: &[2] },
    ],
    next: &[("一个 P 与四个 P", "bagu demo run goroutine/parallel")],
};

/// All the work there is, in ms.
const TOTAL: u64 = 32;
const PIECES_MAX: u64 = 32;

/// Milliseconds until `n` goroutines have done `each`.
fn timed(n: u64, each: std::time::Duration, compute: bool) -> u64 {
    let (start, wg) = (now(), WaitGroup::new());
    for _ in 0..n {
        wg.go("piece", move || if compute { burn(each) } else { sleep(each) });
    }
    wg.wait();
    ((now() - start).as_micros() as u64 + 500) / 1000
}

fn run() {
    for n in [1, 2, 4, 8, PIECES_MAX] {
        let took = timed(n, ms(TOTAL / n), !mutated("wait-instead"));
        note("ms", took as i64);
        out!("计算切成 {n} 份：{took} ms");
    }
    let took = timed(PIECES_MAX, ms(10), mutated("compute-instead"));
    note("waiting_ms", took as i64);
    out!("{PIECES_MAX} 个各等 10 ms：{took} ms");
}
