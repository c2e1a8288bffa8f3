//! The limit on threads: too many blocking calls end the program, a semaphore saves it, foreign threads do
//! not count.
//!
//! Answers    gmp-thread-count
//! Watch for  1  forty calls, a limit of twenty: the process dies, deferred functions do not run   2  four
//!            calls at a time: it lives   3  forty foreign threads in callbacks: it lives
//! Try        --mutate no-limit, --mutate no-semaphore, --mutate own-threads
//! Go         runtime/proc.go checkmcount; runtime/debug/garbage.go SetMaxThreads (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/thread-limit",
    title: "线程数上限：超了整个进程崩溃，信号量能救，C 线程不算",
    setup: Setup { may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("三个程序各自运行一遍，代替 Go 的三个子进程；上限从 10000 调到 20"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "recover 接不住",
            check: |s| {
                let told = s.printed("runtime: program exceeds 20-thread limit") && s.printed("fatal error: thread exhaustion");
                Verdict::new(told, format!("打印了那两行 = {told}"))
                    .and(Verdict::eq("defer 运行了几次", s.note("deferred"), 0))
                    .and(Verdict::eq("正常结束了几次", s.note("calls_ok"), 0))
            },
        },
        Claim {
            text: "要限流就在自己的代码里用信号量",
            check: |s| {
                Verdict::eq("同样 40 个调用、每次最多 4 个，正常结束", s.note("limited_ok"), 1)
                    .and(Verdict::new(s.note("limited_threads") < LIMIT, format!("线程最多 {}", s.note("limited_threads"))))
            },
        },
        Claim {
            text: "extra M 不计入这个上限",
            check: |s| {
                Verdict::eq("40 个 C 线程都在回调里，正常结束", s.note("foreign_ok"), 1)
                    .and(Verdict::new(s.note("foreign_threads") > LIMIT, format!("线程最多 {}", s.note("foreign_threads"))))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-limit", what: "不改上限，仍是 10000", breaks: &[0] },
        Mutation { name: "no-semaphore", what: "不用信号量", breaks: &[1] },
        Mutation { name: "own-threads", what: "换成 goroutine 自己的阻塞调用", breaks: &[2] },
    ],
    next: &[("不用信号量会怎样", "bagu demo run gmp/thread-limit --mutate no-semaphore")],
};

const LIMIT: i64 = 20;
const CALLS: i64 = 40;

/// Forty blocking calls, at most `at_once` of them at the same time.
fn calls(at_once: i64) {
    let (wg, slots) = (WaitGroup::new(), Semaphore::new(at_once as usize));
    for _ in 0..CALLS {
        let slots = slots.clone();
        wg.go("blocked", move || {
            slots.acquire();
            syscall(ms(50));
            slots.release();
        });
    }
    wg.wait();
}

/// Forty threads of C, all of them in a callback that waits.
fn callbacks() {
    let (gate, done) = (chan::<()>(0), chan::<()>(0));
    for _ in 0..CALLS {
        let (gate, done) = (gate.clone(), done.clone());
        foreign_thread(move |c| {
            c.call(|| {
                gate.recv();
                done.send(());
            });
        });
    }
    sleep(ms(50));
    gate.close();
    (0..CALLS).for_each(|_| _ = done.recv());
}

fn too_many() {
    func(|d| {
        d.defer(|| out!("defer 运行了"));
        d.defer(|| drop(recover()));
        if !mutated("no-limit") {
            set_max_threads(LIMIT as usize);
        }
        calls(CALLS);
    });
}

fn run() {
    let seen = case("太多", too_many);
    note("calls_ok", i64::from(seen.end == End::Ok));
    note("deferred", seen.out.len() as i64);
    if let End::Fatal(text) = &seen.end {
        text.lines().for_each(|l| out!("{l}"));
    }
    out!("defer 运行了： {}", seen.printed("defer"));
    let seen = case("信号量", || {
        set_max_threads(LIMIT as usize);
        calls(if mutated("no-semaphore") { CALLS } else { 4 });
    });
    note("limited_ok", i64::from(seen.end == End::Ok));
    note("limited_threads", seen.threads as i64);
    out!("每次最多 4 个，{CALLS} 个调用都返回了： {}", seen.end == End::Ok);
    let seen = case("C 线程", || {
        set_max_threads(LIMIT as usize);
        if mutated("own-threads") { calls(CALLS) } else { callbacks() }
    });
    note("foreign_ok", i64::from(seen.end == End::Ok));
    note("foreign_threads", seen.threads as i64);
    out!("{CALLS} 个 C 线程同时在回调里等，都返回了： {}", seen.end == End::Ok);
}
