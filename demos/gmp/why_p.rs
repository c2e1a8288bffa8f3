//! What the processor is for: a queue that needs no global lock, and that outlives a blocked thread.
//!
//! Answers    gmp-why-p
//! Watch for  1  two hundred goroutines made and run: the global queue is not touched
//!            2  a thread blocks, another one takes its processor and runs the queue that was left
//! Try        --mutate one-queue, --mutate syscall-keeps-p
//! Go         runtime/proc.go runqput, runqget, entersyscallblock, handoffp, retake (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/why-p",
    title: "P 的两个用处：本地队列不碰全局锁，线程卡住可以转手",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "本地入队、出队不碰全局锁",
            check: |s| {
                let (from, until) = (s.note("tasks_from") as u64, s.note("tasks_done") as u64);
                let early = |e: &&Event| (from..=until).contains(&e.time);
                let global = |e: &&Event| matches!(e.kind, Kind::GlobalPut | Kind::GlobalGet);
                let n = s.recording.events.iter().filter(early).filter(global).count();
                let runs = s.recording.of(Kind::GoStart).map(|(_, e)| e).filter(early).count();
                Verdict::new(n == 0 && runs > TASKS, format!("{runs} 次上场，全局队列存取 {n} 次"))
            },
        },
        Claim {
            text: "M 卡在系统调用里时，P 连同它的队列交给别的 M 继续跑",
            check: |s| {
                let away = s.recording.of(Kind::SyscallEnter).find(|(_, e)| e.g == s.gid("blocked"));
                let (enter, e) = away.expect("it made the call");
                let back = s.recording.of(Kind::SyscallExit).find(|(_, x)| x.g == e.g).map_or(u32::MAX, |(at, _)| at);
                let others = s
                    .recording
                    .of(Kind::GoStart)
                    .filter(|(at, x)| (enter..back).contains(at) && x.p == e.p && x.m != e.m);
                let n = others.count();
                let ok = n >= QUEUED && s.note("done_before_return") == QUEUED as i64;
                Verdict::new(ok, format!("M{} 卡住期间，别的 M 在 P{} 上跑了 {n} 次", e.m, e.p))
            },
        },
    ],
    mutations: &[
        Mutation { name: "one-queue", what: "每个任务先去全局队列排一次队", breaks: &[0] },
        Mutation { name: "syscall-keeps-p", what: "系统调用期间 P 不交出去", breaks: &[1] },
    ],
    next: &[("P 跟着线程一起卡住", "bagu demo run gmp/why-p --mutate syscall-keeps-p")],
};

const TASKS: usize = 200;
const QUEUED: usize = 10;

fn many_small_ones() {
    note("tasks_from", now().0 as i64);
    let wg = WaitGroup::new();
    for _ in 0..TASKS {
        wg.go("small", || {
            if mutated("one-queue") {
                gosched();
            }
        });
    }
    wg.wait();
    note("tasks_done", now().0 as i64);
    out!("{TASKS} 个小任务跑完");
}

fn blocked_thread() {
    let (done, wg) = (Atomic::new(0), WaitGroup::new());
    for _ in 0..QUEUED {
        let done = done.clone();
        wg.go("queued", move || {
            burn(us(100));
            done.add(1);
        });
    }
    let before = done.clone();
    wg.go("blocked", move || {
        syscall(ms(20)); // first in line: it stands in runnext
        let n = before.load();
        note("done_before_return", n);
        out!("系统调用返回时，排在后面的已跑完 {n} 个");
    });
    wg.wait();
}

fn run() {
    many_small_ones();
    blocked_thread();
}
