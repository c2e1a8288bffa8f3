//! Who is registered in the children of the root, step by step.
//!
//! Answers    context-tree
//! Watch for  1  WithValue adds nothing   2  a child behind a WithValue still lands in the root
//!            3  a grandchild does not   4  a cancelled child leaves   5  a cancelled root is empty
//! Try        --mutate ctx-keeps-child
//! Go         context/context.go propagateCancel, parentCancelCtx, removeChild (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/tree-children",
    title: "根的 children 怎样随派生和取消增减",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "WithValue 派生不进 children",
            check: |s| Verdict::eq("WithValue 之后", s.lines()[1], "WithValue 之后：0"),
        },
        Claim {
            text: "孙子只登记在最近的可取消祖先上",
            check: |s| Verdict::eq("派生孙之后", s.lines()[4], "子再派生孙之后：2，子的 children：1"),
        },
        Claim {
            text: "子自己取消后从父的 children 删除",
            check: |s| {
                let n = s.notes("根");
                Verdict::eq("根的 children（子取消前 - 后）", n[0] - n[1], 1)
            },
        },
        Claim {
            text: "父取消后 children 置空", check: |s| Verdict::eq("根取消之后", s.lines()[6], "根取消之后：0")
        },
    ],
    mutations: &[
        Mutation { name: "value-is-cancel", what: "把 WithValue 换成 WithCancel", breaks: &[0, 2] },
        Mutation { name: "grandchild-of-root", what: "孙直接从根派生", breaks: &[1] },
        Mutation { name: "ctx-keeps-child", what: "取消时不从父的 children 删除自己", breaks: &[2] },
        Mutation { name: "no-root-cancel", what: "最后不取消根", breaks: &[3] },
    ],
    next: &[("取消怎样走下去", "bagu demo run context/cancel-walk")],
};

#[derive(PartialEq, Eq)]
struct UserKey;

fn run() {
    let (root, cancel_root) = with_cancel(&background());
    out!("开始：{}", root.children());
    let v = if mutated("value-is-cancel") { with_cancel(&root).0 } else { with_value(&root, UserKey, 7) };
    out!("WithValue 之后：{}", root.children());
    let (child, cancel_child) = with_cancel(&v);
    out!("WithCancel(WithValue) 之后：{}", root.children());
    let (_timed, stop_timed) = with_timeout(&root, secs(60));
    out!("WithTimeout 之后：{}", root.children());
    let from = if mutated("grandchild-of-root") { &root } else { &child };
    let (_grand, stop_grand) = with_cancel(from);
    out!("子再派生孙之后：{}，子的 children：{}", root.children(), child.children());
    note("根", root.children() as i64);
    cancel_child.call();
    note("根", root.children() as i64);
    out!("子取消之后：{}", root.children());
    if !mutated("no-root-cancel") {
        cancel_root.call();
    }
    out!("根取消之后：{}", root.children());
    stop_grand.call();
    stop_timed.call();
    cancel_root.call();
}
