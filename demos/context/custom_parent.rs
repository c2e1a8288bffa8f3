//! Three kinds of parent, fifty children each: how many goroutines does context start for them?
//!
//! Answers    context-custom
//! Watch for  1  a wrapper that hands everything on costs none   2  one with a done channel of its
//!            own costs one for each child   3  they end when the children are cancelled
//! Try        --mutate wrapper-own-done, --mutate no-own-done, --mutate forget-cancel
//! Go         context/context.go propagateCancel, parentCancelCtx (go1.27.3)
use std::any::Any;
use std::sync::Arc;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/custom-parent",
    title: "自定义父 Context：改写 Done 就多出 goroutine",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "只嵌入不改写的包装类型不会多出 goroutine",
            check: |s| Verdict::eq("只嵌入多出", s.notes("extra")[1], 0),
        },
        Claim {
            text: "改写了 Done 的父，每派生一个可取消的子就多一个 goroutine",
            check: |s| {
                let extra = s.notes("extra");
                Verdict::new(
                    extra[0] == 0 && extra[2] == N,
                    format!("{N} 个子：标准父多 {}，改写 Done 多 {}", extra[0], extra[2]),
                )
            },
        },
        Claim {
            text: "全部取消之后归零", check: |s| Verdict::eq("全部取消之后多出", s.notes("left"), vec![0, 0, 0])
        },
    ],
    mutations: &[
        Mutation { name: "wrapper-own-done", what: "包装类型也换上自己的 Done", breaks: &[0] },
        Mutation { name: "no-own-done", what: "改写版不再改写 Done", breaks: &[1] },
        Mutation { name: "forget-cancel", what: "派生出的子一个都不取消", breaks: &[2] },
    ],
    next: &[("忘记 cancel 就泄漏", "bagu demo run context/custom-parent --mutate forget-cancel")],
};

const N: i64 = 50;

/// Wraps a context; with `done` it answers with that channel instead of the inner one.
struct Wrapper {
    inner: Ctx,
    done: Option<Chan<()>>,
}

impl Context for Wrapper {
    fn deadline(&self) -> Option<Time> {
        self.inner.deadline()
    }
    fn done(&self) -> Chan<()> {
        self.done.clone().unwrap_or_else(|| self.inner.done())
    }
    fn err(&self) -> Option<Error> {
        self.inner.err()
    }
    fn value_any(&self, key: &dyn Key) -> Option<Arc<dyn Any + Send + Sync>> {
        self.inner.value_any(key)
    }
}

fn count(name: &str, parent: &Ctx) {
    let before = num_goroutine() as i64;
    let cancels: Vec<Cancel> = (0..N).map(|_| with_cancel(parent).1).collect();
    let extra = num_goroutine() as i64 - before;
    if !mutated("forget-cancel") {
        cancels.iter().for_each(Cancel::call);
    }
    sleep(ms(20));
    let left = num_goroutine() as i64 - before;
    note("extra", extra);
    note("left", left);
    out!("{name} 多出 {extra} 全部取消之后 {left}");
}

fn run() {
    let (std, cancel) = with_cancel(&background());
    let fresh = |on: bool| if on { Some(chan(0)) } else { None };
    count("标准父", &std);
    count("只嵌入", &custom(Wrapper { inner: std.clone(), done: fresh(mutated("wrapper-own-done")) }));
    count("改写 Done", &custom(Wrapper { inner: std.clone(), done: fresh(!mutated("no-own-done")) }));
    cancel.call();
}
