//! After a move: pointers into the stack follow, integers do not, pointers to the heap stay.
//!
//! Answers    stack-copy-pointers
//! Watch for  1  the pointer moves by as much as the stack   2  the integer stays behind
//!            3  the heap pointer is left alone, even right beside the stack
//! Try        --mutate no-adjust, --mutate adjust-integers, --mutate one-past
//! Go         runtime/stack.go copystack, adjustframe, adjustpointers (go1.27.3)
use crate::lab::prelude::*;
use stack::{Bug, Fatal, Func, Machine};

pub const DEMO: Demo = Demo {
    id: "stack/pointers",
    title: "栈搬家：指针跟着走，整数留在原地",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("在自带的栈帧机上跑：每个函数有指针位图，地址是机器自己的；Go 的位图随指令位置变化，这里每个函数一张"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "落在旧栈区间内的指针加上新旧栈顶之差",
            check: |s| {
                Verdict::eq("指针移动的字节减去栈顶移动的字节", s.note("shift") - s.note("delta"), 0)
                    .and(Verdict::eq("经指针读到", s.note("value"), 42))
            },
        },
        Claim {
            text: "存成 uintptr 的地址不会被修正",
            check: |s| Verdict::eq("整数变了多少", s.note("number_shift"), 0),
        },
        Claim {
            text: "不在旧栈区间内的指针不动",
            check: |s| Verdict::eq("堆指针变了多少", s.note("heap_shift"), 0),
        },
    ],
    mutations: &[
        Mutation { name: "no-adjust", what: "搬栈时不看指针位图", breaks: &[0] },
        Mutation { name: "adjust-integers", what: "凡是像栈地址的字都改", breaks: &[1] },
        Mutation { name: "one-past", what: "把栈顶之上的第一个地址也算在内", breaks: &[2] },
    ],
    next: &[("等在 channel 上的接收者呢", "bagu demo run channel/stack-shrink")],
};

/// Slots of `user`: a pointer, a heap pointer, an integer, the array.
const P: u64 = 0;
const HEAP: u64 = 1;
const NUMBER: u64 = 2;
const XS: u64 = 3;

fn run() {
    let mut m = Machine::new(procs().into());
    for (name, bug) in [
        ("no-adjust", Bug::LocalsNotAdjusted),
        ("adjust-integers", Bug::ScalarsAdjusted),
        ("one-past", Bug::UpperBoundIncluded),
    ] {
        if mutated(name) {
            m.plant(bug);
        }
    }
    if let Err(end) = user(&mut m) {
        throw(&end.text());
    }
}

fn user(m: &mut Machine) -> Result<(), Fatal> {
    let user = m.define(Func::new("user", 512).ptrs(&[P, HEAP]));
    let large = m.define(Func::new("large", 30_000));
    let deep = m.define(Func::new("deep", 1016));
    m.spawn(user, &[])?;
    m.call(large, &[])?; // a stack with a span of its own …
    m.ret();
    let object = m.new_object(1); // … and a heap object right above it
    m.set(HEAP, object);
    m.set(XS + 2, 42);
    let before = (m.addr(XS + 2), m.stack().hi);
    m.set(P, before.0);
    m.set(NUMBER, before.0);
    for _ in 0..100 {
        m.call(deep, &[])?;
    }
    for _ in 0..100 {
        m.ret();
    }
    tell_moves(m);

    let here = m.addr(XS + 2);
    note("delta", m.stack().hi as i64 - before.1 as i64);
    note("shift", m.get(P) as i64 - before.0 as i64);
    note("number_shift", m.get(NUMBER) as i64 - before.0 as i64);
    note("heap_shift", m.get(HEAP) as i64 - object as i64);
    note("value", m.load(m.get(P)) as i64);
    out!("指针还指着 xs[2]： {}", m.get(P) == here);
    out!("经指针读到： {}", m.load(m.get(P)) as i64);
    out!("整数还等于 xs[2] 的地址： {}", m.get(NUMBER) == here);
    Ok(())
}
