//! Two packages, one word: string keys collide without a sound, types of one's own do not.
//!
//! Answers    context-value-key
//! Watch for  1  package a reads what package b wrote   2  with types of their own each reads its own
//! Try        --mutate prefixed   --mutate shared-type
//! Go         context/context.go WithValue, value (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/value-key",
    title: "字符串 key 相撞，自己的类型不会",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "后写的遮住先写的",
            check: |s| Verdict::eq("字符串", s.lines()[0], "字符串 key：a 读到 B，b 读到 B"),
        },
        Claim {
            text: "类型和值都相等才算同一个 key",
            check: |s| {
                let want = ["自己的类型：a 读到 A，b 读到 B", "同类型不同值：1 号 X，2 号 Y"];
                Verdict::eq("类型与值", &s.lines()[1..3], &want)
            },
        },
    ],
    mutations: &[
        Mutation { name: "prefixed", what: "字符串加上包名前缀", breaks: &[0] },
        Mutation { name: "shared-type", what: "两个包用同一个 key 类型", breaks: &[1] },
    ],
    next: &[("值是怎样查到的", "bagu demo run context/value-chain")],
};

/// One of two packages that both keep a user in the context.
mod package_a {
    #[derive(PartialEq, Eq)]
    pub struct UserKey;
}
mod package_b {
    #[derive(PartialEq, Eq)]
    pub struct UserKey;
}
#[derive(PartialEq, Eq)]
struct Id(u32);

fn get(ctx: &Ctx, key: &impl Key) -> &'static str {
    ctx.value::<&'static str>(key).unwrap_or("<nil>")
}

fn run() {
    let (a, b) = if mutated("prefixed") { ("a/userID", "b/userID") } else { ("userID", "userID") };
    let ctx = with_value(&background(), a, "A");
    let ctx = with_value(&ctx, b, "B");
    out!("字符串 key：a 读到 {}，b 读到 {}", get(&ctx, &a), get(&ctx, &b));

    let ctx = with_value(&background(), package_a::UserKey, "A");
    let ctx = if mutated("shared-type") {
        with_value(&ctx, package_a::UserKey, "B")
    } else {
        with_value(&ctx, package_b::UserKey, "B")
    };
    out!("自己的类型：a 读到 {}，b 读到 {}", get(&ctx, &package_a::UserKey), get(&ctx, &package_b::UserKey));

    let ctx = with_value(&background(), Id(1), "X");
    let ctx = with_value(&ctx, Id(2), "Y");
    out!("同类型不同值：1 号 {}，2 号 {}", get(&ctx, &Id(1)), get(&ctx, &Id(2)));
}
