//! Tasks that fail together: the first error is returned and cancels the rest.
//!
//! Answers    context-errgroup
//! Watch for  1  `wait` returns the error of task 3, and so does the cause   2  the others end long
//!            before their 200 ms   3  with a limit of 2 never more than two run
//! Try        --mutate plain-cancel, --mutate deaf-tasks, --mutate no-limit
//! Go         golang.org/x/sync/errgroup WithContext, Go, Wait, SetLimit (cmd/vendor, go1.27.3)
//! Differs    the Go twin writes the group out: errgroup is not in the standard library
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/errgroup",
    title: "一个失败，取消其余，返回第一个错误",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Context,
    run,
    claims: &[
        Claim {
            text: "Wait 返回第一个错误，它也是 ctx 的 Cause",
            check: |s| {
                let wait = Verdict::eq("Wait", s.lines()[5], "Wait 返回: 任务 3 失败");
                wait.and(Verdict::eq("Cause", s.lines()[6], "Cause: 任务 3 失败"))
            },
        },
        Claim {
            text: "其余任务靠 ctx.Done() 提前退出",
            check: |s| {
                let took = s.note("wait_ms");
                Verdict::new((10..150).contains(&took), format!("每个要 200 ms，Wait 在 {took} ms 返回"))
            },
        },
        Claim {
            text: "SetLimit(2) 时同时运行的任务不超过 2 个",
            check: |s| Verdict::eq("最多同时", s.note("most"), 2),
        },
    ],
    mutations: &[
        Mutation { name: "plain-cancel", what: "失败的任务另用不带原因的 cancel", breaks: &[0] },
        Mutation { name: "deaf-tasks", what: "其余任务不看 ctx", breaks: &[1] },
        Mutation { name: "no-limit", what: "不设上限", breaks: &[2] },
    ],
    next: &[("任务不看 ctx，Wait 一直等", "bagu demo run context/errgroup --mutate deaf-tasks")],
};

fn task(i: usize, ctx: &Ctx) -> Result<(), Error> {
    if i == 3 {
        sleep(ms(10));
        return Err(error("任务 3 失败"));
    }
    let done = if mutated("deaf-tasks") { Chan::nil() } else { ctx.done() };
    select! {
        recv(after(ms(200))) -> _ => Ok(()),
        recv(done) -> _ => Err(ctx.err().unwrap_or_else(canceled)),
    }
}

fn first_error() {
    let (outer, cancel) = with_cancel(&background());
    let (g, ctx) = Group::with_context(&outer);
    let start = now();
    let ends: Vec<Chan<String>> = (0..5).map(|_| chan(1)).collect();
    for (i, end) in (1..).zip(ends.clone()) {
        let (ctx, cancel) = (ctx.clone(), cancel.clone());
        g.go("task", move || {
            let result = task(i, &ctx);
            end.send(result.clone().err().map_or_else(|| "<nil>".to_owned(), |e| e.to_string()));
            if mutated("plain-cancel") && i == 3 {
                cancel.call();
            }
            result
        });
    }
    let err = g.wait();
    note("wait_ms", (now() - start).as_millis() as i64);
    for (i, end) in (1..).zip(&ends) {
        out!("任务 {i} 结束: {}", end.recv().unwrap_or_default());
    }
    out!("Wait 返回: {}", err.map_or_else(String::new, |e| e.to_string()));
    out!("Cause: {}", cause(&ctx).map_or_else(String::new, |e| e.to_string()));
}

fn limited() {
    let (g, _ctx) = Group::with_context(&background());
    if !mutated("no-limit") {
        g.set_limit(2);
    }
    let (running, most) = (Atomic::new(0), Atomic::new(0));
    for _ in 0..6 {
        let (running, most) = (running.clone(), most.clone());
        g.go("limited", move || {
            let n = running.add(1);
            loop {
                let m = most.load();
                if n <= m || most.cas(m, n) {
                    break;
                }
            }
            sleep(ms(5));
            running.add(-1);
            Ok(())
        });
    }
    let err = g.wait().map_or_else(|| "<nil>".to_owned(), |e| e.to_string());
    note("most", most.load());
    out!("SetLimit(2): {err} 最多同时 {}", most.load());
}

fn run() {
    first_error();
    limited();
}
