//! The number of processors changes: the world stops, the queues move, nobody is lost.
//!
//! Answers    gmp-p-lifecycle
//! Watch for  1  stop, change, go on   2  what stood in the queues of the retired processors runs
//!            3  after a long rest there are as many processors as before
//! Try        --mutate same-number, --mutate shrink-only
//! Go         runtime/proc.go procresize, (*p).destroy, pidleput; runtime/debug.go GOMAXPROCS (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/p-life",
    title: "四个 P 变一个再变四个：停世界，队列搬家，一个不丢",
    setup: Setup { procs: 4, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "改 P 的个数要先停世界",
            check: |s| {
                let steps = |e: &Event| match e.kind {
                    Kind::StwStart => Some("停"),
                    Kind::ProcCount => Some("改"),
                    Kind::StwEnd => Some("开"),
                    _ => None,
                };
                let from = s.note("resize_from") as u64;
                let seen: Vec<&str> = s.recording.events.iter().filter(|e| e.time >= from).filter_map(steps).collect();
                Verdict::eq("两次调整", seen.join(""), "停改开停改开".to_owned())
            },
        },
        Claim {
            text: "缩容后原 P 队列里的 goroutine 都进全局队列，一个不丢",
            check: |s| {
                let at = s.recording.of(Kind::ProcCount).find(|(_, e)| e.a == 1).map_or(0, |(at, _)| at);
                let from =
                    s.recording.of(Kind::StwStart).map(|(seq, _)| seq).filter(|seq| *seq < at).last().unwrap_or(0);
                let to = s.recording.of(Kind::StwEnd).map(|(seq, _)| seq).find(|seq| *seq > at).unwrap_or(0);
                let puts = s.recording.of(Kind::GlobalPut).filter(|(seq, _)| (from..to).contains(seq));
                let moved: u32 = puts.map(|(_, e)| e.a).sum();
                let done = s.note("done");
                Verdict::new(
                    moved > 0 && done == s.note("started"),
                    format!("搬进全局队列 {moved} 个，最后完成 {done} 个"),
                )
            },
        },
        Claim {
            text: "空闲再久的 P 也不会被回收",
            check: |s| {
                let (rest, after) = (s.note("rest_ms"), s.note("ps_after_rest"));
                Verdict::new(rest >= 50 && after == 4, format!("空闲 {rest} ms 之后，P 有 {after} 个"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "same-number", what: "每次都传现在的个数", breaks: &[0, 1] },
        Mutation { name: "shrink-only", what: "缩容之后不再扩回去", breaks: &[0, 2] },
    ],
    next: &[("传现在的个数，什么也不发生", "bagu demo run gmp/p-life --mutate same-number")],
};

/// Goroutines on each processor leave others behind in their queues.
fn fill(wg: &WaitGroup, done: &Atomic) {
    let ready = Atomic::new(0);
    for _ in 0..4 {
        let (inner, done, ready) = (wg.clone(), done.clone(), ready.clone());
        wg.go("maker", move || {
            for _ in 0..20 {
                let done = done.clone();
                inner.go("task", move || {
                    burn(us(50));
                    done.add(1);
                });
            }
            ready.add(1);
            burn(ms(1));
            done.add(1);
        });
    }
    // Main keeps its processor; the makers get going on the others.
    for _ in 0..500 {
        if ready.load() >= 2 {
            break;
        }
        burn(us(20));
    }
}

fn resize(n: u16) -> u16 {
    let old = if mutated("same-number") { gomaxprocs(gomaxprocs(0)) } else { gomaxprocs(n) };
    out!("GOMAXPROCS 原来是 {old}，现在是 {}", gomaxprocs(0));
    old
}

fn run() {
    let (wg, done) = (WaitGroup::new(), Atomic::new(0));
    note("started", 4 * 21);
    fill(&wg, &done);
    note("resize_from", now().0 as i64);
    resize(1);
    wg.wait();
    note("done", done.load());
    out!("{} 个都做完了，一个不少", done.load());
    if !mutated("shrink-only") {
        resize(4);
    }
    let start = now();
    sleep(ms(60));
    note("rest_ms", (now() - start).as_millis() as i64);
    note("ps_after_rest", i64::from(gomaxprocs(0)));
    out!("空闲很久之后，P 有 {} 个", gomaxprocs(0));
}
