//! Programs that misbehave, to show and test what the sandbox makes of them.
//!
//! They are demos in form, but in no list: only their exact name (`__selftest/loop`) selects them.
use super::demo::{Claim, Demo, Fidelity, GoMatch, Picture, Setup, Verdict};
use super::prelude::{chan, go, out};

/// All of them.
pub const ALL: &[&Demo] =
    &[&LOOP, &CRASH, &ABORT, &OVERFLOW, &MEMORY, &OUTPUT, &LINES, &EXIT, &BLOCK, &DEADLOCK, &PANIC];

/// The self-test of this name.
#[must_use]
pub fn get(id: &str) -> Option<&'static Demo> {
    ALL.iter().copied().find(|d| d.id == id)
}

const fn demo(id: &'static str, title: &'static str, run: fn()) -> Demo {
    Demo {
        id,
        title,
        setup: Setup::DEFAULT,
        fidelity: Fidelity::Same,
        go: GoMatch::None("自检用，没有 Go 对照"),
        picture: Picture::Timeline,
        run,
        claims: &[Claim {
            text: "程序打印了「活着」",
            check: |s| Verdict::new(s.printed("活着"), format!("打印 {} 行", s.out.len())),
        }],
        mutations: &[],
        next: &[],
    }
}

const LOOP: Demo = demo("__selftest/loop", "死循环", || {
    (0..3).for_each(|_| go("never", || ())); // for a dump to show: with one processor they never run
    out!("活着");
    let mut n = 0u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
});

const CRASH: Demo = demo("__selftest/crash", "段错误", || {
    out!("活着");
    super::sandbox::raise_segv();
});

const ABORT: Demo = demo("__selftest/abort", "主动 abort", || std::process::abort());

const OVERFLOW: Demo = demo("__selftest/overflow", "无限递归，栈溢出", || {
    fn deeper(n: u64) -> u64 {
        let room = std::hint::black_box([n; 64]);
        if std::hint::black_box(true) { deeper(n + 1) + room[7] } else { n }
    }
    out!("{}", deeper(0));
});

const MEMORY: Demo = demo("__selftest/memory", "吃光内存", || {
    let mut held: Vec<Vec<u8>> = vec![];
    loop {
        held.push(std::hint::black_box(vec![1; 16 << 20]));
    }
});

const OUTPUT: Demo = demo("__selftest/output", "没完没了地输出", || {
    use std::io::Write;
    let mut err = std::io::stderr();
    while writeln!(err, "still here, still here, still here").is_ok() {}
});

const LINES: Demo = demo("__selftest/lines", "没完没了地打印行", || {
    for i in 0u64.. {
        out!("活着 {i}");
    }
});

const EXIT: Demo = demo("__selftest/exit", "自己退出进程", || std::process::exit(3));

const BLOCK: Demo = demo("__selftest/block", "占着线程睡觉", || {
    std::thread::sleep(std::time::Duration::from_secs(3600));
});

const DEADLOCK: Demo = demo("__selftest/deadlock", "死锁", || {
    out!("活着");
    let ch = chan::<i32>(0);
    let tx = ch.clone();
    go("worker", move || _ = tx.recv());
    ch.recv();
});

const PANIC: Demo = demo("__selftest/panic", "没人接住的 panic", || panic!("boom"));
