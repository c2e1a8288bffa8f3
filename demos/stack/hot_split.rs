//! A loop of calls at the border of a stack: segments split hot, a contiguous stack moves once.
//!
//! Answers    stack-contiguous-vs-segmented
//! Watch for  1  at most one move at any depth   2  one segment taken and given back for each call
//! Try        --mutate shrink-on-return, --mutate keep-one
//! Go         runtime/stack.go newstack (go1.27.3); src/pkg/runtime/stack.c newstack, oldstack (go1.2)
use crate::lab::prelude::*;
use stack::{Choice, Fatal, Func, Machine, Segmented};

pub const DEMO: Demo = Demo {
    id: "stack/hot-split",
    title: "热分裂：分段栈在边界上反复要段还段，连续栈只搬一次",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("连续栈在自带的栈帧机上跑；分段栈按 Go 1.2 的段长与守卫模拟空间，不模拟内容"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "连续栈在边界上反复调用，最多搬一次",
            check: |s| {
                let most = s.note("most");
                Verdict::new(most == 1, format!("每层 100 次调用，搬得最多的一层搬了 {most} 次"))
            },
        },
        Claim {
            text: "分段栈正好卡在段边界时，每次调用都要申请一段、返回又释放",
            check: |s| {
                let (hot, cold) = (s.note("hot"), s.note("cold"));
                let measured = format!("100 层里 {hot} 层每次调用都申请一段，{cold} 层一段也不申请");
                Verdict::new(hot > 0 && cold > 0, measured)
            },
        },
    ],
    mutations: &[
        Mutation { name: "shrink-on-return", what: "连续栈也在返回时收缩", breaks: &[0] },
        Mutation { name: "keep-one", what: "分段栈留一个空段不还", breaks: &[1] },
    ],
    next: &[("连续栈的代价", "bagu demo run stack/growth-cost")],
};

const DEEP: u64 = 136;
const LEAF: u64 = 528;

fn run() {
    if let Err(end) = contiguous() {
        throw(&end.text());
    }
    let mut s = Segmented::new();
    s.keep_one = mutated("keep-one");
    let (mut hot, mut cold) = (0, 0);
    for _ in 0..100 {
        s.call(DEEP);
        let before = s.taken;
        for _ in 0..100 {
            s.call(LEAF);
            s.ret();
        }
        hot += i64::from(s.taken - before == 100);
        cold += i64::from(s.taken == before);
    }
    note("hot", hot);
    note("cold", cold);
}

fn contiguous() -> Result<(), Fatal> {
    let mut m = Machine::new(1);
    if mutated("shrink-on-return") {
        m.choose(Choice::ShrinkOnReturn);
    }
    let user = m.define(Func::new("user", 128));
    let (deep, leaf) = (m.define(Func::new("deep", DEEP)), m.define(Func::new("leaf", LEAF)));
    m.spawn(user, &[])?;
    let mut most = 0;
    for _ in 0..100 {
        m.call(deep, &[])?;
        let before = m.moves().len();
        for _ in 0..100 {
            m.call(leaf, &[])?;
            m.ret();
        }
        most = most.max(m.moves().len() - before);
        tell_moves(&mut m);
    }
    note("most", most as i64);
    out!("100 层，每层调用 100 次，搬家次数： {}", m.moves().len());
    Ok(())
}
