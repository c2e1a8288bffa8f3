//! One unbuffered receive in main, then three ways to go on.
//!
//! Answers    channel-example-unbuf-buf-output
//! Watch for  1  main returns: the end, no complaint   2  main sleeps: one sender stuck on a full ring
//!            3  main receives again: everybody waits, deadlock
//! Try        --mutate no-deadlock-check
//! Go         runtime/proc.go main, checkdead (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/main-exits",
    title: "main 收一次之后：返回、睡觉、再收一次",
    setup: Setup { procs: 2, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "main 返回后进程立即结束，不会报死锁",
            check: |s| Verdict::eq("第一种结局正常", s.notes("ended_ok")[0], 1),
        },
        Claim {
            text: "容量 2 的缓冲收下 2 与 3，第三次发送 4 因缓冲已满而挂起",
            check: |s| {
                Verdict::eq("停在 chan send 的 goroutine", s.note("stuck"), 1).and(Verdict::eq(
                    "缓冲里的个数",
                    s.note("buffered"),
                    2,
                ))
            },
        },
        Claim {
            text: "main 再收一次，两边都在等，运行时报死锁",
            check: |s| Verdict::eq("报死锁", s.note("deadlock"), 1),
        },
    ],
    mutations: &[
        Mutation { name: "main-waits", what: "main 返回之前等子协程做完", breaks: &[0] },
        Mutation { name: "bigger-buffer", what: "缓冲容量改成 3，等于发送次数", breaks: &[1] },
        Mutation { name: "no-deadlock-check", what: "运行时不检查死锁", breaks: &[2] },
    ],
    next: &[("关闭与不关闭", "bagu demo run channel/close-or-leak")],
};

/// The sender, and main's first receive. The third channel says that the sender is done.
fn start() -> (Chan<i64>, Chan<i64>, Chan<()>) {
    let size = if mutated("bigger-buffer") { 3 } else { 2 };
    let (unbuf, buf, done) = (named("unbuf", 0), named("buf", size), chan::<()>(1));
    let (u, b, d) = (unbuf.clone(), buf.clone(), done.clone());
    go("sender", move || {
        u.send(1);
        for v in 2..=4 {
            b.send(v);
        }
        d.send(());
    });
    unbuf.recv();
    (unbuf, buf, done)
}

fn run() {
    let returns = case("main 直接返回", || {
        let (_, _, done) = start();
        if mutated("main-waits") {
            done.recv();
        }
    });
    note("ended_ok", i64::from(returns.end == End::Ok));
    out!("main 直接返回：{}", if returns.end == End::Ok { "正常结束" } else { "死锁" });

    let sleeps = case("main 睡一会儿", || {
        let (_, buf, _) = start();
        sleep(ms(2));
        note("buffered", buf.len() as i64);
    });
    let stuck = sleeps.leaked_for(WaitReason::ChanSend).len();
    let buffered = sleeps.note("buffered");
    note("stuck", stuck as i64);
    note("buffered", buffered);
    out!("main 睡一会儿：正常结束 泄漏 {stuck} 个（chan send） 缓冲里 {buffered} 个");

    let again = case("main 再收一次", || {
        let (unbuf, _, _) = start();
        unbuf.recv();
    });
    let dump = if let End::Deadlock(text) = &again.end { text.as_str() } else { "" };
    note("deadlock", i64::from(!dump.is_empty()));
    let main_waits = dump.contains("goroutine 1 [chan receive]");
    out!("main 再收一次：{}", if main_waits { "死锁 main 停在 chan receive" } else { "没有报死锁" });
}
