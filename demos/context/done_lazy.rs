//! The done channel is made when somebody first asks for it, once for all listeners.
//!
//! Answers    context-done
//! Watch for  1  no channel until Done is called   2  five listeners wait on one channel, all wake
//!            3  deriving a cancellable child asks for the parent's Done, a WithValue does not
//! Try        --mutate ctx-eager-done   --mutate close-wakes-one
//! Go         context/context.go cancelCtx.Done, closedchan (go1.27.3)
//! Differs    one cancelled unseen gets a closed channel of its own here, the shared closedchan in Go
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/done-lazy",
    title: "Done 的 channel 何时创建，关闭时唤醒谁",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("没人看过就取消时，这里给一个单独的已关闭 channel，Go 给包级共享的 closedchan"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "第一次调用 Done() 才创建 channel",
            check: |s| {
                let want = ["派生之后：done 已创建=false", "调用 Done 之后：done 已创建=true"];
                Verdict::eq("前后", &s.lines()[..2], &want)
            },
        },
        Claim {
            text: "N 个监听者共用一个 channel",
            check: |s| {
                let mut on: Vec<u32> =
                    s.recording.of(Kind::ChanWait).filter(|(_, e)| e.why == 1).map(|(_, e)| e.a).collect();
                let waits = on.len();
                on.sort_unstable();
                on.dedup();
                Verdict::eq("等待者", waits, 5).and(Verdict::eq("他们等的 channel 数", on.len(), 1))
            },
        },
        Claim {
            text: "一次关闭唤醒所有监听者",
            check: |s| Verdict::eq("取消之后", s.lines()[2], "5 个监听者，醒来 5 个"),
        },
        Claim {
            text: "从它派生可取消的子 context 会创建父的 done",
            check: |s| {
                let want =
                    ["派生 WithValue 之后：父的 done 已创建=false", "派生 WithCancel 之后：父的 done 已创建=true"];
                Verdict::eq("前后", &s.lines()[4..6], &want)
            },
        },
    ],
    mutations: &[
        Mutation { name: "ctx-eager-done", what: "派生时立即创建 done", breaks: &[0, 3] },
        Mutation { name: "derive-each", what: "每个监听者等自己派生的 context", breaks: &[1] },
        Mutation { name: "close-wakes-one", what: "close 只唤醒一个等待者", breaks: &[2] },
        Mutation { name: "value-child", what: "第二个子也用 WithValue", breaks: &[3] },
    ],
    next: &[("取消怎样走下去", "bagu demo run context/cancel-walk")],
};

#[derive(PartialEq, Eq)]
struct UserKey;

fn run() {
    let (ctx, cancel) = with_cancel(&background());
    out!("派生之后：done 已创建={}", ctx.has_done());
    let _ = ctx.done();
    out!("调用 Done 之后：done 已创建={}", ctx.has_done());
    let woken = Atomic::new(0);
    for _ in 0..5 {
        let (ctx, woken) = (ctx.clone(), woken.clone());
        go("listener", move || {
            let ctx = if mutated("derive-each") { with_cancel(&ctx).0 } else { ctx };
            ctx.done().recv();
            woken.add(1);
        });
    }
    sleep(ms(20)); // all five wait
    cancel.call();
    sleep(ms(20));
    out!("5 个监听者，醒来 {} 个", woken.load());

    let (unseen, stop) = with_cancel(&background());
    stop.call(); // nobody ever asked for Done: it becomes the shared closed channel
    let closed = matches!(unseen.done().try_recv(), TryRecv::Closed);
    out!("没人看过就取消：Done 立即可读={closed}");

    let (parent, stop_parent) = with_cancel(&background());
    let _value = with_value(&parent, UserKey, 7);
    out!("派生 WithValue 之后：父的 done 已创建={}", parent.has_done());
    let _child = if mutated("value-child") { with_value(&parent, UserKey, 8) } else { with_cancel(&parent).0 };
    out!("派生 WithCancel 之后：父的 done 已创建={}", parent.has_done());
    stop_parent.call();
}
