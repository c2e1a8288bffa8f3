//! Five ways to put every goroutine to sleep, and two repairs; each runs in a world of its own.
//!
//! Answers    channel-deadlock
//! Watch for  1  the report comes only when nobody can move   2  a full buffer with a receiver is no deadlock
//! Try        --mutate no-deadlock-check, --mutate no-receiver
//! Go         runtime/proc.go checkdead (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/deadlock-set",
    title: "五种死锁与两个修复",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "全部 goroutine 都在等，运行时才报死锁",
            check: |s| {
                let dead = s.lines()[..5].iter().filter(|l| l.contains("死锁")).count();
                Verdict::eq("报死锁的程序", dead, 5)
                    .and(Verdict::eq("转储里还能跑的 goroutine", s.notes("runnable"), vec![0; 5]))
            },
        },
        Claim {
            text: "缓冲满了只是阻塞，有人来收就能继续",
            check: |s| Verdict::eq("有接收者时", s.lines()[5], "缓冲满了，有人来收：正常结束"),
        },
    ],
    mutations: &[
        Mutation { name: "no-deadlock-check", what: "运行时不检查死锁", breaks: &[0] },
        Mutation { name: "no-receiver", what: "缓冲满了，没有人来收", breaks: &[1] },
    ],
    next: &[("没有接收者会怎样", "bagu demo run channel/deadlock-set --mutate no-receiver")],
};

const CASES: [(&str, fn()); 7] = [
    ("自发自收", || {
        let ch = chan::<i64>(0);
        ch.send(1);
        ch.recv();
    }),
    ("循环等待", || {
        let (x, y) = (chan::<i64>(0), chan::<i64>(0));
        let (to_y, from_x) = (y.clone(), x.clone());
        go("other", move || {
            to_y.send(1);
            from_x.recv();
        });
        x.send(1);
        y.recv();
    }),
    ("没人关闭的 range", || {
        let ch = chan::<i64>(0);
        let tx = ch.clone();
        go("sender", move || tx.send(1));
        for _ in &ch {}
    }),
    ("先 Wait 再收", || wait_and_receive(true)),
    ("忘了 make", || {
        Chan::<i64>::nil().recv();
    }),
    ("缓冲满了，有人来收", || {
        let (ch, done) = (chan::<i64>(1), chan::<()>(0));
        ch.send(1);
        let (rx, end) = (ch.clone(), done.clone());
        if !mutated("no-receiver") {
            go("receiver", move || {
                rx.recv();
                rx.recv();
                end.send(());
            });
        }
        ch.send(2);
        done.recv();
    }),
    ("先收再 Wait", || wait_and_receive(false)),
];

fn wait_and_receive(wait_first: bool) {
    let (ch, wg) = (chan::<i64>(0), WaitGroup::new());
    let tx = ch.clone();
    wg.go("worker", move || tx.send(1));
    if wait_first {
        wg.wait();
    }
    ch.recv();
    if !wait_first {
        wg.wait();
    }
}

fn run() {
    for (name, program) in CASES {
        match case(name, program).end {
            End::Deadlock(text) => {
                let at = text.split("goroutine 1 [").nth(1).and_then(|t| t.split(']').next());
                let runnable = text.matches("[runnable]").count() + text.matches("[running]").count();
                note("runnable", runnable as i64);
                out!("{name}：死锁，main 停在 {}", at.unwrap_or("？"));
            }
            End::Ok => out!("{name}：正常结束"),
            other => out!("{name}：{other:?}"),
        }
    }
}
