//! Goroutines, threads and processors in one picture: two at a time, whatever their number.
//!
//! Answers    gmp-what
//! Watch for  1  twenty tasks, never more than two at work   2  eight blocking calls take a thread
//!            each, and main goes on meanwhile
//! Try        --procs 4, --mutate no-wakep, --mutate syscall-keeps-p
//! Go         runtime/proc.go schedule, wakep, entersyscallblock, handoffp (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/overview",
    title: "二十个任务、两个 P：同时跑的只有两个，线程可以更多",
    setup: Setup { procs: 2, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "同时执行 Go 代码的线程最多等于 P 的个数",
            check: |s| Verdict::eq("同时在算的最多几个", s.note("most"), i64::from(s.recording.procs)),
        },
        Claim {
            text: "阻塞在系统调用里的 M 不占 P，线程总数因此可以多于 P",
            check: |s| {
                let (procs, threads) = (i64::from(s.recording.procs), s.note("threads"));
                let free = s.note("went_on") == 1;
                Verdict::new(
                    threads >= BLOCKED && free,
                    format!("{procs} 个 P，{threads} 个线程；期间 main 照跑：{free}"),
                )
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-wakep", what: "有活也不叫醒空闲的 P", breaks: &[0] },
        Mutation { name: "syscall-keeps-p", what: "系统调用期间 P 不交出去", breaks: &[1] },
    ],
    next: &[("四个 P", "bagu demo run gmp/overview --procs 4")],
};

const TASKS: usize = 20;
const BLOCKED: i64 = 8;

fn compute() {
    let (at_work, most, wg) = (Atomic::new(0), Atomic::new(0), WaitGroup::new());
    for _ in 0..TASKS {
        let (at_work, most) = (at_work.clone(), most.clone());
        wg.go("task", move || {
            let n = at_work.add(1);
            burn(us(200));
            at_work.add(-1);
            let mut seen = most.load();
            while n > seen && !most.cas(seen, n) {
                seen = most.load();
            }
        });
    }
    wg.wait();
    note("most", most.load());
    out!("{TASKS} 个任务做完，同时在算的不超过 P 的个数：{}", most.load() <= i64::from(procs()));
}

fn block() {
    let wg = WaitGroup::new();
    let back = Atomic::new(0);
    for _ in 0..BLOCKED {
        let back = back.clone();
        wg.go("blocked", move || {
            syscall(ms(100));
            back.add(1);
        });
    }
    sleep(ms(30));
    let went_on = back.load() == 0; // main runs although all of them are still away
    note("went_on", i64::from(went_on));
    note("threads", threads() as i64);
    out!("{BLOCKED} 个都卡在系统调用里，main 照跑：{went_on}");
    out!("线程不少于 {BLOCKED} 个：{}", threads() as i64 >= BLOCKED);
    wg.wait();
}

fn run() {
    compute();
    block();
}
