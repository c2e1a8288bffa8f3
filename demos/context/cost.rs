//! What contexts cost: comparisons of a value lookup by depth, timers of a timeout.
//!
//! Answers    context-cost
//! Watch for  1  a lookup through 1, 10, 100 layers takes 1, 10, 100 comparisons   2  `WithTimeout`
//!            puts one timer into the heap, `WithCancel` none, and cancel takes it out
//! Try        --mutate near-copy, --mutate forget-cancel
//! Go         context/context.go value, WithDeadlineCause, timerCtx.cancel (go1.27.3)
//! Differs    the Go twin counts lookups with a wrapper round each layer and shows no timers
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/cost",
    title: "Value 逐层比较，WithTimeout 多一个定时器",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "Value 的比较次数等于要走的层数",
            check: |s| Verdict::eq("1、10、100 层的比较次数", s.notes("steps"), vec![1, 10, 100]),
        },
        Claim {
            text: "WithTimeout 比 WithCancel 多挂一个定时器，cancel 把它摘掉",
            check: |s| {
                let got = (s.note("with_cancel"), s.note("with_timeout"), s.note("cancelled"));
                let text = format!(
                    "10 次 WithCancel 之后堆里 {}，再 10 次 WithTimeout 之后 {}，全部 cancel 之后 {}",
                    got.0, got.1, got.2
                );
                Verdict::new(got == (0, 10, 0), text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "near-copy", what: "把值在最里层再存一份", breaks: &[0] },
        Mutation { name: "forget-cancel", what: "WithTimeout 之后不 cancel", breaks: &[1] },
    ],
    next: &[("不 cancel 的定时器", "bagu demo run context/cost --mutate forget-cancel")],
};

#[derive(PartialEq, Eq)]
struct Layer(usize);

fn lookups() {
    for depth in [1, 10, 100] {
        let mut ctx = background();
        for i in 0..depth {
            ctx = with_value(&ctx, Layer(i), i);
        }
        if mutated("near-copy") {
            ctx = with_value(&ctx, Layer(0), 0usize);
        }
        let steps = ctx.value_steps(&Layer(0)); // stored first, so it lies deepest
        note("steps", steps as i64);
        out!("{depth} 层 比较 {steps} 次");
    }
}

fn timers() {
    let root = with_cancel(&background());
    let mut cancels: Vec<Cancel> = (0..10).map(|_| with_cancel(&root.0).1).collect();
    note("with_cancel", timers_in_heap() as i64);
    cancels.extend((0..10).map(|_| with_timeout(&root.0, secs(60)).1));
    note("with_timeout", timers_in_heap() as i64);
    if !mutated("forget-cancel") {
        cancels.iter().for_each(Cancel::call);
    }
    note("cancelled", timers_in_heap() as i64);
}

fn run() {
    lookups();
    timers();
}
