//! What the monitor does, and when: it takes processors from stuck calls and asks long runners to give way.
//!
//! Answers    gmp-sysmon
//! Watch for  1  work waits: the processor is taken after one look, 20 µs   2  nobody needs it: only
//!            after 10 ms   3  asked to give way after 10 ms of one slice, never before   4  fifty looks
//!            20 µs apart, then each sleep twice as long, up to 10 ms
//! Try        --mutate no-sysmon, --mutate no-preempt, --mutate one-p
//! Go         runtime/proc.go sysmon, retake, forcePreemptNS (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/sysmon",
    title: "sysmon：什么时候夺走 P，什么时候请求抢占",
    setup: Setup { may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("虚拟平台上没有单独的监控线程：它的睡眠由 P 的忙闲算出、记进录像，它的门槛（一个 tick 20µs、10ms）在调用和计算里生效"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "过了一个 tick，就夺走",
            check: |s| {
                let lasted = retaken(s, "busy_from", "busy_to");
                let ok = lasted.len() == 1 && (20_000..10_000_000).contains(&lasted[0]);
                Verdict::new(ok, format!("有活在等：调用进行到 {:?} µs 时夺走", us_of(&lasted)))
            },
        },
        Claim {
            text: "没别的活可干时宽限到 10ms",
            check: |s| {
                let lasted = retaken(s, "idle_from", "idle_to");
                let ok = lasted.len() == 1 && lasted[0] >= 10_000_000;
                Verdict::new(ok, format!("没有别的活：调用进行到 {:?} µs 时夺走", us_of(&lasted)))
            },
        },
        Claim {
            text: "同一时间片跑满 10ms 才会被要求让出",
            check: |s| {
                let asked = |name: &str| -> Vec<u64> {
                    let g = s.gid(name);
                    s.recording.of(Kind::PreemptAsk).filter(|(_, e)| e.a == g).map(|(_, e)| e.b).collect()
                };
                let (long, short) = (asked("long"), asked("short"));
                let ok = !long.is_empty() && long.iter().all(|ns| *ns >= 10_000_000) && short.is_empty();
                Verdict::new(ok, format!("算 25ms 的在 {:?} µs 时被要求，算 4ms 的 {} 次", us_of(&long), short.len()))
            },
        },
        Claim {
            text: "没事可做时 sysmon 的睡眠从 20µs 翻倍退避到 10ms",
            check: |s| {
                let from = s.note("quiet_from") as u64;
                let quiet = from..s.note("quiet_to") as u64;
                let naps: Vec<(u64, u64)> = s
                    .recording
                    .of(Kind::Sysmon)
                    .filter(|(_, e)| quiet.contains(&e.time))
                    .map(|(_, e)| ((e.time - from) / 1000, u64::from(e.a)))
                    .collect();
                let doubles = naps.windows(2).all(|w| w[1].1 == (2 * w[0].1).min(10_000) && w[1].0 - w[0].0 == w[0].1);
                let first = naps.first().copied().unwrap_or_default();
                let ok = doubles && first.1 == 40 && first.0 >= 50 * 20 && naps.last().is_some_and(|n| n.1 == 10_000);
                let told: Vec<String> = naps.iter().map(|(at, nap)| format!("{at}µs 起睡 {nap}")).collect();
                Verdict::new(ok, format!("开头每 20µs 一轮；{}", told.join("，")))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-sysmon", what: "没有监控线程", breaks: &[0, 1, 2, 3] },
        Mutation { name: "no-preempt", what: "没有人请求抢占", breaks: &[2] },
        Mutation { name: "one-p", what: "只有一个 P，没有别人可以顶上", breaks: &[1] },
    ],
    next: &[("没有 sysmon 会怎样", "bagu demo run gmp/sysmon --mutate no-sysmon")],
};

fn us_of(ns: &[u64]) -> Vec<u64> {
    ns.iter().map(|t| t / 1000).collect()
}

/// How long the calls had lasted whose processor was taken between two noted times.
fn retaken(s: &Seen, from: &str, to: &str) -> Vec<u64> {
    let span = s.note(from) as u64..s.note(to) as u64;
    s.recording.of(Kind::Retake).filter(|(_, e)| e.why == 1 && span.contains(&e.time)).map(|(_, e)| e.b).collect()
}

fn call(length: u64, with_work: bool, names: [&str; 2]) -> bool {
    let ran = Atomic::new(0);
    let flag = ran.clone();
    note(names[0], now().0 as i64);
    if with_work {
        go("other", move || flag.store(1));
    }
    syscall(ms(length));
    note(names[1], now().0 as i64);
    ran.load() == 1
}

fn run() {
    if mutated("one-p") {
        gomaxprocs(1);
    }
    // Nobody is in a call and nobody computes for longer than a slice: the monitor finds nothing to do.
    note("quiet_from", now().0 as i64);
    burn(ms(30));
    note("quiet_to", now().0 as i64);
    call(15, false, ["idle_from", "idle_to"]);
    out!("没有别的活：15ms 的调用结束");
    gomaxprocs(1);
    let ran = call(3, true, ["busy_from", "busy_to"]);
    out!("有活在等：3ms 的调用期间别的 goroutine 运行了： {ran}");
    let over = Atomic::new(0);
    let done = over.clone();
    go("short", || burn(ms(4)));
    go("long", move || {
        tight(ms(25));
        done.store(1);
    });
    gosched();
    out!("算 25ms 的没跑完，main 就得到了运行： {}", over.load() == 0);
    while over.load() == 0 {
        sleep(ms(5));
    }
}
