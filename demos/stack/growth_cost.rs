//! Who grows often: many short goroutines, each from the smallest stack. Not the one that stays.
//!
//! Answers    stack-growth-cost
//! Watch for  1  five moves each for the short ones   2  five in all for the worker
//!            3  none at all once a collection has seen deep stacks
//! Try        --mutate keep-stack, --mutate shrink-on-return, --mutate adaptive-off
//! Go         runtime/proc.go gfput, gfget, runtime/stack.go newstack (go1.27.3)
use crate::lab::prelude::*;
use stack::{Choice, Fatal, Func, FuncId, Machine};

pub const DEMO: Demo = Demo {
    id: "stack/growth-cost",
    title: "谁在反复扩容：短命的深栈协程，不是常驻的那一个",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("在自带的栈帧机上数搬家次数；每个任务都要约 45 KiB 栈"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "短命的深栈协程个个都从小栈长起",
            check: |s| Verdict::eq("100 个协程的搬家次数", s.note("short"), 500),
        },
        Claim {
            text: "常驻的 worker 只在第一个任务里长栈，之后不再扩容",
            check: |s| {
                Verdict::eq("100 个任务的搬家次数", s.note("worker"), 5)
                    .and(Verdict::eq("第一个任务之后", s.note("later"), 0))
            },
        },
        Claim {
            text: "自适应初始栈让后来的协程不必再长",
            check: |s| {
                let measured = format!("初始栈 {} 字节，搬家 {} 次", s.note("starting"), s.note("adapted"));
                Verdict::new(s.note("adapted") == 0, measured)
            },
        },
    ],
    mutations: &[
        Mutation { name: "keep-stack", what: "退出的协程带着长大的栈进空闲列表", breaks: &[0] },
        Mutation { name: "shrink-on-return", what: "函数返回就收缩", breaks: &[1] },
        Mutation { name: "adaptive-off", what: "关掉自适应初始栈", breaks: &[2] },
    ],
    next: &[("初始栈怎么算", "bagu demo run stack/adaptive")],
};

/// Frames of 1 KiB that a task needs.
const DEPTH: usize = 40;

fn run() {
    let mut m = Machine::new(1);
    m.adaptive = !mutated("adaptive-off");
    for (name, choice) in [("keep-stack", Choice::KeepAnySize), ("shrink-on-return", Choice::ShrinkOnReturn)] {
        if mutated(name) {
            m.choose(choice);
        }
    }
    if let Err(end) = compare(&mut m) {
        throw(&end.text());
    }
}

fn task(m: &mut Machine, deep: FuncId) -> Result<(), Fatal> {
    (0..DEPTH).try_for_each(|_| m.call(deep, &[]))
}

fn back(m: &mut Machine) {
    (0..DEPTH).for_each(|_| drop(m.ret()));
}

/// 100 goroutines one after another; gives the moves.
fn short(m: &mut Machine, entry: FuncId, deep: FuncId) -> Result<usize, Fatal> {
    let before = m.moves().len();
    for _ in 0..100 {
        m.spawn(entry, &[])?;
        task(m, deep)?;
        back(m);
        m.ret();
    }
    Ok(m.moves().len() - before)
}

fn compare(m: &mut Machine) -> Result<(), Fatal> {
    let (entry, deep) = (m.define(Func::new("entry", 128)), m.define(Func::new("deep", 1016)));
    let n = short(m, entry, deep)?;
    tell_moves(m);
    note("short", n as i64);
    out!("100 个短命协程，搬家次数： {n}");

    let before = m.moves().len();
    let mut later = 0;
    m.spawn(entry, &[])?;
    for i in 0..100 {
        let earlier = m.moves().len();
        task(m, deep)?;
        back(m);
        if i > 0 {
            later += m.moves().len() - earlier;
        }
    }
    m.ret();
    let n = m.moves().len() - before;
    tell_moves(m);
    note("worker", n as i64);
    note("later", later as i64);
    out!("1 个常驻协程跑 100 个任务，搬家次数： {n}");

    let mut alive = vec![];
    for _ in 0..100 {
        alive.push(m.spawn(entry, &[])?);
        task(m, deep)?;
    }
    m.gc()?;
    note("starting", m.starting_size() as i64);
    for g in alive {
        m.switch_to(g);
        back(m);
        m.ret();
    }
    let n = short(m, entry, deep)?;
    note("adapted", n as i64);
    out!("一次 GC 之后再来 100 个，搬家次数： {n}");
    Ok(())
}
