//! Every constructor and the type behind it; and which of them can hold children.
//!
//! Answers    context-impls
//! Watch for  1  Background and TODO are two types   2  only the types with a cancelCtx inside count children
//!            3  a deadline later than the parent's gives a plain cancelCtx
//! Try        --mutate later-parent
//! Go         context/context.go (whole file, go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/impl-types",
    title: "每个构造函数背后的类型，以及谁能登记子节点",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "Background 与 TODO 是两个不同的动态类型",
            check: |s| Verdict::eq("两个根", &s.lines()[..2], &["Background：backgroundCtx", "TODO：todoCtx"]),
        },
        Claim {
            text: "只有 cancelCtx 里有 children",
            check: |s| {
                let want = ["WithCancel 的 children：1", "WithTimeout 的 children：1", "WithValue 的 children：0"];
                Verdict::eq("各派生一个子之后", &s.lines()[7..10], &want)
            },
        },
        Claim {
            text: "父的截止时间更早时得到的是 cancelCtx",
            check: |s| Verdict::eq("父更早", s.lines()[6], "WithTimeout（父更早）：cancelCtx"),
        },
    ],
    mutations: &[
        Mutation { name: "todo-is-background", what: "用 Background 冒充 TODO", breaks: &[0] },
        Mutation { name: "value-is-cancel", what: "把 WithValue 换成 WithCancel", breaks: &[1] },
        Mutation { name: "later-parent", what: "父的截止时间改成更晚", breaks: &[2] },
    ],
    next: &[("children 怎样增减", "bagu demo run context/tree-children")],
};

#[derive(PartialEq, Eq)]
struct UserKey;

fn run() {
    let bg = background();
    let todo = if mutated("todo-is-background") { background() } else { todo() };
    let (c, stop_c) = with_cancel(&bg);
    let (t, stop_t) = with_timeout(&bg, secs(60));
    let v = if mutated("value-is-cancel") { with_cancel(&c).0 } else { with_value(&c, UserKey, 7) };
    let w = without_cancel(&c);
    let far = if mutated("later-parent") { secs(600) } else { secs(60) };
    let (parent, stop_p) = with_timeout(&bg, far);
    let (late, stop_l) = with_timeout(&parent, secs(300));
    out!("Background：{}", bg.kind());
    out!("TODO：{}", todo.kind());
    out!("WithCancel：{}", c.kind());
    out!("WithTimeout：{}", t.kind());
    out!("WithValue：{}", v.kind());
    out!("WithoutCancel：{}", w.kind());
    out!("WithTimeout（父更早）：{}", late.kind());

    let (c2, stop_c2) = with_cancel(&bg);
    let v2 = if mutated("value-is-cancel") { with_cancel(&c2).0 } else { with_value(&c2, UserKey, 7) };
    let (_, a) = with_cancel(&c2); // one child each, not counting the value node
    let (_, b) = with_cancel(&t);
    out!("WithCancel 的 children：{}", c2.children());
    out!("WithTimeout 的 children：{}", t.children());
    let (_, d) = with_cancel(&v2);
    out!("WithValue 的 children：{}", v2.children());
    for stop in [a, b, d, stop_c2, stop_l, stop_p, stop_t, stop_c] {
        stop.call();
    }
}
