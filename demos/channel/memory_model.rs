//! What a channel orders: an unbuffered receive comes before the end of its send, and the k-th
//! receive before the end of send k+C.
//!
//! Answers    channel-memory-model
//! Watch for  1  what was written before the receive is seen after the send, only without a buffer
//!            2  the fourth send on capacity 3 ends after the first receive
//! Try        --mutate unbuffered-async, --mutate extra-slot
//! Go         go.dev/ref/mem, runtime/chan.go chansend (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/memory-model",
    title: "无缓冲的接收在发送完成之前，容量 C 推迟 C 次",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("slots"),
    run,
    claims: &[
        Claim {
            text: "无缓冲的接收先于对应的发送完成",
            check: |s| {
                let seen = ["无缓冲，发送返回后读到： 写好了", "容量 1，发送返回后读到： 什么也没看到"];
                Verdict::eq("发送返回后读到", &s.lines()[..2], &seen)
            },
        },
        Claim {
            text: "第 k 次接收先于第 k+C 次发送完成",
            check: |s| {
                let at = |l: &str| s.lines().iter().position(|x| *x == l).expect("printed");
                let (third, recv, fourth) = (at("第 3 次发送完成"), at("开始第 1 次接收"), at("第 4 次发送完成"));
                let measured = format!("第 3 次发送在第 {third} 行，第 1 次接收在 {recv}，第 4 次发送在 {fourth}");
                Verdict::new(third < recv && recv < fourth, measured)
            },
        },
    ],
    mutations: &[
        Mutation { name: "unbuffered-async", what: "无缓冲的发送不等接收者", breaks: &[0] },
        Mutation { name: "extra-slot", what: "容量悄悄多一格", breaks: &[1] },
    ],
    next: &[("发送不等人会怎样", "bagu demo run channel/memory-model --mutate unbuffered-async")],
};

/// Writes before the receive, reads after the send.
fn hand_over(capacity: usize) -> &'static str {
    let a = Var::new("什么也没看到");
    let (c, done) = (chan::<i64>(capacity), chan::<()>(0));
    let (var, ch, end) = (a.clone(), c.clone(), done.clone());
    go("writer", move || {
        sleep(ms(10));
        var.set("写好了");
        ch.recv();
        end.close();
    });
    c.send(0);
    let seen = a.get();
    done.recv();
    seen
}

fn run() {
    out!("无缓冲，发送返回后读到： {}", hand_over(0));
    out!("容量 1，发送返回后读到： {}", hand_over(1));

    let (c, done) = (named("slots", if mutated("extra-slot") { 4 } else { 3 }), chan::<()>(0));
    let (slots, end) = (c.clone(), done.clone());
    go("sender", move || {
        for k in 1..=4 {
            slots.send(k);
            out!("第 {k} 次发送完成");
        }
        end.close();
    });
    sleep(ms(10));
    out!("开始第 1 次接收");
    c.recv();
    done.recv();
}
