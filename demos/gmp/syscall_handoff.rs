//! Blocking calls: a short one keeps its processor, a long one loses it, and comes back through the
//! global queue when none is free.
//!
//! Answers    gmp-syscall-handoff
//! Watch for  1  a hundred short calls, no processor changes hands   2  sysmon takes the processor of
//!            the long call and another thread runs the waiting goroutine   3  the caller comes back
//!            without a processor
//! Try        --mutate syscall-keeps-p, --mutate slow-calls, --mutate soon-free
//! Go         runtime/proc.go reentersyscall, retake, handoffp, exitsyscall (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/syscall-handoff",
    title: "系统调用：短的不换 P，卡住的被夺走，回来排队",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "短的系统调用从头到尾不换 P",
            check: |s| {
                let until = s.note("short_done") as u64;
                let calls = s.recording.of(Kind::SyscallExit).filter(|(_, e)| e.time <= until);
                let kept = calls.filter(|(_, e)| e.why == 0).count();
                let taken = s.recording.of(Kind::Retake).filter(|(_, e)| e.time <= until).count();
                Verdict::new(kept == SHORT && taken == 0, format!("{SHORT} 次里 P 没换 {kept} 次，被夺走 {taken} 次"))
            },
        },
        Claim {
            text: "卡住的系统调用由 sysmon 把 P 夺走交给别的 M",
            check: |s| {
                let Some((_, taken)) = s.recording.of(Kind::Retake).find(|(_, e)| e.why == 1) else {
                    return Verdict::new(false, "没有被夺走");
                };
                let other = s.gid("other");
                let ran = s.recording.of(Kind::GoStart).find(|(_, e)| e.g == other && e.time >= taken.time);
                let text = format!(
                    "调用进行到 {} µs 时从 M{} 夺走，M{} 用它运行了等着的 G",
                    taken.b / 1000,
                    taken.a,
                    ran.map_or(255, |(_, e)| e.m)
                );
                Verdict::new(taken.b >= 20_000 && ran.is_some_and(|(_, e)| u32::from(e.m) != taken.a), text)
            },
        },
        Claim {
            text: "返回时没有 P 可用的 G 进全局队列",
            check: |s| {
                let last = s.recording.of(Kind::SyscallExit).last().map(|(_, e)| e.why);
                Verdict::eq("最后一次返回的去向（0 原来的 P，1 空闲的 P，2 全局队列）", last, Some(2))
            },
        },
    ],
    mutations: &[
        Mutation { name: "slow-calls", what: "把短调用换成 200µs 的", breaks: &[0] },
        Mutation { name: "syscall-keeps-p", what: "P 跟着线程卡在调用里", breaks: &[1, 2] },
        Mutation { name: "no-sysmon", what: "没有监控线程", breaks: &[1, 2] },
        Mutation { name: "soon-free", what: "接管的那个 G 很快就跑完", breaks: &[2] },
    ],
    next: &[("P 跟着线程卡住会怎样", "bagu demo run gmp/syscall-handoff --mutate syscall-keeps-p")],
};

const SHORT: usize = 100;

fn run() {
    let short = if mutated("slow-calls") { us(200) } else { us(2) };
    (0..SHORT).for_each(|_| syscall(short));
    note("short_done", now().0 as i64);
    out!("短调用 {SHORT} 次");
    let ran = Atomic::new(0);
    let flag = ran.clone();
    let work = if mutated("soon-free") { us(10) } else { ms(6) };
    go("other", move || {
        flag.store(1);
        burn(work);
    });
    syscall(ms(3));
    out!("卡住期间另一个 goroutine 运行了： {}", ran.load() == 1);
}
