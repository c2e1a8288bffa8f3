//! Values are looked up along the parents, one comparison a node; writing again shadows.
//!
//! Answers    context-value
//! Watch for  1  the older context still answers with the older value   2  a parent never sees a child's value
//!            3  comparisons = nodes from here up to the hit
//! Try        --mutate one-map   --mutate reassign
//! Go         context/context.go valueCtx, value (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/value-chain",
    title: "沿父链查值：遮蔽，而不是修改",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "查找沿父链逐层比较",
            check: |s| Verdict::eq("从最里层查第 10、5、1 层的比较次数", s.notes("steps"), vec![1, 6, 10]),
        },
        Claim {
            text: "再次 WithValue 同一个 key，旧的 context 不变",
            check: |s| Verdict::eq("旧的与新的", &s.lines()[..2], &["旧的 trace：t1", "新的 trace：t2"]),
        },
        Claim {
            text: "子节点添加的值，父和兄弟看不到",
            check: |s| Verdict::eq("三处的 user", s.lines()[2], "user：子=u7 父=<nil> 兄弟=<nil>"),
        },
    ],
    mutations: &[
        Mutation { name: "one-map", what: "十个值放进同一个节点", breaks: &[0] },
        Mutation { name: "reassign", what: "拿新的 context 覆盖旧变量", breaks: &[1] },
        Mutation { name: "sibling-from-child", what: "兄弟从子派生", breaks: &[2] },
    ],
    next: &[("key 该怎么定义", "bagu demo run context/value-key")],
};

#[derive(PartialEq, Eq)]
struct Trace;
#[derive(PartialEq, Eq)]
struct User;
#[derive(PartialEq, Eq)]
struct Level(u32);

fn text(v: Option<&'static str>) -> &'static str {
    v.unwrap_or("<nil>")
}

fn run() {
    let mut old = with_value(&background(), Trace, "t1");
    let new = with_value(&old, Trace, "t2");
    if mutated("reassign") {
        old = new.clone();
    }
    out!("旧的 trace：{}", text(old.value::<&'static str>(&Trace)));
    out!("新的 trace：{}", text(new.value::<&'static str>(&Trace)));

    let child = with_value(&old, User, "u7");
    let from = if mutated("sibling-from-child") { &child } else { &old };
    let (sibling, stop) = with_cancel(from);
    let user = |c: &Ctx| text(c.value::<&'static str>(&User));
    out!("user：子={} 父={} 兄弟={}", user(&child), user(&old), user(&sibling));
    stop.call();

    let mut deep = background();
    for i in 1..=10 {
        // One node holds one pair. The broken variant keeps a single node and asks it for everything.
        if !mutated("one-map") || i == 1 {
            deep = with_value(&deep, Level(i), i);
        }
    }
    for i in [10, 5, 1] {
        note("steps", deep.value_steps(&Level(i)) as i64);
    }
    out!("10 层之外的值：{}", deep.value::<u32>(&Level(1)).unwrap_or(0));
}
