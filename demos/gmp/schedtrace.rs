//! What a SCHED line shows, and what it cannot.
//!
//! Answers    gmp-schedtrace
//! Watch for  1  five runnable, four in the brackets: the fifth is in runnext   2  two hundred waiting
//!            goroutines leave every length at 0
//! Try        --mutate look-late, --mutate spin; bagu demo run gmp/schedtrace --schedtrace 1ms
//! Go         runtime/proc.go schedtrace (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/schedtrace",
    title: "SCHED 行里有什么：队列长度不含 runnext，也看不到泄漏",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "方括号里的本地队列长度不含 runnext",
            check: |s| {
                let line = line_at(s, "made");
                Verdict::new(line.contains("runqueue=0 [ 4 ]"), format!("5 个可运行：{line}"))
            },
        },
        Claim {
            text: "goroutine 全部挂起时，各条队列长度都是 0",
            check: |s| {
                let line = line_at(s, "waiting");
                let waiting = s.note("waiting");
                Verdict::new(waiting == WAITERS as i64 && line.contains("runqueue=0 [ 0 ]"), format!("{waiting} 个在等：{line}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "look-late", what: "等它们都跑过了才看", breaks: &[0] },
        Mutation { name: "spin", what: "不挂起，转着圈等", breaks: &[1] },
    ],
    next: &[("每毫秒一行", "bagu demo run gmp/schedtrace --schedtrace 1ms")],
};

const WAITERS: usize = 200;

/// The SCHED line of the moment a number was noted.
fn line_at(s: &Seen, name: &str) -> String {
    let mut state = State::new(&s.recording);
    for e in &s.recording.events {
        if e.kind == Kind::Note && s.recording.text(e.a) == name {
            break;
        }
        state.apply(e);
    }
    sched_line(&state)
}

fn run() {
    let wg = WaitGroup::new();
    let ch = named::<i64>("ch", 0);
    for _ in 0..5 {
        let rx = ch.clone();
        wg.go("short", move || _ = rx.recv());
    }
    sleep(ms(1));
    (0..5).for_each(|i| ch.send(i));
    if mutated("look-late") {
        sleep(ms(1));
    }
    note("made", 5);
    out!("唤醒了 5 个 goroutine");
    wg.wait();
    for _ in 0..WAITERS {
        let rx = ch.clone();
        wg.go("waiter", move || {
            while mutated("spin") && matches!(rx.try_recv(), TryRecv::Empty) {
                gosched();
            }
            rx.recv();
        });
    }
    sleep(ms(1));
    note("waiting", num_goroutine() as i64 - 1);
    out!("挂起的 goroutine： {}", num_goroutine() - 1);
    ch.close();
    wg.wait();
}
