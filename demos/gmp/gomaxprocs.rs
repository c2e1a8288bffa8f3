//! GOMAXPROCS: how many run Go code at once, what does not count, how the default comes about, and
//! what changing it costs.
//!
//! Answers    gmp-gomaxprocs
//! Watch for  1  with 3 processors three at once, with 1 one   2  who is in a blocking call takes no
//!            place   3  0.5, 1.5 and 2.2 CPUs of quota give 2, 2 and 3   4  each change stops the world
//! Try        --mutate ask-only, --mutate syscall-keeps-p, --mutate round-down
//! Go         runtime/debug.go GOMAXPROCS, runtime/cgroup_linux.go adjustCgroupGOMAXPROCS (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/gomaxprocs",
    title: "GOMAXPROCS：限制什么、默认多少、改一次的代价",
    setup: Setup { may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("P 的增减真的发生；配额到默认值的换算是照 adjustCgroupGOMAXPROCS 写的一个函数"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "GOMAXPROCS 限制的是同时执行 Go 代码的 goroutine 数",
            check: |s| {
                let (three, one) = (at_once(s, 3), at_once(s, 1));
                Verdict::eq("P 为 3 和 1 时同时在跑的最多个数", (three, one), (3, 1))
            },
        },
        Claim {
            text: "阻塞在系统调用里的线程不占名额",
            check: |s| Verdict::eq("一个卡在调用里、P 只有 1 个时，另一个跑完了（1 是）", s.note("ran_meanwhile"), 1),
        },
        Claim {
            text: "配额向上取整、最低为 2",
            check: |s| Verdict::eq("8 核，配额 0.5、1.5、2.2、没有", s.notes("default"), vec![2, 2, 3, 8]),
        },
        Claim {
            text: "运行时改 GOMAXPROCS 要停世界",
            check: |s| {
                let kinds = |k: Kind| s.recording.of(k).map(|(i, _)| i).collect::<Vec<_>>();
                let (stop, count, go) = (kinds(Kind::StwStart), kinds(Kind::ProcCount), kinds(Kind::StwEnd));
                let inside = stop.iter().zip(&count).zip(&go).all(|((a, b), c)| a < b && b < c);
                let text = format!("改了 {} 次，停世界 {} 次，都在停着的时候改：{inside}", count.len(), stop.len());
                Verdict::new(stop.len() == 2 && count.len() == 2 && inside, text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "ask-only", what: "GOMAXPROCS(0)：只问不改", breaks: &[0, 3] },
        Mutation { name: "syscall-keeps-p", what: "P 跟着线程卡在调用里", breaks: &[1] },
        Mutation { name: "round-down", what: "配额向下取整，不设最低", breaks: &[2] },
    ],
    next: &[("P 跟着线程卡住会怎样", "bagu demo run gmp/gomaxprocs --mutate syscall-keeps-p")],
};

/// Most goroutines running at once between the change to `procs` and the next change.
fn at_once(s: &Seen, procs: u32) -> usize {
    let (mut running, mut most, mut inside) = (vec![], 0, false);
    for e in &s.recording.events {
        match e.kind {
            Kind::ProcCount => inside = e.a == procs,
            Kind::GoStart => running.push(e.g),
            Kind::GoPark | Kind::GoYield | Kind::GoEnd | Kind::SyscallEnter => running.retain(|g| *g != e.g),
            _ => {}
        }
        if inside {
            most = most.max(running.len());
        }
    }
    most
}

/// The default for a quota in thousandths of a CPU.
fn default_procs(cpus: u32, quota: Option<u32>) -> u32 {
    let Some(quota) = quota else { return cpus };
    let limit = if mutated("round-down") { quota / 1000 } else { quota.div_ceil(1000).max(2) };
    limit.min(cpus)
}

fn set(n: u16) -> u16 {
    gomaxprocs(if mutated("ask-only") { 0 } else { n })
}

fn busy(wg: &WaitGroup) {
    for _ in 0..5 {
        wg.go("busy", || (0..4).for_each(|_| burn(us(200))));
    }
    wg.wait();
}

fn run() {
    for quota in [Some(500), Some(1500), Some(2200), None] {
        let n = default_procs(8, quota);
        note("default", i64::from(n));
        out!("8 核，配额 {} 千分之一核：默认 {n}", quota.unwrap_or(0));
    }
    let wg = WaitGroup::new();
    out!("改成 1，原来是 {}", set(1));
    busy(&wg);
    let ran = Atomic::new(0);
    let flag = ran.clone();
    wg.go("other", move || flag.store(1));
    syscall(ms(2));
    note("ran_meanwhile", ran.load());
    out!("卡在调用里的时候，另一个跑完了： {}", ran.load() == 1);
    wg.wait();
    out!("改成 3，原来是 {}", set(3));
    busy(&wg);
}
