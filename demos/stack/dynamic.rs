//! A stack doubles while a recursion deepens, and halves at collections after it is back.
//!
//! Answers    stack-dynamic
//! Watch for  1  nine moves to 1 MiB   2  a value keeps its value   3  one halving a collection
//! Try        --mutate fourfold, --mutate no-adjust, --mutate shrink-to-fit
//! Go         runtime/stack.go newstack, copystack, shrinkstack (go1.27.3)
use crate::lab::prelude::*;
use stack::{Bug, Choice, Fatal, Func, Machine, Why};

pub const DEMO: Demo = Demo {
    id: "stack/dynamic",
    title: "协程栈的一生：加深时倍增搬家，回来后每轮 GC 减半",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("在自带的栈帧机上跑：帧、序言检查、搬栈和收缩都按 runtime/stack.go；我们自己的协程用的是不动的本机栈"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "栈不够时搬到两倍大的新栈",
            check: |s| {
                let sizes: Vec<u64> = s.recording.of(Kind::StackGrow).map(|(_, e)| e.b).collect();
                let doubled = s.recording.of(Kind::StackGrow).all(|(_, e)| e.b == 2 * u64::from(e.a));
                Verdict::new(doubled && !sizes.is_empty(), format!("每次的新栈 {sizes:?} 字节"))
            },
        },
        Claim {
            text: "搬家前后经指针读到的值不变",
            check: |s| Verdict::eq("经指针读到", s.note("value"), 42),
        },
        Claim {
            text: "一轮 GC 至多减半一次",
            check: |s| {
                let sizes = s.notes("after_gc");
                let steps = sizes.windows(2).all(|w| w[1] == w[0] || w[1] == w[0] / 2);
                Verdict::new(steps && sizes.first() > sizes.last(), format!("每轮 GC 之后 {sizes:?} 字节"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "fourfold", what: "每次长到四倍", breaks: &[0] },
        Mutation { name: "no-adjust", what: "搬栈时不改帧里的指针", breaks: &[1] },
        Mutation { name: "shrink-to-fit", what: "一轮 GC 缩到刚好", breaks: &[2] },
    ],
    next: &[("一次扩容的每一步", "bagu demo run stack/growth-path"), ("什么时候不能缩", "bagu demo run stack/shrink")],
};

/// Slots of `user`: the pointer and what it points to.
const P: u64 = 0;
const X: u64 = 1;

fn run() {
    let mut m = Machine::new(procs().into());
    if mutated("fourfold") {
        m.choose(Choice::Fourfold);
    }
    if mutated("no-adjust") {
        m.plant(Bug::LocalsNotAdjusted);
    }
    if mutated("shrink-to-fit") {
        m.choose(Choice::ShrinkToFit);
    }
    if let Err(end) = user(&mut m) {
        throw(&end.text());
    }
}

fn user(m: &mut Machine) -> Result<(), Fatal> {
    let user = m.define(Func::new("user", 512).ptrs(&[P]));
    let deep = m.define(Func::new("deep", 1016));
    m.spawn(user, &[])?;
    m.set(X, 42);
    m.set(P, m.addr(X));

    for _ in 0..700 {
        m.call(deep, &[])?;
    }
    tell_moves(m);
    out!("加深 700 层，搬家次数： {}", m.moves().len());
    for _ in 0..700 {
        m.ret();
    }
    let value = m.load(m.get(P));
    note("value", value as i64);
    out!("搬完之后经指针读到： {}", value as i64);

    let mut line = String::from("之后每轮 GC 搬家次数：");
    note("after_gc", m.stack().size() as i64);
    for _ in 0..10 {
        let before = m.moves().len();
        m.gc()?;
        tell_moves(m);
        note("after_gc", m.stack().size() as i64);
        line += &format!(" {}", m.moves()[before..].iter().filter(|v| v.why == Why::Shrink).count());
    }
    out!("{line}");
    Ok(())
}
