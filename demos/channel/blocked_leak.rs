//! Goroutines that wait for somebody who never comes, and the repair of each.
//!
//! Answers    channel-leak
//! Watch for  1  senders without receiver stay   2  room for every result lets them go   3  so does close
//! Try        --mutate unbuffered-async, --mutate no-room, --mutate always-close
//! Go         runtime/chan.go chansend, chanrecv (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/blocked-leak",
    title: "三种泄漏：没人收、三取一、没人关",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "没人接收的发送者会永远卡住",
            check: |s| {
                Verdict::eq("结束时停在 chan send 的", s.leaked_for(WaitReason::ChanSend).len(), 3)
                    .and(Verdict::eq("无缓冲时各漏", (s.notes("left")[0], s.notes("left")[2]), (1, 2)))
            },
        },
        Claim {
            text: "容量给够，发送者就能发完退出",
            check: |s| Verdict::eq("容量给够时各漏", (s.notes("left")[1], s.notes("left")[3]), (0, 0)),
        },
        Claim {
            text: "range 一个没人关闭的 channel 永远不会结束",
            check: |s| {
                Verdict::eq("没人关闭、有人关闭各漏", (s.notes("left")[4], s.notes("left")[5]), (1, 0))
                    .and(Verdict::eq("停在 chan receive 的", s.leaked_for(WaitReason::ChanReceive).len(), 1))
            },
        },
    ],
    mutations: &[
        Mutation { name: "unbuffered-async", what: "无缓冲的发送不等接收者", breaks: &[0] },
        Mutation { name: "no-room", what: "修复版也不给缓冲", breaks: &[1] },
        Mutation { name: "always-close", what: "两个 range 都有人关闭", breaks: &[2] },
    ],
    next: &[("不给缓冲会怎样", "bagu demo run channel/blocked-leak --mutate no-room")],
};

/// Goroutines that `f` leaves behind.
fn leaked(what: &str, f: impl FnOnce()) {
    let before = num_goroutine();
    f();
    sleep(ms(20));
    let left = num_goroutine() as i64 - before as i64;
    note("left", left);
    out!("{what}：漏 {left}");
}

fn room(capacity: usize) -> usize {
    if mutated("no-room") { 0 } else { capacity }
}

fn timeout(capacity: usize) {
    let res = chan::<i64>(capacity);
    let tx = res.clone();
    go("slow", move || {
        sleep(ms(10));
        tx.send(1);
    });
    let late = after(ms(1));
    select! {
        recv(res) -> _v => {}
        recv(late) -> _t => {}
    }
}

fn fastest(capacity: usize) {
    let res = chan::<i64>(capacity);
    for i in 0..3 {
        let tx = res.clone();
        go("racer", move || tx.send(i));
    }
    res.recv();
}

fn consumer(close_it: bool) {
    let ch = chan::<i64>(0);
    let rx = ch.clone();
    go("ranger", move || for _ in &rx {});
    ch.send(1);
    if close_it || mutated("always-close") {
        ch.close();
    }
}

fn run() {
    leaked("超时就走，无缓冲", || timeout(0));
    leaked("超时就走，容量 1", || timeout(room(1)));
    leaked("三取一，无缓冲", || fastest(0));
    leaked("三取一，容量 3", || fastest(room(3)));
    leaked("range 没人关闭", || consumer(false));
    leaked("range 有人关闭", || consumer(true));
}
