//! One of five tasks fails: started bare, the others stay behind; started as a group, nobody does.
//!
//! Answers    leak-prevention
//! Watch for  1  four left, stuck on a channel nobody reads   2  the group's Wait returns with nobody left, early
//! Try        --mutate room-for-all, --mutate no-wait
//! Go         golang.org/x/sync/errgroup; sync/waitgroup.go (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/structured",
    title: "中途失败：裸 go 与成组启动各留下几个",
    setup: Setup { real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "中途失败，裸 go 的写法留下其余任务",
            check: |s| {
                Verdict::eq("留下", s.notes("left")[0], TASKS - 1).and(Verdict::eq(
                    "停在 chan send 的",
                    s.leaked_for(WaitReason::ChanSend).len() as i64,
                    TASKS - 1,
                ))
            },
        },
        Claim {
            text: "成组启动的写法一个不留",
            check: |s| {
                let took = s.note("group_ms");
                Verdict::eq("Wait 返回时留下", s.notes("left")[1], 0)
                    .and(Verdict::new(took < WORK_MS, format!("每个要 {WORK_MS} ms，Wait 在 {took} ms 返回")))
            },
        },
    ],
    mutations: &[
        Mutation { name: "room-for-all", what: "错误 channel 装得下所有结果", breaks: &[0] },
        Mutation { name: "no-wait", what: "成组的写法也不等，看到第一个错误就走", breaks: &[1] },
        Mutation { name: "deaf-tasks", what: "成组的任务不看 ctx", breaks: &[1] },
    ],
    next: &[("任务不看 ctx，Wait 等多久", "bagu demo run leak/structured --mutate deaf-tasks")],
};

const TASKS: i64 = 5;
const WORK_MS: i64 = 50;

/// Works, unless told to stop; the second task fails early.
fn task(i: i64, stop: &Chan<()>) -> Result<(), Error> {
    if i == 2 {
        sleep(ms(2));
        return Err(error("任务 2 失败"));
    }
    select! {
        recv(after(ms(WORK_MS as u64))) -> _ => Ok(()),
        recv(stop) -> _ => Err(canceled()),
    }
}

/// Every task reports to a channel; the caller leaves at the first error.
fn bare() -> Option<Error> {
    let room = if mutated("room-for-all") { TASKS as usize } else { 0 };
    let results = chan::<Option<Error>>(room);
    for i in 1..=TASKS {
        let tx = results.clone();
        go("bare", move || tx.send(task(i, &Chan::nil()).err()));
    }
    (0..TASKS).find_map(|_| results.recv().flatten())
}

fn grouped() -> Option<Error> {
    let (group, ctx) = Group::with_context(&background());
    for i in 1..=TASKS {
        let stop = if mutated("deaf-tasks") { Chan::nil() } else { ctx.done() };
        group.go("grouped", move || {
            let result = task(i, &stop);
            if i != 2 && mutated("no-wait") {
                sleep(ms(1)); // its tidying up
            }
            result
        });
    }
    if mutated("no-wait") {
        ctx.done().recv();
        return cause(&ctx);
    }
    group.wait()
}

fn show(name: &str, before: usize, err: Option<Error>) {
    let left = num_goroutine() - before;
    note("left", left as i64);
    out!("{name}：{}，留下 {left} 个", err.map_or_else(|| "没有错误".to_owned(), |e| e.to_string()));
}

fn run() {
    let before = num_goroutine();
    let err = bare();
    sleep(ms(2 * WORK_MS as u64)); // all the time in the world
    show("裸 go", before, err);

    let (before, start) = (num_goroutine(), now());
    let err = grouped();
    note("group_ms", (now() - start).as_millis() as i64);
    show("成组启动", before, err);
}
