//! Three traps of context values: shadowing, a failed assertion, shared mutable values.
//!
//! Answers    context-value-pitfall
//! Watch for  1  the upper context keeps its value   2  a missing key makes the assertion panic
//!            3  two goroutines add one to a value of the context, the sum is one
//! Try        --mutate shared-box, --mutate two-values, --mutate locked
//! Go         context/context.go WithValue, valueCtx (go1.27.3)
//! Differs    the assertion is written out, with the text of Go's panic
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/value-trap",
    title: "WithValue 的三个坑：遮蔽、断言、可变值",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "下游再 WithValue 同一个键只是遮蔽，上游取到的仍是旧值",
            check: |s| Verdict::eq("两处取值", s.lines()[0], "上游 1 下游 2"),
        },
        Claim {
            text: "取不到的键得到 nil，直接断言会 panic",
            check: |s| Verdict::new(s.lines()[1].starts_with("断言 panic:"), s.lines()[1]),
        },
        Claim {
            text: "值里的指针被多个 goroutine 读改写会丢更新",
            check: |s| Verdict::new(s.note("hits") < 2, format!("加了 2 次，得到 {}", s.note("hits"))),
        },
    ],
    mutations: &[
        Mutation { name: "shared-box", what: "值里放一个可改的盒子，下游直接改它", breaks: &[0] },
        Mutation { name: "two-values", what: "断言写成 v, ok 两值形式", breaks: &[1] },
        Mutation { name: "locked", what: "读改写用锁保护", breaks: &[2] },
    ],
    next: &[("加锁之后", "bagu demo run context/value-trap --mutate locked")],
};

#[derive(PartialEq, Eq)]
struct User;
#[derive(PartialEq, Eq)]
struct Trace;
#[derive(PartialEq, Eq)]
struct Hits;

fn user(ctx: &Ctx) -> i64 {
    ctx.value::<Var<i64>>(&User).map_or(0, |v| v.get())
}

fn trace(ctx: &Ctx) -> &'static str {
    match ctx.value::<&'static str>(&Trace) {
        Some(id) => id,
        None if mutated("two-values") => "",
        None => panic!("interface conversion: interface {{}} is nil, not string"),
    }
}

fn run() {
    let up = with_value(&background(), User, Var::new(1i64));
    let down = match up.value::<Var<i64>>(&User) {
        Some(inner) if mutated("shared-box") => {
            inner.set(2);
            up.clone()
        }
        _ => with_value(&up, User, Var::new(2i64)),
    };
    out!("上游 {} 下游 {}", user(&up), user(&down));

    match catch(|| trace(&down)) {
        Err(text) => out!("断言 panic: {text}"),
        Ok(id) => out!("断言得到 {id}"),
    }

    let hits = Var::new(0i64);
    let ctx = with_value(&down, Hits, hits.clone());
    let (read, end, mu) = (WaitGroup::new(), WaitGroup::new(), Mutex::new());
    read.add(2);
    for name in ["a", "b"] {
        let (ctx, read, mu) = (ctx.clone(), read.clone(), mu.clone());
        end.go(name, move || {
            let Some(n) = ctx.value::<Var<i64>>(&Hits) else { return };
            if mutated("locked") {
                mu.lock();
                n.set(n.get() + 1);
                mu.unlock();
                return;
            }
            let seen = n.get();
            read.done();
            read.wait(); // both have read before either writes
            n.set(seen + 1);
        });
    }
    end.wait();
    note("hits", hits.get());
    out!("两次加一之后 {}", hits.get());
}
