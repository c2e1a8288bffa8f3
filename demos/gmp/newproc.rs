//! Where a new goroutine goes: into `runnext`, pushing the one that stood there to the tail; and
//! where its record comes from: the free list first.
//!
//! Answers    gmp-newproc
//! Watch for  1  the last one made prints first, then the others in the order they were made
//!            2  the second three get records that the first three left behind
//! Try        --mutate no-runnext, --mutate no-g-reuse
//! Go         runtime/proc.go newproc, newproc1, gfget, runqput (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/newproc",
    title: "新 goroutine 放进 runnext，记录先从空闲列表拿",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "新 goroutine 进当前 P 的 runnext，原来占着的那个被挤到本地队尾",
            check: |s| Verdict::eq("运行次序", s.lines()[..3].to_vec(), vec!["第一批 c", "第一批 a", "第一批 b"]),
        },
        Claim {
            text: "先从空闲列表拿旧的 g，没有才分配",
            check: |s| {
                let made: Vec<u8> = s.recording.of(Kind::GoCreate).map(|(_, e)| e.why).collect();
                let n = made.len();
                let (first, second) = (&made[n - 6..n - 3], &made[n - 3..]);
                let ok = first.iter().all(|w| *w == 0) && second.iter().all(|w| *w == 1);
                Verdict::new(ok, format!("来源（0 新分配，1 空闲列表）：第一批 {first:?}，第二批 {second:?}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-runnext", what: "没有 runnext，新建的都排到队尾", breaks: &[0] },
        Mutation { name: "no-g-reuse", what: "结束的 goroutine 的记录不再复用", breaks: &[1] },
    ],
    next: &[("排到队尾就成了先进先出", "bagu demo run gmp/newproc --mutate no-runnext")],
};

fn batch(title: &'static str) {
    let wg = WaitGroup::new();
    for name in ["a", "b", "c"] {
        wg.go(name, move || out!("{title} {name}"));
    }
    wg.wait();
}

fn run() {
    batch("第一批");
    batch("第二批");
}
