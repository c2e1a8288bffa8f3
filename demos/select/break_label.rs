//! break inside select leaves the select, not the loop around it; a label says which one is meant.
//!
//! Answers    select-break
//! Watch for  1  three turns in spite of break   2  none after break loop
//! Try        --predict, --mutate labelled, --mutate no-label
//! Go         go.dev/ref/spec#Break_statements (go1.27.3)
//! Differs    Rust's break does not know select!, so a labelled block stands for Go's statement.
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/break-label",
    title: "select 里的 break 跳到哪里",
    setup: Setup { procs: 1, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("Rust 的 break 不认 select!，这里用带标签的块代表 Go 的 select 语句"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "select 里的 break 只跳出 select",
            check: |s| Verdict::eq("3 圈循环里 break 之后仍走完的圈数", s.note("plain"), 3),
        },
        Claim {
            text: "带标签的 break 直接退出外层循环",
            check: |s| Verdict::eq("break loop 之后走完的圈数", s.note("labelled"), 0),
        },
    ],
    mutations: &[
        Mutation { name: "labelled", what: "第一个循环也用带标签的 break", breaks: &[0] },
        Mutation { name: "no-label", what: "第二个循环去掉标签", breaks: &[1] },
    ],
    next: &[("退不出循环就会空转", "bagu demo run select/closed-spin")],
};

fn run() {
    let done = named::<bool>("done", 0);
    done.close();

    let mut plain = 0;
    'outer: for i in 0..3 {
        'select: {
            let closed = select! { recv(done) -> v => { v.is_none() } };
            if closed {
                out!("第 {i} 圈 break");
                if mutated("labelled") {
                    break 'outer;
                }
                break 'select;
            }
        }
        plain += 1;
    }
    note("plain", plain);
    out!("不带标签：循环体走完 {plain} 圈");

    let mut labelled = 0;
    'outer: for i in 0..3 {
        'select: {
            let closed = select! { recv(done) -> v => { v.is_none() } };
            if closed {
                out!("第 {i} 圈 break loop");
                if mutated("no-label") {
                    break 'select;
                }
                break 'outer;
            }
        }
        labelled += 1;
    }
    note("labelled", labelled);
    out!("带标签：循环体走完 {labelled} 圈");
}
