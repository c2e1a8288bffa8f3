//! Twenty goroutines wait: on a channel, then each in a blocking call. How many threads does it take?
//!
//! Answers    goroutine-vs-thread
//! Watch for  1  on a channel: no more threads than for one   2  in blocking calls: one each
//!            3  the processors serve others meanwhile
//! Try        --mutate wait-in-syscall, --mutate wait-on-channel, --mutate syscall-keeps-p
//! Go         runtime/proc.go gopark, entersyscall, handoffp (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/vs-thread",
    title: "二十个在等：等 channel 与陷在系统调用里",
    setup: Setup { procs: 2, real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "等在 channel 上的 goroutine 不占线程",
            check: |s| {
                let (base, n) = (s.note("base"), s.note("channel"));
                Verdict::new(n - base <= 1, format!("没人等时 {base} 个线程，{MANY} 个在等时 {n} 个"))
            },
        },
        Claim {
            text: "陷在阻塞系统调用里的 goroutine 各占一个线程",
            check: |s| {
                let n = s.note("syscall");
                Verdict::new(n >= MANY as i64, format!("{MANY} 个陷在系统调用里，{n} 个线程"))
            },
        },
        Claim {
            text: "运行时会把 P 交给别的线程，所以其余 goroutine 不受影响",
            check: |s| {
                let late = s.note("other_us");
                Verdict::new(late < 2_000, format!("系统调用要 10 ms，其余的在 {late} µs 做完"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "wait-in-syscall", what: "第一种也陷在系统调用里", breaks: &[0] },
        Mutation { name: "wait-on-channel", what: "第二种也等 channel", breaks: &[1] },
        Mutation { name: "syscall-keeps-p", what: "系统调用期间 P 不交出去", breaks: &[1, 2] },
    ],
    next: &[("几百个挂起的 goroutine", "bagu demo run goroutine/light")],
};

const MANY: usize = 20;

/// Runs `MANY` waiters and one that only wants to work; gives the run.
fn waiters(in_syscall: bool, many: usize) -> Seen {
    case("waiters", move || {
        let (gate, wg) = (chan::<()>(0), WaitGroup::new());
        for _ in 0..many {
            let rx = gate.clone();
            wg.go("waiter", move || {
                if in_syscall {
                    syscall(ms(10));
                } else {
                    rx.recv();
                }
            });
        }
        let start = now();
        sleep(ms(1)); // now they all wait
        go("other", move || note("other_us", (now() - start).as_micros() as i64));
        sleep(ms(4));
        gate.close();
        wg.wait();
    })
}

fn grown(n: usize, base: usize) -> &'static str {
    if n >= base + MANY / 2 { "跟着涨，每个占一个" } else { "没有跟着涨" }
}

fn run() {
    let base = waiters(false, 0).threads;
    let channel = waiters(mutated("wait-in-syscall"), MANY).threads;
    let calls = waiters(!mutated("wait-on-channel"), MANY);
    note("base", base as i64);
    note("channel", channel as i64);
    note("syscall", calls.threads as i64);
    note("other_us", calls.note("other_us"));
    out!("{MANY} 个等 channel：线程{}", grown(channel, base));
    out!("{MANY} 个陷在系统调用里：线程{}", grown(calls.threads, base));
}
