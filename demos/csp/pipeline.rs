//! A pipeline, 200 goroutines that wait, and one cancel: the parts of Go's concurrency in one program.
//!
//! Answers    csp-go-concurrency
//! Watch for  1  200 goroutines wait, the number of threads stays small   2  one cancel ends them all
//!            3  four times 5 ms of computing on two processors take at least 10 ms
//! Try        --procs 4, --mutate poll, --mutate ctx-no-propagate
//! Go         runtime/proc.go gopark, context/context.go propagateCancel (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "csp/pipeline",
    title: "流水线、200 个等待者与一次取消",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "阻塞在 channel 上的 goroutine 不占线程",
            check: |s| {
                let (parked, threads) = (s.note("parked"), s.note("threads"));
                Verdict::new(
                    parked == WAITERS && threads < 10,
                    format!("挂起 {parked} 个 goroutine，线程 {threads} 个"),
                )
            },
        },
        Claim {
            text: "取消之后所有 goroutine 都退出",
            check: |s| Verdict::eq("取消后还在的 goroutine（只有 main）", s.note("left"), 1),
        },
        Claim {
            text: "同时执行的 goroutine 数不超过 GOMAXPROCS",
            check: |s| {
                let (took, procs) = (s.note("burn_us"), s.note("procs"));
                Verdict::new(took * procs >= 20_000, format!("4 段各 5000 µs 的计算，{procs} 个处理器用了 {took} µs"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "poll", what: "等待者改成睡眠轮询，不再挂在 channel 上", breaks: &[0] },
        Mutation { name: "ctx-no-propagate", what: "取消不再传给子 context", breaks: &[1] },
        Mutation { name: "sleep-instead", what: "把计算换成睡眠，不占处理器", breaks: &[2] },
    ],
    next: &[
        ("四个处理器", "bagu demo run csp/pipeline --procs 4"),
        ("select 怎样同时等几路", "bagu demo run select/one-of"),
    ],
};

const WAITERS: i64 = 200;

fn run() {
    let (jobs, squares) = (named("jobs", 0), named("squares", 0));
    let output = jobs.clone();
    go("producer", move || {
        for i in 1..=5 {
            output.send(i);
        }
        output.close();
    });
    let output = squares.clone();
    go("squarer", move || {
        for v in &jobs {
            output.send(v * v);
        }
        output.close();
    });
    let mut sum = 0;
    for v in &squares {
        sum += v;
    }
    out!("汇总 {sum}");

    let wg = WaitGroup::new();
    let start = now();
    for _ in 0..4 {
        let idle = mutated("sleep-instead");
        wg.go("computer", move || if idle { sleep(ms(5)) } else { burn(ms(5)) });
    }
    wg.wait();
    note("burn_us", (now() - start).as_micros() as i64);
    note("procs", i64::from(procs()));

    let (parent, cancel) = with_cancel(&background());
    let (ctx, _stop) = with_cancel(&parent);
    let never = named::<i32>("never", 0);
    for _ in 0..WAITERS {
        let (ctx, never) = (ctx.clone(), never.clone());
        go("waiter", move || wait(&ctx, &never));
    }
    let mut parked = 0;
    for _ in 0..20 {
        sleep(ms(5));
        parked = goroutines().iter().filter(|g| g.reason == Some(WaitReason::Select)).count() as i64;
        if parked == WAITERS {
            break;
        }
    }
    note("parked", parked);
    note("threads", threads() as i64);
    out!("阻塞中的 goroutine 超过 200： {}", num_goroutine() >= 201);
    cancel.call();
    sleep(ms(20));
    note("left", num_goroutine() as i64);
    out!("取消后剩下 {}", num_goroutine());
}

fn wait(ctx: &Ctx, never: &Chan<i32>) {
    let done = ctx.done();
    if mutated("poll") {
        while ctx.err().is_none() {
            sleep(ms(2));
        }
        return;
    }
    select! {
        recv(never) -> _v => {}
        recv(done) -> _v => {}
    }
}
