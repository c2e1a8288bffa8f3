//! `runnext`: what was made or woken last runs first, the rest in order.
//!
//! Answers    gmp-runnext
//! Watch for  1  9 0 1 2 … 8   2  the woken one overtakes three that queued before it was woken
//! Try        --mutate no-runnext, --mutate ready-to-tail, --procs 4
//! Go         runtime/proc.go runqput, runqget, ready (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/runnext-order",
    title: "单 P 连续 go 十次：9 0 1 2 3 4 5 6 7 8",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "最后创建的最先跑，其余按创建顺序",
            check: |s| Verdict::eq("打印", s.lines()[0], "9 0 1 2 3 4 5 6 7 8"),
        },
        Claim {
            text: "刚被唤醒的插在本地队列前面", check: |s| Verdict::eq("打印", s.lines()[1], "被唤醒的 x y z")
        },
    ],
    mutations: &[
        Mutation { name: "no-runnext", what: "没有 runnext，新建和唤醒都排到队尾", breaks: &[0, 1] },
        Mutation { name: "ready-to-tail", what: "被唤醒者排到队尾", breaks: &[1] },
    ],
    next: &[("没有 runnext 就是 0 1 2 … 9", "bagu demo run gmp/runnext-order --mutate no-runnext")],
};

/// Starts goroutines that report their names; the reports arrive in the order in which they ran.
fn start(names: &[&'static str], ran: &Chan<&'static str>, wg: &WaitGroup) {
    for name in names {
        let (ran, name) = (ran.clone(), *name);
        wg.go(name, move || ran.send(name));
    }
}

fn collect(ran: &Chan<&'static str>) -> String {
    let n = ran.len();
    let names: Vec<&str> = (0..n).filter_map(|_| ran.recv()).collect();
    names.join(" ")
}

fn run() {
    let ran = chan(16);
    let wg = WaitGroup::new();
    start(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], &ran, &wg);
    wg.wait();
    out!("{}", collect(&ran));

    let bell = chan::<i64>(0);
    let (wake, woken) = (bell.clone(), ran.clone());
    wg.go("sleeper", move || {
        wake.recv();
        woken.send("被唤醒的");
    });
    gosched(); // the sleeper waits by now
    start(&["x", "y", "z"], &ran, &wg);
    bell.send(1); // a receiver waits: handed over at once, we go on
    wg.wait();
    out!("{}", collect(&ran));
}
