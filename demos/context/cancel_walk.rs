//! A cancel walks down the registered tree before it returns; a foreign parent costs a goroutine a child.
//!
//! Answers    context-cancel-propagation
//! Watch for  1  b and its three children are gone, nobody else   2  100 levels are done when cancel returns
//!            3  each node closes its own done before it goes on to its children
//!            4  below a context of unknown type every child needs a goroutine of its own
//! Try        --mutate ctx-no-propagate   --mutate std-parent
//! Go         context/context.go cancelCtx.cancel, propagateCancel (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/cancel-walk",
    title: "取消自顶向下走完整棵子树才返回",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "cancel 返回时，登记在 children 里的整棵子树都已取消",
            check: |s| {
                Verdict::eq("树", s.lines()[2], "已取消 4 个，共 13 个").and(Verdict::eq(
                    "链",
                    s.lines()[3],
                    "100 层的链：已取消 100 层",
                ))
            },
        },
        Claim {
            text: "父和兄弟不受影响",
            check: |s| Verdict::eq("别的节点", s.lines()[1], "root、a、c：<nil>、<nil>、<nil>"),
        },
        Claim {
            text: "先关自己的 done，再递归取消子节点",
            check: |s| {
                let done: Vec<(u32, u32)> = s.recording.of(Kind::CtxCancel).map(|(_, e)| (e.a, e.b as u32)).collect();
                let passed = done.iter().filter(|(_, from)| *from != 0).count();
                let late = (0..done.len())
                    .filter(|&i| done[i].1 != 0 && !done[..i].iter().any(|(id, _)| *id == done[i].1))
                    .count();
                Verdict::eq("先于父取消的子", late, 0)
                    .and(Verdict::new(passed >= 102, format!("由父传下来的取消 {passed} 次")))
            },
        },
        Claim {
            text: "每个可取消的子 context 要多一个转接 goroutine",
            check: |s| {
                let want = ["标准父的 10 个子：多 0 个 goroutine", "自定义父的 10 个子：多 10 个 goroutine"];
                Verdict::eq("多出的 goroutine", &s.lines()[4..6], &want)
            },
        },
    ],
    mutations: &[
        Mutation { name: "ctx-no-propagate", what: "取消不传给子 context", breaks: &[0, 2] },
        Mutation { name: "cancel-root", what: "取消的是根", breaks: &[0, 1] },
        Mutation { name: "std-parent", what: "自定义父换成标准父", breaks: &[3] },
    ],
    next: &[("children 怎样增减", "bagu demo run context/tree-children")],
};

/// A context of our own with a Done of its own: the package cannot look inside.
struct Foreign(Chan<()>);

impl Context for Foreign {
    fn done(&self) -> Chan<()> {
        self.0.clone()
    }
    fn err(&self) -> Option<Error> {
        None
    }
}

fn err(ctx: &Ctx) -> String {
    ctx.err().map_or_else(|| "<nil>".to_string(), |e| e.to_string())
}

fn run() {
    let (root, cancel_root) = with_cancel(&background());
    let kids: Vec<(Ctx, Cancel)> = (0..3).map(|_| with_cancel(&root)).collect();
    let grand: Vec<(Ctx, Cancel)> =
        kids.iter().flat_map(|(k, _)| (0..3).map(|_| with_cancel(k)).collect::<Vec<_>>()).collect();
    if mutated("cancel-root") {
        cancel_root.call();
    } else {
        kids[1].1.call();
    }
    out!("b：{}", err(&kids[1].0));
    out!("root、a、c：{}、{}、{}", err(&root), err(&kids[0].0), err(&kids[2].0));
    let all = || std::iter::once(&root).chain(kids.iter().chain(&grand).map(|(c, _)| c));
    out!("已取消 {} 个，共 {} 个", all().filter(|c| c.err().is_some()).count(), all().count());

    let (top, cancel) = with_cancel(&background());
    let mut chain = vec![top];
    for i in 1..100 {
        let next = with_cancel(&chain[i - 1]).0;
        chain.push(next);
    }
    cancel.call();
    out!("100 层的链：已取消 {} 层", chain.iter().filter(|c| c.err().is_some()).count());

    let (standard, stop) = with_cancel(&background());
    out!("标准父的 10 个子：多 {} 个 goroutine", children_of(&standard));
    let quit = chan::<()>(0);
    let foreign = if mutated("std-parent") { standard } else { custom(Foreign(quit)) };
    out!("自定义父的 10 个子：多 {} 个 goroutine", children_of(&foreign));
    stop.call();
    cancel_root.call();
}

/// Derives ten children, counts the goroutines that this took, and cancels them.
fn children_of(parent: &Ctx) -> usize {
    let before = num_goroutine();
    let kids: Vec<(Ctx, Cancel)> = (0..10).map(|_| with_cancel(parent)).collect();
    let more = num_goroutine() - before;
    for (_, stop) in &kids {
        stop.call();
    }
    more
}
