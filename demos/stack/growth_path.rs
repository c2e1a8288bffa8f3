//! One growth, step by step: from the failed check to the second, which passes.
//!
//! Answers    stack-growth-path
//! Watch for  1  newstack runs on g0   2  only the used part is copied   3  the check runs again
//! Try        --mutate no-g0, --mutate copy-all, --mutate no-retry
//! Go         runtime/asm_amd64.s morestack, runtime/stack.go newstack, copystack (go1.27.3)
use crate::lab::prelude::*;
use stack::{Choice, Fatal, Func, Machine, Step};

pub const DEMO: Demo = Demo {
    id: "stack/growth-path",
    title: "一次扩容的每一步：检查失败、上 g0、分配、拷贝、修正、换栈、释放、重查",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("在自带的栈帧机上跑，步骤和顺序按 morestack、newstack、copystack"),
    go: GoMatch::None("Go 程序看不到自己扩容的中间步骤；扩容在系统栈上进行这一点，见 stack/overflow 的 Go 对照"),
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "newstack 在 g0 栈上运行",
            check: |s| {
                let steps = s.notes("step");
                Verdict::eq("第二步", steps[1], ON_G0)
                    .and(Verdict::eq("接着换到了新栈", steps.contains(&SWAPPED), true))
            },
        },
        Claim {
            text: "只拷贝正在使用的部分",
            check: |s| {
                let (copied, used, size) = (s.note("copied"), s.note("used"), s.note("old_size"));
                Verdict::new(
                    copied == used && copied < size,
                    format!("拷贝 {copied} 字节，用着 {used} 字节，旧栈 {size} 字节"),
                )
            },
        },
        Claim {
            text: "最后回到函数入口重新检查",
            check: |s| {
                let steps = s.notes("second");
                let checks = steps.iter().filter(|&&n| n == CHECK_FAILED).count();
                Verdict::eq("先让出、再扩容，检查失败", checks, 2)
                    .and(Verdict::new(s.note("room") > 0, format!("进帧后离栈底保留区 {} 字节", s.note("room"))))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-g0", what: "newstack 就在没有空间的栈上运行", breaks: &[0] },
        Mutation { name: "copy-all", what: "整个旧栈都拷贝", breaks: &[1] },
        Mutation { name: "no-retry", what: "处理完不回入口重查", breaks: &[2] },
    ],
    next: &[("序言怎么比较", "bagu demo run stack/prologue"), ("指针怎么修正", "bagu demo run stack/pointers")],
};

const CHECK_FAILED: i64 = 1;
const ON_G0: i64 = 2;
const SWAPPED: i64 = 7;

/// A number for the claims, and the line for the person.
fn tell(step: Step) -> (i64, String) {
    match step {
        Step::CheckFailed { frame, .. } => (CHECK_FAILED, format!("入口检查失败：帧要 {frame} 字节，SP 太靠近 stackguard0")),
        Step::OnG0 => (ON_G0, "morestack 存下寄存器，切到 g0 栈，调用 newstack".to_owned()),
        Step::PreemptRequest { granted } => (3, format!("stackguard0 里是抢占请求，照办：{granted}")),
        Step::Allocated { size, .. } => (4, format!("分配 {size} 字节的新栈")),
        Step::Copied { bytes } => (5, format!("拷贝 {bytes} 字节")),
        Step::Adjusted { words } => (6, format!("修正 {words} 个指向旧栈的字")),
        Step::Swapped { from, to } => (SWAPPED, format!("换栈：{} → {} 字节，stackguard0 随之更新", from.size(), to.size())),
        Step::FreedOld { size, .. } => (8, format!("释放 {size} 字节的旧栈")),
        Step::Retry => (9, "回到函数入口，再检查一次".to_owned()),
    }
}

fn run() {
    let mut m = Machine::new(procs().into());
    for (name, choice) in
        [("no-g0", Choice::NoSystemStack), ("copy-all", Choice::CopyAll), ("no-retry", Choice::NoRetry)]
    {
        if mutated(name) {
            m.choose(choice);
        }
    }
    if let Err(end) = grow_twice(&mut m) {
        out!("{}", end.text());
    }
    tell_moves(&mut m);
}

fn grow_twice(m: &mut Machine) -> Result<(), Fatal> {
    let main = m.define(Func::new("main", 128).ptrs(&[0]));
    let f = m.define(Func::new("f", 1800).args(1, &[0]));
    m.spawn(main, &[])?;
    m.set(1, 42);
    m.set(0, m.addr(1));
    note("old_size", m.stack().size() as i64);
    // What is in use when f's prologue runs: the frames so far and f's return address.
    note("used", m.used() as i64 + 8);
    let called = m.call(f, &[m.get(0)]);
    for step in m.take_steps() {
        let (n, line) = tell(step);
        note("step", n);
        if let Step::Copied { bytes } = step {
            note("copied", bytes as i64);
        }
        out!("{line}");
    }
    called?;
    tell_moves(m);
    out!("f 经参数里的指针读到 {}", m.load(m.arg(0)));

    // A request to give way comes first, then the growth: two failed checks at one entry.
    m.ask_preempt();
    m.call(f, &[m.arg(0)])?;
    m.take_steps().into_iter().for_each(|step| note("second", tell(step).0));
    note("room", m.sp() as i64 - (m.stack().lo + stack::STACK_NOSPLIT) as i64);
    Ok(())
}
