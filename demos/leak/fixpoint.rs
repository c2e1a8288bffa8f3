//! Leak detection as a fixed point: who can be woken by somebody who can run, or by one of those, and so on.
//!
//! Answers    leak-goroutineleak-profile
//! Watch for  1  w1 and w4 are promoted first, w2 only after w1   2  w3 and w5 are left: leaked
//!            3  nobody is ended by it
//! Try        --mutate one-round, --mutate main-has-c, --mutate ends-them
//! Go         runtime/mgc.go findMaybeRunnableGoroutines, findGoroutineLeaks (go1.27.3)
//! Differs    who holds what is written down by hand; the wait states are the runtime's own
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/fixpoint",
    title: "泄漏检测：一轮轮升级，直到不动点",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model(
        "谁引用着哪个 channel 由程序自己登记，代替标记堆；谁在等，问的是运行时。Go 对照用真正的 goroutineleak 剖析",
    ),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "被等的对象够得着，就把等它的 goroutine 也当作根，再标记一轮",
            check: |s| Verdict::eq("各轮升级的个数", s.notes("promoted"), vec![2, 1]),
        },
        Claim {
            text: "不动点之后剩下的判为泄漏",
            check: |s| Verdict::eq("判为泄漏", s.lines()[0], "判为泄漏：w3、w5"),
        },
        Claim {
            text: "检测前后 goroutine 数不变",
            check: |s| Verdict::eq("检测前、后", (s.note("before"), s.note("after")), (6, 6)),
        },
    ],
    mutations: &[
        Mutation { name: "one-round", what: "只升级一轮就下结论", breaks: &[0, 1] },
        Mutation { name: "main-has-c", what: "main 也拿着 c", breaks: &[0, 1] },
        Mutation { name: "ends-them", what: "判为泄漏的就让它结束", breaks: &[2] },
    ],
    next: &[("普通 GC 为什么收不走", "bagu demo run leak/roots")],
};

/// Waiter, the channel it waits for (none: `select {}`), the channel it holds besides.
type Waiter = (&'static str, Option<&'static str>, Option<&'static str>);
const WAITERS: [Waiter; 5] = [
    ("w1", Some("a"), Some("b")),
    ("w2", Some("b"), None),
    ("w3", Some("c"), None),
    ("w4", Some("d"), None),
    ("w5", None, None),
];

/// Starts the five. With `ends-them`, w3 has a way out.
fn start(way_out: &Chan<()>) {
    for (name, waits_for, _) in WAITERS {
        let (ch, out) = (chan::<()>(0), way_out.clone());
        go(name, move || match waits_for {
            None => select_forever(),
            Some("c") if mutated("ends-them") => {
                select! {
                    recv(ch) -> _ => {}
                    recv(out) -> _ => {}
                }
            }
            Some(_) => _ = ch.recv(),
        });
    }
}

/// Goroutines that nobody can wake, by promoting in rounds those that somebody can.
fn detect(blocked: &[String]) -> Vec<&'static str> {
    let mut reached = vec!["a", "d"]; // held by main, which runs, and by a global variable
    if mutated("main-has-c") {
        reached.push("c");
    }
    let mut left: Vec<Waiter> = WAITERS.into_iter().filter(|(name, ..)| blocked.iter().any(|b| b == name)).collect();
    loop {
        let can_wake = |waits_for: Option<&str>| waits_for.is_some_and(|ch| reached.contains(&ch));
        let (promoted, still): (Vec<Waiter>, Vec<Waiter>) = left.iter().copied().partition(|(_, ch, _)| can_wake(*ch));
        if promoted.is_empty() {
            break;
        }
        note("promoted", promoted.len() as i64);
        reached.extend(promoted.iter().filter_map(|(.., held)| *held));
        left = still;
        if mutated("one-round") {
            break;
        }
    }
    left.iter().map(|(name, ..)| *name).collect()
}

fn run() {
    let way_out = chan::<()>(0);
    start(&way_out);
    sleep(ms(5));
    let blocked: Vec<String> = goroutines().into_iter().filter(|g| g.reason.is_some()).map(|g| g.name).collect();
    note("before", num_goroutine() as i64);
    let leaked = detect(&blocked);
    out!("判为泄漏：{}", leaked.join("、"));
    if mutated("ends-them") {
        way_out.close();
        sleep(ms(5));
    }
    note("after", num_goroutine() as i64);
    out!("goroutine 数：检测前 {} 个，检测后 {} 个", blocked.len() + 1, num_goroutine());
}
