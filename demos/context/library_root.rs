//! A library that makes its own root context, and one that hands its caller's context on.
//!
//! Answers    context-background-lib
//! Watch for  1  with its own root the work goes on after the caller cancelled   2  and it has lost
//!            the trace id   3  handed on, the cancel stops it
//! Try        --mutate use-ctx, --mutate cut-off
//! Go         context/context.go Background (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/library-root",
    title: "库里自己造 Background，与把 ctx 传下去",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "库里改用 Background，调用者取消后任务照样做完",
            check: |s| {
                let ms = s.notes("took_ms")[0];
                Verdict::new(
                    s.lines()[0].contains("做完") && ms >= 60,
                    format!("10 ms 取消，{ms} ms 返回：{}", s.lines()[0]),
                )
            },
        },
        Claim {
            text: "Background 上取不到调用者放进去的 trace id",
            check: |s| Verdict::new(s.lines()[0].ends_with("trace=<nil>"), s.lines()[0]),
        },
        Claim {
            text: "把 ctx 传下去，取消时任务跟着停",
            check: |s| {
                let ms = s.notes("took_ms")[1];
                let line = s.lines()[1];
                Verdict::new(line.contains("context canceled trace=abc") && ms < 50, format!("{ms} ms 返回：{line}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "use-ctx", what: "库改成沿用调用者的 ctx", breaks: &[0, 1] },
        Mutation { name: "cut-off", what: "传下去的那个也换成 Background", breaks: &[2] },
    ],
    next: &[("沿用之后", "bagu demo run context/library-root --mutate use-ctx")],
};

#[derive(PartialEq, Eq)]
struct Trace;

fn query(ctx: &Ctx) -> String {
    let end = select! {
        recv(after(ms(60))) -> _ => "做完".to_owned(),
        recv(ctx.done()) -> _ => ctx.err().map_or_else(String::new, |e| e.to_string()),
    };
    format!("{end} trace={}", ctx.value::<&str>(&Trace).unwrap_or("<nil>"))
}

fn save_own_root(ctx: &Ctx) -> String {
    if mutated("use-ctx") { query(ctx) } else { query(&background()) }
}

fn save_hand_on(ctx: &Ctx) -> String {
    if mutated("cut-off") { query(&background()) } else { query(ctx) }
}

fn run() {
    for name in ["自己用 Background:", "把 ctx 传下去:"] {
        let (ctx, cancel) = with_cancel(&with_value(&background(), Trace, "abc"));
        after_func(ms(10), move || cancel.call());
        let start = now();
        let saved = if name.starts_with("自己") { save_own_root(&ctx) } else { save_hand_on(&ctx) };
        out!("{name} {saved}");
        note("took_ms", (now() - start).as_millis() as i64);
    }
}
