//! Hundreds of parked goroutines on a handful of threads; records that are used again.
//!
//! Answers    goroutine-what, goroutine-vs-thread
//! Watch for  1  three hundred wait, no thread is made for them   2  the next goroutine gets the record of one
//!            that has ended   3  the creator ends first, its creature goes on
//! Try        --mutate wait-in-syscall, --mutate no-g-reuse, --mutate tied-to-creator
//! Go         runtime/proc.go newproc1, gfget, gdestroy (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "goroutine/light",
    title: "几百个挂起的 goroutine，几个线程",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "挂起的 goroutine 不占线程",
            check: |s| {
                let (few, many) = (s.note("threads_1"), s.note("threads_300"));
                Verdict::new(many - few <= 1, format!("1 个挂起时 {few} 个线程，{MANY} 个挂起时 {many} 个"))
            },
        },
        Claim {
            text: "结束后的 g 会被复用",
            check: |s| {
                let (used, made) = (s.note("records_used_again"), s.note("made"));
                Verdict::new(used >= made - 2, format!("先后起了 {made} 个，用旧 g 的 {used} 个"))
            },
        },
        Claim {
            text: "创建者退出不会终止被创建者",
            check: |s| Verdict::eq("先后", s.lines()[2], "创建者先退出，被创建者照样做完"),
        },
    ],
    mutations: &[
        Mutation { name: "wait-in-syscall", what: "不等 channel，改成陷在阻塞系统调用里", breaks: &[0] },
        Mutation { name: "no-g-reuse", what: "g 从不复用", breaks: &[1] },
        Mutation { name: "tied-to-creator", what: "创建者退出时叫它一起退出", breaks: &[2] },
    ],
    next: &[("等 channel 与陷在系统调用里", "bagu demo run goroutine/vs-thread")],
};

const MANY: usize = 300;

/// Threads of a run in which `n` goroutines wait.
fn threads_with(n: usize) -> i64 {
    let seen = case("parked", move || {
        let (gate, wg) = (chan::<()>(0), WaitGroup::new());
        for _ in 0..n {
            let rx = gate.clone();
            wg.go("parked", move || {
                if mutated("wait-in-syscall") {
                    syscall(ms(1));
                } else {
                    rx.recv();
                }
            });
        }
        sleep(ms(2));
        gate.close();
        wg.wait();
    });
    seen.threads as i64
}

fn used_again() {
    let seen = case("one after the other", || {
        gomaxprocs(1); // every processor has free records of its own
        for _ in 0..50 {
            let wg = WaitGroup::new();
            wg.go("short-lived", || {});
            wg.wait();
        }
    });
    let made: Vec<u8> = seen.recording.of(Kind::GoCreate).filter(|(_, e)| e.g != 0).map(|(_, e)| e.why).collect();
    note("made", made.len() as i64);
    note("records_used_again", made.iter().filter(|why| **why != 0).count() as i64);
}

fn creator_first() -> &'static str {
    let (creator_gone, report) = (chan::<()>(0), chan::<&'static str>(1));
    let (gone, tx) = (creator_gone.clone(), report.clone());
    go("creator", move || {
        func(|d| {
            d.defer(move || creator_gone.close());
            go("creature", move || {
                gone.recv();
                if mutated("tied-to-creator") {
                    tx.send("被创建者跟着退出");
                    goexit();
                }
                sleep(ms(1));
                tx.send("创建者先退出，被创建者照样做完");
            });
        });
    });
    report.recv().unwrap_or_default()
}

fn run() {
    let few = threads_with(1);
    let many = threads_with(MANY);
    note("threads_1", few);
    note("threads_300", many);
    let grown = if many - few <= 5 { "没有跟着涨" } else { "跟着涨" };
    out!("{MANY} 个 goroutine 挂起：线程{grown}");
    used_again();
    out!("全部唤醒之后，剩下 {} 个 goroutine", num_goroutine());
    out!("{}", creator_first());
}
