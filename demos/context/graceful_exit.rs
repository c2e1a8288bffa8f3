//! Three ways to treat the work in hand when the cancel comes.
//!
//! Answers    context-graceful-exit
//! Watch for  1  returning at once drops all three tasks   2  finishing takes as long as the longest
//!            3  with a limit of 60 ms two are finished, one is given up
//! Try        --mutate drop-nothing, --mutate drop-all, --mutate grace-from-ctx
//! Go         context/context.go WithoutCancel, WithTimeout (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/graceful-exit",
    title: "取消时手头的任务：作废、做完、限时收尾",
    setup: Setup { real: false, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "收到 Done 立刻返回，在途任务全部作废",
            check: |s| Verdict::eq("立刻返回", s.lines()[0], "立刻返回 完成 0 作废 3 退完 0 ms"),
        },
        Claim {
            text: "做完手头的再退，退出时刻由最长的任务决定",
            check: |s| Verdict::eq("做完再退", s.lines()[1], "做完再退 完成 3 作废 0 退完 120 ms"),
        },
        Claim {
            text: "给收尾单独限时，到点没做完的放弃并报告",
            check: |s| Verdict::eq("收尾限时", s.lines()[2], "收尾限时 完成 2 作废 1 退完 60 ms"),
        },
    ],
    mutations: &[
        Mutation { name: "drop-nothing", what: "立刻返回版也把任务做完", breaks: &[0] },
        Mutation { name: "drop-all", what: "做完再退版一收到 Done 就返回", breaks: &[1] },
        Mutation { name: "grace-from-ctx", what: "收尾的 ctx 从已取消的 ctx 派生", breaks: &[2] },
    ],
    next: &[("忘了 WithoutCancel", "bagu demo run context/graceful-exit --mutate grace-from-ctx")],
};

const GRACE_MS: u64 = 60;

/// True when the task was finished.
fn finish(ctx: &Ctx, how: &str, task: &Chan<Time>) -> bool {
    let drop_at_once = how == "立刻返回" && !mutated("drop-nothing") || how == "做完再退" && mutated("drop-all");
    if drop_at_once {
        return select! { recv(task) -> _ => true, recv(ctx.done()) -> _ => false };
    }
    if how != "收尾限时" {
        task.recv();
        return true;
    }
    let early = select! { recv(task) -> _ => true, recv(ctx.done()) -> _ => false };
    if early {
        return true;
    }
    let from = if mutated("grace-from-ctx") { ctx.clone() } else { without_cancel(ctx) };
    let (last, cancel) = with_timeout(&from, ms(GRACE_MS));
    let done = select! { recv(task) -> _ => true, recv(last.done()) -> _ => false };
    cancel.call();
    done
}

fn run() {
    for how in ["立刻返回", "做完再退", "收尾限时"] {
        let (ctx, cancel) = with_cancel(&background());
        let (wg, done, dropped) = (WaitGroup::new(), Atomic::new(0), Atomic::new(0));
        for left in [20, 40, 120] {
            let (ctx, done, dropped) = (ctx.clone(), done.clone(), dropped.clone());
            wg.go("worker", move || {
                let task = after(ms(left + 5));
                let counter = if finish(&ctx, how, &task) { done } else { dropped };
                counter.add(1);
            });
        }
        sleep(ms(5));
        let start = now();
        cancel.call();
        wg.wait();
        let took = (now() - start).as_millis();
        out!("{how} 完成 {} 作废 {} 退完 {} ms", done.load(), dropped.load(), (took + 10) / 20 * 20);
    }
}
