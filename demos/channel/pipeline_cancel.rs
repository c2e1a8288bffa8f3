//! gen → sq ×3 → merge; the consumer takes two values and leaves, with and without cancel.
//!
//! Answers    channel-pipeline
//! Watch for  1  after cancel no stage is left   2  without it all eight goroutines stay
//! Try        --mutate blind-send, --mutate always-cancel
//! Go         go.dev/blog/pipelines (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "channel/pipeline-cancel",
    title: "流水线提前退出：取消与不取消",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "取消之后每个阶段都退出",
            check: |s| Verdict::eq("取消后还剩的 goroutine", s.notes("left")[0], 0),
        },
        Claim {
            text: "没有取消，卡在发送上的阶段就全部泄漏",
            check: |s| Verdict::eq("不取消还剩的 goroutine", s.notes("left")[1], 8),
        },
    ],
    mutations: &[
        Mutation { name: "blind-send", what: "发送时不看取消信号", breaks: &[0] },
        Mutation { name: "always-cancel", what: "走人的那次也取消", breaks: &[1] },
    ],
    next: &[("发送不看取消会怎样", "bagu demo run channel/pipeline-cancel --mutate blind-send")],
};

/// Sends, or learns that nobody wants it any more.
fn send(out: &Chan<i64>, v: i64, quit: &Chan<()>) -> bool {
    if mutated("blind-send") {
        out.send(v);
        return true;
    }
    select! {
        send(out, v) => { true }
        recv(quit) -> _q => { false }
    }
}

/// Passes `f(v)` of every value on until the input ends or `quit` closes.
fn pass(from: &Chan<i64>, to: &Chan<i64>, quit: &Chan<()>, f: fn(i64) -> i64) {
    for v in from {
        if !send(to, f(v), quit) {
            return;
        }
    }
}

fn pipeline(cancel: bool) -> i64 {
    let before = num_goroutine();
    let (quit, src, out) = (chan::<()>(0), chan::<i64>(0), chan::<i64>(0));
    let (to, stop) = (src.clone(), quit.clone());
    go("gen", move || {
        let mut i = 1;
        while send(&to, i, &stop) {
            i += 1;
        }
        to.close();
    });
    let fan = WaitGroup::new();
    for _ in 0..3 {
        let sq = chan::<i64>(0);
        let (from, to, stop) = (src.clone(), sq.clone(), quit.clone());
        go("sq", move || {
            pass(&from, &to, &stop, |v| v * v);
            to.close();
        });
        let (to, stop) = (out.clone(), quit.clone());
        fan.go("merge", move || pass(&sq, &to, &stop, |v| v));
    }
    let end = out.clone();
    go("closer", move || {
        fan.wait();
        end.close();
    });
    out.recv();
    out.recv();
    if cancel || mutated("always-cancel") {
        quit.close();
    }
    sleep(ms(20));
    num_goroutine() as i64 - before as i64
}

fn run() {
    for (label, cancel) in [("取两个就取消", true), ("取两个就走人", false)] {
        let left = pipeline(cancel);
        note("left", left);
        out!("{label}：还剩 {left}");
    }
}
