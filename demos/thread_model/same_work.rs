//! The same work four ways: a thread each, one worker, our scheduler, the crate `may`.
//!
//! Answers    thread-model-compare
//! Watch for  1  N:1 stands still while one call blocks   2  1:1 has as many threads as tasks
//!            3  M:N has few threads, and goes on while one of them is blocked
//!            4  memory and a round trip, measured on this machine
//! Try        --mutate n1-hands-off, --mutate pool, --mutate all-block, --mutate one-left
//! Go         runtime/proc.go entersyscall, handoffp (go1.27.3)
//! Differs    runs on real threads whatever the platform; no two runs give the same figures
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "thread-model/same-work",
    title: "同一组活，四种放到线程上的办法",
    setup: Setup { may: false, real: false, wall: true, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("四种都跑在这里的运行时、线程和 may 上，不是 Go；谁卡住谁是一样的，数字是这台机器的"),
    go: GoMatch::None("Go 只有 M:N 一种，不能和另外两种并排跑"),
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "N:1 里一次阻塞的系统调用会卡住全部任务",
            check: |s| {
                let (n1, threads) = (s.note("n1_meanwhile"), s.note("n1_threads"));
                Verdict::new(n1 == 0 && threads == 1, format!("{threads} 个线程，阻塞期间其余任务推进 {n1} 轮"))
            },
        },
        Claim {
            text: "1:1 的线程数等于任务数",
            check: |s| Verdict::eq("任务见到过的线程", s.note("one_threads"), TASKS as i64),
        },
        Claim {
            text: "M:N 的线程数远少于任务数",
            check: |s| {
                let (gmp, may) = (s.note("gmp_threads"), s.note("may_threads"));
                let few = TASKS as i64 / 4;
                Verdict::new(gmp <= few && may <= few, format!("{TASKS} 个任务：gmp {gmp} 个线程，may {may} 个"))
            },
        },
        Claim {
            text: "一次阻塞的系统调用只损失一个线程，别的任务照跑",
            check: |s| {
                let [one, gmp, may] = ["one_meanwhile", "gmp_meanwhile", "may_meanwhile"].map(|n| s.note(n));
                let text = format!("阻塞期间其余任务推进：1:1 {one} 轮，gmp {gmp} 轮（may 没有移交：{may} 轮）");
                Verdict::new(one > 0 && gmp > 0, text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "n1-hands-off", what: "N:1 的那次调用告诉调度器，让它换线程", breaks: &[0] },
        Mutation { name: "pool", what: "1:1 换成协程", breaks: &[1] },
        Mutation { name: "all-block", what: "每个任务都做一次阻塞的调用", breaks: &[2] },
        Mutation { name: "one-left", what: "M:N 只剩一个处理器，调用又不告诉调度器", breaks: &[3] },
    ],
    next: &[("人人都阻塞，M:N 也变成 1:1", "bagu demo run thread-model/same-work --mutate all-block")],
};

const TASKS: usize = 60;
const TRIPS: u32 = 300;
/// Tasks that wait at once while memory is looked at.
const WAITING: usize = 200;

fn run() {
    let told = Work { tasks: TASKS, blockers: 1, call: Call::Told, blocks_for: ms(10) };
    let hidden = Work { call: Call::Hidden, ..told };
    let swap = |on: &str, to: Model, model: Model| if mutated(on) { to } else { model };
    let many = if mutated("all-block") { Work { blockers: TASKS, blocks_for: ms(80), ..told } } else { told };
    let gmp = if mutated("one-left") { hidden } else { many };
    let ways = [
        ("1:1 线程", "one", swap("pool", Model::Gmp, Model::Threads), told),
        ("N:1 一个线程", "n1", Model::OneWorker, if mutated("n1-hands-off") { told } else { hidden }),
        ("M:N gmp", "gmp", swap("one-left", Model::OneWorker, Model::Gmp), gmp),
        ("M:N may", "may", Model::May, told),
    ];
    out!("{TASKS} 个任务，其中一个阻塞 10 ms");
    // Memory first: what later runs use again would not show. N:1 and gmp are one scheduler.
    let [threads, ours, may] = [Model::Threads, Model::Gmp, Model::May].map(|m| bytes_each(m, WAITING));
    let bytes = [threads, ours, ours, may];
    for ((name, key, model, work), bytes) in ways.into_iter().zip(bytes) {
        let took = same_work(model, work);
        let trip = round_trip_ns(model, TRIPS);
        note(&format!("{key}_threads"), took.threads as i64);
        note(&format!("{key}_meanwhile"), took.rounds_meanwhile as i64);
        out!(
            "{name}：线程 {}，阻塞期间其余任务推进 {} 轮，一来一回 {:.1} µs，每个等待的任务 {:.1} KB",
            took.threads,
            took.rounds_meanwhile,
            trip as f64 / 1000.0,
            bytes as f64 / 1024.0
        );
    }
}
