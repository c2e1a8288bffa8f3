//! One context in a struct field, or one context for each call.
//!
//! Answers    context-not-in-struct, context-best-practice
//! Watch for  1  with the field, the 10 ms of one caller end the other call too
//!            2  with a parameter, only the short call ends early
//! Try        --mutate own-client, --mutate same-ctx
//! Go         context/context.go package comment (go1.27.3)
use std::time::Duration;

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/struct-field",
    title: "ctx 放字段会互相牵连，作参数互不影响",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "共用字段里的 ctx，一个调用的短截止会拖垮另一个调用",
            check: |s| Verdict::eq("字段版", s.lines()[0], "字段版 短截止的调用 超时 长截止的调用 超时"),
        },
        Claim {
            text: "每次调用按参数传自己的 ctx，互不影响",
            check: |s| Verdict::eq("参数版", s.lines()[1], "参数版 短截止的调用 超时 长截止的调用 完成"),
        },
    ],
    mutations: &[
        Mutation { name: "own-client", what: "字段版也给长调用单独建一个对象", breaks: &[0] },
        Mutation { name: "same-ctx", what: "参数版把同一个短截止的 ctx 传给两个调用", breaks: &[1] },
    ],
    next: &[("参数传错了也一样", "bagu demo run context/struct-field --mutate same-ctx")],
};

#[derive(Clone)]
struct Client {
    ctx: Ctx,
}

impl Client {
    fn fetch(&self, work: Duration) -> &'static str {
        fetch(&self.ctx, work)
    }
}

fn fetch(ctx: &Ctx, work: Duration) -> &'static str {
    select! {
        recv(after(work)) -> _ => "完成",
        recv(ctx.done()) -> _ => "超时",
    }
}

/// Runs the two calls at the same time.
fn both(
    short: impl FnOnce() -> &'static str + Send + 'static,
    long: impl FnOnce() -> &'static str + Send + 'static,
) -> (&'static str, &'static str) {
    let (s, l) = (chan(1), chan(1));
    let (s2, l2) = (s.clone(), l.clone());
    go("short", move || s2.send(short()));
    go("long", move || l2.send(long()));
    (s.recv().unwrap_or_default(), l.recv().unwrap_or_default())
}

fn run() {
    let bg = background();
    let (ctx, cancel) = with_timeout(&bg, ms(10));
    let one = Client { ctx };
    let other = if mutated("own-client") { Client { ctx: bg.clone() } } else { one.clone() };
    let (s, l) = both(move || one.fetch(ms(60)), move || other.fetch(ms(30)));
    cancel.call();
    out!("字段版 短截止的调用 {s} 长截止的调用 {l}");

    let (short, cancel1) = with_timeout(&bg, ms(10));
    let (long, cancel2) = with_timeout(&bg, secs(1));
    let long = if mutated("same-ctx") { short.clone() } else { long };
    let (s, l) = both(move || fetch(&short, ms(60)), move || fetch(&long, ms(30)));
    cancel1.call();
    cancel2.call();
    out!("参数版 短截止的调用 {s} 长截止的调用 {l}");
}
