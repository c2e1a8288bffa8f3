//! len says one; two consumers believe it; one of them waits for ever.
//!
//! Answers    channel-len-cap-pitfall
//! Watch for  1  both looked, one got it, one is stuck   2  select with default: one hit, one miss
//!            3  an unbuffered channel has len 0 although a sender waits
//! Try        --mutate two-items, --mutate plain-recv, --mutate buffered
//! Go         runtime/chan.go chanlen, selectnbrecv (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/len-check",
    title: "先看 len 再接收，会卡住",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Chan("ch"),
    run,
    claims: &[
        Claim {
            text: "先看 len 再接收，两步之间会被别人抢走",
            check: |s| {
                Verdict::eq("看到的", s.lines()[0], "两个都看到有货： true")
                    .and(Verdict::eq("结果", s.lines()[1], "先看 len：取到 1 卡住 1"))
                    .and(Verdict::eq("停在 chan receive 的", s.leaked_for(WaitReason::ChanReceive).len(), 1))
            },
        },
        Claim {
            text: "用 select 加 default 做一次真正的尝试",
            check: |s| Verdict::eq("结果", s.lines()[2], "select + default：取到 1 落空 1"),
        },
        Claim {
            text: "无缓冲 channel 的 len、cap 恒为 0",
            check: |s| {
                Verdict::eq("等着发的", s.note("senders"), 1)
                    .and(Verdict::eq("读数", s.lines()[3], "无缓冲，有人在等着发：len 0 cap 0"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "two-items", what: "缓冲里放两个元素", breaks: &[0] },
        Mutation { name: "plain-recv", what: "去掉 default，直接接收", breaks: &[1] },
        Mutation { name: "buffered", what: "最后一个 channel 给 1 个缓冲", breaks: &[2] },
    ],
    next: &[("去掉 default 会怎样", "bagu demo run channel/len-check --mutate plain-recv")],
};

fn look_then_receive() {
    let ch = named::<i64>("ch", 4);
    ch.send(1);
    if mutated("two-items") {
        ch.send(2);
    }
    let (looked, go_on, got) = (chan::<bool>(0), chan::<()>(0), chan::<i64>(2));
    for _ in 0..2 {
        let (ch, looked, go_on, got) = (ch.clone(), looked.clone(), go_on.clone(), got.clone());
        go("consumer", move || {
            looked.send(!ch.is_empty());
            go_on.recv();
            got.send(ch.recv_ok().0);
        });
    }
    let (first, second) = (looked.recv_ok().0, looked.recv_ok().0);
    out!("两个都看到有货： {}", first && second);
    go_on.close();
    sleep(ms(10));
    out!("先看 len：取到 {} 卡住 {}", got.len(), 2 - got.len());
}

fn try_once() {
    let ch = chan::<i64>(4);
    ch.send(1);
    let (hit, miss) = (chan::<()>(2), chan::<()>(2));
    for _ in 0..2 {
        let (ch, hit, miss) = (ch.clone(), hit.clone(), miss.clone());
        go("trier", move || {
            if mutated("plain-recv") {
                ch.recv();
                hit.send(());
                return;
            }
            select! {
                recv(ch) -> _v => { hit.send(()); }
                default => { miss.send(()); }
            }
        });
    }
    sleep(ms(10));
    out!("select + default：取到 {} 落空 {}", hit.len(), miss.len());
}

fn run() {
    look_then_receive();
    try_once();
    let un = chan::<i64>(usize::from(mutated("buffered")));
    let tx = un.clone();
    go("sender", move || tx.send(1));
    sleep(ms(10));
    note("senders", un.snapshot().sendq.len() as i64);
    out!("无缓冲，有人在等着发：len {} cap {}", un.len(), un.cap());
}
