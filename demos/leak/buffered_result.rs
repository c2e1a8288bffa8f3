//! Twenty requests time out before the answer comes: with no room, and with room for one.
//!
//! Answers    leak-buffered-result
//! Watch for  1  without room every timeout leaks a sender   2  with room none   3  the work goes on either way
//! Try        --mutate unbuffered-async, --mutate no-room, --mutate ctx-aware
//! Go         runtime/chan.go chansend (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/buffered-result",
    title: "超时之后的发送：容量 0 与容量 1",
    setup: Setup { real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "容量 0 时，每次超时漏一个，停在 chan send",
            check: |s| {
                Verdict::eq("容量 0 漏", s.notes("leaked")[0], REQUESTS).and(Verdict::eq(
                    "停在 chan send 的",
                    s.leaked_for(WaitReason::ChanSend).len() as i64,
                    REQUESTS,
                ))
            },
        },
        Claim { text: "容量 1 时一个不漏", check: |s| Verdict::eq("容量 1 漏", s.notes("leaked")[1], 0) },
        Claim {
            text: "缓冲不会让后台工作停下",
            check: |s| Verdict::eq("容量 1 时照样算完的", s.notes("computed")[1], REQUESTS),
        },
    ],
    mutations: &[
        Mutation { name: "unbuffered-async", what: "无缓冲的发送不等接收者", breaks: &[0] },
        Mutation { name: "no-room", what: "第二轮也不给缓冲", breaks: &[0, 1] },
        Mutation { name: "ctx-aware", what: "后台工作看 ctx，超时就停", breaks: &[0, 2] },
    ],
    next: &[("后台工作看 ctx 会怎样", "bagu demo run leak/buffered-result --mutate ctx-aware")],
};

const REQUESTS: i64 = 20;

/// The handler: gives up after 10 ms, the answer would take 50.
fn handle(capacity: usize, computed: &Atomic) {
    let (ctx, cancel) = with_timeout(&background(), ms(10));
    let result = chan::<i64>(capacity);
    let (tx, work, computed) = (result.clone(), ctx.clone(), computed.clone());
    go("worker", move || {
        let quit = if mutated("ctx-aware") { work.done() } else { Chan::nil() };
        select! {
            recv(after(ms(50))) -> _ => {}
            recv(quit) -> _ => return
        }
        computed.add(1);
        tx.send(1);
    });
    select! {
        recv(result) -> _ => {}
        recv(ctx.done()) -> _ => {}
    }
    cancel.call();
}

fn round(capacity: usize) {
    let (before, computed) = (num_goroutine(), Atomic::new(0));
    for _ in 0..REQUESTS {
        handle(capacity, &computed);
    }
    sleep(ms(100));
    let leaked = num_goroutine() - before;
    note("leaked", leaked as i64);
    note("computed", computed.load());
    out!("超时 {REQUESTS} 次：漏 {leaked} 个，后台照样算完 {} 次", computed.load());
}

fn run() {
    round(0);
    round(usize::from(!mutated("no-room")));
}
