//! A collection halves a stack of which less than a quarter is used, unless it is not safe just then.
//!
//! Answers    stack-shrink
//! Watch for  1  nothing shrinks on return   2  a quarter in use is enough to stay
//!            3  in a blocking call the stack stays where the kernel will write
//! Try        --mutate shrink-on-return, --mutate half, --mutate syscall
//! Go         runtime/stack.go shrinkstack, isShrinkStackSafe, runtime/mgcmark.go scanstack (go1.27.3)
use crate::lab::prelude::*;
use stack::{Bug, Choice, Fatal, Func, FuncId, Machine};

pub const DEMO: Demo = Demo {
    id: "stack/shrink",
    title: "栈收缩：GC 扫描时用量不到四分之一才减半，系统调用里不动",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("在自带的栈帧机上跑；内核写缓冲区是按裸地址写机器的内存"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "函数返回时不收缩，只在 GC 扫描到这个栈时才考虑",
            check: |s| {
                Verdict::eq("返回途中搬家", s.note("on_return"), 0)
                    .and(Verdict::eq("随后一轮 GC 搬家", s.note("by_gc"), 1))
            },
        },
        Claim {
            text: "用量不到四分之一才减半",
            check: |s| {
                let measured = format!("用着 {} / {} 字节，搬家 {} 次", s.note("used"), s.note("size"), s.note("quarter"));
                Verdict::new(s.note("quarter") == 0, measured)
            },
        },
        Claim {
            text: "系统调用中不收缩，推迟到之后的同步安全点",
            check: |s| {
                Verdict::eq("系统调用中搬家", s.note("in_syscall"), 0)
                    .and(Verdict::eq("内核写进缓冲区的字节", s.note("kernel"), 7))
                    .and(Verdict::eq("让出时补缩", s.note("at_safe_point"), 1))
            },
        },
    ],
    mutations: &[
        Mutation { name: "shrink-on-return", what: "函数返回就收缩", breaks: &[0] },
        Mutation { name: "half", what: "用量不到一半就减半", breaks: &[1] },
        Mutation { name: "syscall", what: "系统调用中也收缩", breaks: &[2] },
    ],
    next: &[("等在 channel 上被搬走", "bagu demo run channel/stack-shrink")],
};

fn run() {
    let mut m = Machine::new(1);
    if mutated("shrink-on-return") {
        m.choose(Choice::ShrinkOnReturn);
    }
    for (name, bug) in [("half", Bug::ShrinkAtHalf), ("syscall", Bug::ShrinkInSyscall)] {
        if mutated(name) {
            m.plant(bug);
        }
    }
    if let Err(end) = cases(&mut m) {
        throw(&end.text());
    }
    tell_moves(&mut m);
}

/// Moves during one collection.
fn gc(m: &mut Machine) -> Result<usize, Fatal> {
    let before = m.moves().len();
    m.gc()?;
    tell_moves(m);
    Ok(m.moves().len() - before)
}

/// A goroutine whose stack is 128 KiB and that is back near its top; gives the moves on the way back.
fn grown(m: &mut Machine, entry: FuncId, deep: FuncId) -> Result<usize, Fatal> {
    m.spawn(entry, &[])?;
    (0..100).try_for_each(|_| m.call(deep, &[]))?;
    let before = m.moves().len();
    (0..100).for_each(|_| drop(m.ret()));
    tell_moves(m);
    Ok(m.moves().len() - before)
}

fn cases(m: &mut Machine) -> Result<(), Fatal> {
    let (entry, deep) = (m.define(Func::new("entry", 512)), m.define(Func::new("deep", 1016)));
    let ch = m.new_chan();
    note("on_return", grown(m, entry, deep)? as i64);
    m.park_begin(ch, 0);
    m.park_commit();
    let n = gc(m)?;
    note("by_gc", n as i64);
    out!("等在 channel 上，用得少： {}", n > 0);
    m.send(ch, 1);
    m.ret();

    grown(m, entry, deep)?;
    let (buf, g) = (0, m.current());
    m.syscall_enter(buf);
    let n = gc(m)?;
    m.kernel_writes(g, 7);
    m.syscall_exit();
    note("in_syscall", n as i64);
    note("kernel", m.get(buf) as i64);
    out!("正在系统调用里： {}", n > 0);
    let before = m.moves().len();
    m.ask_preempt();
    m.call(deep, &[])?;
    m.ret();
    note("at_safe_point", (m.moves().len() - before) as i64);
    out!("系统调用回来再等： {}", gc(m)? > 0);
    m.ret();

    grown(m, entry, deep)?;
    (0..40).try_for_each(|_| m.call(deep, &[]))?;
    note("used", m.used() as i64);
    note("size", m.stack().size() as i64);
    let n = gc(m)?;
    note("quarter", n as i64);
    out!("用着四分之一以上： {}", n > 0);
    Ok(())
}
