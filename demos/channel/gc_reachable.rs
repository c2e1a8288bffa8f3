//! An unreferenced channel goes away without close; one with a blocked goroutine does not.
//!
//! Answers    channel-gc
//! Watch for  1  three elements freed, nobody closed anything   2  none freed while senders wait
//! Try        --mutate keep-ref, --mutate room-for-two
//! Go         runtime/mgcmark.go markroot: every goroutine's stack is a root (go1.27.3)
//! Differs    reference counts instead of a reachability scan: cycles would stay
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/gc-reachable",
    title: "没人引用就回收，有人阻塞就留下",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("这里按引用计数释放，Go 按可达性扫描；「谁还引用着 channel」的结论一样，循环引用除外"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "没人引用的 channel 不用 close 也会被回收",
            check: |s| {
                Verdict::eq("没人阻塞时回收", s.note("nobody"), 3)
                    .and(Verdict::eq("close 的次数", s.count(Kind::ChanClose), 0))
            },
        },
        Claim {
            text: "有 goroutine 阻塞在上面，channel 就不会被回收",
            check: |s| {
                Verdict::eq("有人阻塞时回收", s.note("blocked"), 0)
                    .and(Verdict::eq("停在 chan send 的", s.leaked_for(WaitReason::ChanSend).len(), 3))
            },
        },
    ],
    mutations: &[
        Mutation { name: "keep-ref", what: "main 把 channel 存进一个列表", breaks: &[0] },
        Mutation { name: "room-for-two", what: "容量改成 2，发送者放下就走", breaks: &[1] },
    ],
    next: &[("没有人阻塞在上面会怎样", "bagu demo run channel/gc-reachable --mutate room-for-two")],
};

/// Counts itself when it is freed.
struct Payload(Arc<AtomicI64>);
impl Drop for Payload {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}
type Ch = Chan<Option<Payload>>;

fn run() {
    let freed = Arc::new(AtomicI64::new(0));
    let mut kept: Vec<Ch> = Vec::new();
    for _ in 0..3 {
        let ch: Ch = chan(1);
        ch.send(Some(Payload(freed.clone())));
        if mutated("keep-ref") {
            kept.push(ch);
        }
    }
    let n = freed.swap(0, Relaxed);
    note("nobody", n);
    out!("没人阻塞：回收 {n} / 3");
    drop(kept);
    freed.store(0, Relaxed);

    for _ in 0..3 {
        let ch: Ch = chan(if mutated("room-for-two") { 2 } else { 1 });
        ch.send(Some(Payload(freed.clone())));
        go("sender", move || ch.send(None)); // full: waits for ever
    }
    sleep(ms(10));
    let n = freed.load(Relaxed);
    note("blocked", n);
    out!("有人阻塞：回收 {n} / 3");
}
