//! Background and TODO: the same in every behaviour, two types, two names.
//!
//! Answers    context-background-todo
//! Watch for  1  the two probes print the same facts   2  they are not equal   3  children never register
//! Try        --mutate both-background
//! Go         context/context.go backgroundCtx, todoCtx, propagateCancel (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/background-todo",
    title: "Background 与 TODO：行为一样，类型和名字不同",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "Background 和 TODO 的行为完全相同",
            check: |s| {
                let of = |i: usize| s.lines()[i].split_once('：').map(|(_, facts)| facts.to_string());
                Verdict::eq("两次探测", of(0), of(1)).and(Verdict::eq("结论", s.lines()[2], "行为相同：true"))
            },
        },
        Claim {
            text: "两者动态类型不同，用 == 比较是 false",
            check: |s| Verdict::eq("比较", s.lines()[3], "相等：false"),
        },
        Claim {
            text: "不会登记到它们上面", check: |s| Verdict::eq("登记在根上的子", s.notes("children"), vec![0, 0])
        },
    ],
    mutations: &[
        Mutation { name: "todo-cancelled", what: "拿一个已取消的 context 当 TODO", breaks: &[0] },
        Mutation { name: "both-background", what: "两个都用 Background", breaks: &[1] },
        Mutation { name: "cancellable-roots", what: "两个根都换成可取消的", breaks: &[1, 2] },
    ],
    next: &[("传 nil 会怎样", "bagu demo run context/nil-parent")],
};

/// Everything a root can answer, and what becomes of a child.
fn probe(root: &Ctx) -> String {
    let err = |c: &Ctx| c.err().map_or_else(|| "<nil>".to_string(), |e| e.to_string());
    let (child, cancel) = with_cancel(root);
    note("children", root.children() as i64);
    let before = err(&child);
    cancel.call();
    format!(
        "Done 为 nil={} 有截止={} Err={} 子={before}→{}",
        root.done().is_nil(),
        root.deadline().is_some(),
        err(root),
        err(&child)
    )
}

fn run() {
    let (mut bg, mut td) = (background(), todo());
    if mutated("todo-cancelled") {
        let (ctx, cancel) = with_cancel(&td);
        cancel.call();
        td = ctx;
    }
    if mutated("both-background") {
        td = background();
    }
    if mutated("cancellable-roots") {
        (bg, td) = (with_cancel(&bg).0, with_cancel(&td).0);
    }
    let (one, two) = (probe(&bg), probe(&td));
    out!("{bg}：{one}");
    out!("{td}：{two}");
    out!("行为相同：{}", one == two);
    out!("相等：{}", bg.kind() == td.kind());
}
