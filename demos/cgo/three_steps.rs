//! A call into foreign code, step by step: the books of a blocking call, the thread's own stack, back.
//!
//! Answers    cgo-what
//! Watch for  1  inside, a local variable lies megabytes away from the goroutine's stack; afterwards it
//!            is where it was   2  every call is entered and left as a blocking call
//! Try        --mutate plain-call
//! Go         runtime/cgocall.go cgocall, runtime/asm_amd64.s asmcgocall (go1.27.3)
//! Differs    runs on real threads whatever the platform: only there a thread has a stack of its own
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "cgo/three-steps",
    title: "一次 cgo 调用：记账、换栈、回来",
    setup: Setup { may: false, real: false, wall: true, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("没有真的 C：外部代码是一段在线程自己的栈上、按系统调用记账跑的代码"),
    go: GoMatch::None("Go 程序里看不到 C 那一侧的栈在哪，也看不到 entersyscall"),
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "C 代码跑在线程自己的栈上，不在 goroutine 栈上",
            check: |s| {
                let (away, back) = (s.note("away_kb"), s.note("same_after"));
                Verdict::new(away > 256 && back == 1, format!("栈上的变量相隔 {away} KB；回来之后还在原处（1 是）：{back}"))
            },
        },
        Claim {
            text: "一次 cgo 调用先按系统调用记账，再换栈",
            check: |s| {
                let (enters, exits) = (s.note("enters"), s.note("exits"));
                let text = format!("{CALLS} 次调用：进入系统调用 {enters} 次，离开 {exits} 次");
                Verdict::new(enters == CALLS as i64 && exits == CALLS as i64, text)
            },
        },
    ],
    mutations: &[Mutation { name: "plain-call", what: "当成普通的函数调用", breaks: &[0, 1] }],
    next: &[("当成普通的函数调用", "bagu demo run cgo/three-steps --mutate plain-call")],
};

const CALLS: usize = 10;

/// Where the stack is now.
#[inline(never)]
fn here() -> usize {
    let on_the_stack = 0u8;
    std::ptr::from_ref(std::hint::black_box(&on_the_stack)).addr()
}

fn foreign() -> usize {
    if mutated("plain-call") { here() } else { cgo(here) }
}

fn run() {
    let inner = on_threads(1, || {
        let before = here();
        let inside = foreign();
        let after = here();
        note("away_kb", (inside.abs_diff(before) / 1024) as i64);
        note("same_after", i64::from(after == before));
        (1..CALLS).for_each(|_| _ = foreign());
    });
    note("away_kb", inner.note("away_kb"));
    note("same_after", inner.note("same_after"));
    note("enters", inner.count(Kind::SyscallEnter) as i64);
    note("exits", inner.count(Kind::SyscallExit) as i64);
    out!("C 里的变量和 goroutine 栈上的变量相隔 {} KB", inner.note("away_kb"));
    out!("{CALLS} 次调用，进入系统调用 {} 次", inner.count(Kind::SyscallEnter));
}
