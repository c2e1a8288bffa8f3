//! With and without cgo: deadlock detection, and what a name lookup costs.
//!
//! Answers    cgo-build-deploy
//! Watch for  1  all asleep: reported at once   2  one thread that does not count as idle, and nothing
//!            is reported while it lasts   3  ten lookups through the C library, ten threads
//! Try        --mutate no-deadlock-check, --mutate no-thread, --mutate netgo
//! Go         runtime/proc.go checkdead; net/lookup_unix.go, net/rlimit_unix.go (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "cgo/build-deploy",
    title: "开不开 cgo：死锁检测与域名解析",
    setup: Setup { may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("cgo 备用的 extra M 永远不算空闲；这里用一个卡在调用里 20ms 的线程代替它，libc 的解析用阻塞的调用代替"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "纯 Go 构建的程序全体阻塞时会报死锁",
            check: |s| Verdict::eq("全体阻塞的程序报了死锁（1 是）", s.note("pure_deadlock"), 1),
        },
        Claim {
            text: "只要有一个线程不算空闲，死锁检测就不会报",
            check: |s| {
                let us = s.note("silent_us");
                Verdict::new(us >= 20_000, format!("有一个线程卡着，{us} µs 之后才报"))
            },
        },
        Claim {
            text: "cgo 的域名解析一次占一个线程",
            check: |s| {
                let (c, go) = (s.note("by_libc"), s.note("by_go"));
                let text = format!("{LOOKUPS} 个查询：走 libc 多了 {c} 个线程，走 Go 多了 {go} 个");
                Verdict::new(c >= LOOKUPS as i64 - 2 && go <= 1, text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-deadlock-check", what: "不做死锁检测", breaks: &[0] },
        Mutation { name: "no-thread", what: "没有那个卡着的线程", breaks: &[1] },
        Mutation { name: "netgo", what: "都走 Go 的解析器", breaks: &[2] },
    ],
    next: &[("用 netgo 构建", "bagu demo run cgo/build-deploy --mutate netgo")],
};

const LOOKUPS: usize = 10;

fn deadlocked(seen: &Seen) -> bool {
    matches!(&seen.end, End::Deadlock(text) if text.contains("all goroutines are asleep"))
}

fn all_asleep(with_thread: bool) -> Seen {
    case("asleep", move || {
        if with_thread {
            go("thread", || syscall(ms(20)));
        }
        chan::<i64>(0).recv();
    })
}

/// Threads that so many lookups at once add.
fn lookups(through_libc: bool) -> i64 {
    let (Ok(listener), mut conns) = (listen(), vec![]) else { return -1 };
    let before = threads() as i64;
    for _ in 0..LOOKUPS {
        let (Ok(near), Ok(far)) = (dial(&listener.addr()), listener.accept()) else { continue };
        conns.push(near);
        go("lookup", move || {
            if through_libc {
                syscall(ms(3));
            } else {
                _ = far.read(&mut [0]);
            }
        });
    }
    sleep(ms(1));
    let more = threads() as i64 - before;
    sleep(ms(3));
    more
}

fn run() {
    let pure = all_asleep(false);
    note("pure_deadlock", i64::from(deadlocked(&pure)));
    out!("全体阻塞，报死锁： {}", deadlocked(&pure));
    let stuck = all_asleep(!mutated("no-thread"));
    note("silent_us", (stuck.elapsed_ns / 1000) as i64);
    out!("有一个线程卡着，20ms 之后才报： {}", stuck.elapsed_ns >= 20_000_000);
    let by_go = lookups(false);
    let by_libc = lookups(!mutated("netgo"));
    note("by_libc", by_libc);
    note("by_go", by_go);
    out!("{LOOKUPS} 个查询：走 libc 多占 8 个以上线程 {}，走 Go 不多占 {}", by_libc >= 8, by_go <= 1);
}
