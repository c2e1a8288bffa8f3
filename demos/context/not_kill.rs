//! What a cancel does to a plain receive, to a read whose connection is closed, to a computation.
//!
//! Answers    context-not-kill
//! Watch for  1  the plain receive waits for ever   2  closing the connection ends the read
//!            3  the computation runs to its end after the cancel
//! Try        --mutate select-done, --mutate no-close, --mutate check-in-loop
//! Go         context/context.go AfterFunc; net/fd_unix.go connect (go1.27.3)
//! Differs    a connection is a channel here: closing it ends the blocked read
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "context/not-kill",
    title: "取消只是信号：停不下计算，打不断普通的阻塞",
    // Compares moments that a busy machine shifts: exact on the virtual clock only.
    setup: Setup { procs: 4, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("连接用 channel 代替：关闭它，阻塞的读就返回"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "只等数据的阻塞接收不会因为取消而返回",
            check: |s| {
                let stuck = s.leaked_for(WaitReason::ChanReceive);
                Verdict::new(stuck.contains(&"plain"), format!("结束时仍在 chan receive 的: {stuck:?}"))
            },
        },
        Claim {
            text: "用 AfterFunc 在取消时关掉连接，阻塞的读才会返回",
            check: |s| {
                let took = s.note("read_after_us");
                Verdict::new(took >= 0, format!("取消后 {took} µs 返回"))
            },
        },
        Claim {
            text: "取消停不下正在执行的计算",
            check: |s| {
                let ran = s.note("calc_after_us");
                Verdict::new(ran >= 10_000, format!("取消之后又算了 {ran} µs"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "select-done", what: "只等数据的读改成同时等 Done", breaks: &[0] },
        Mutation { name: "no-close", what: "取消时不关连接", breaks: &[1] },
        Mutation { name: "check-in-loop", what: "计算每 0.1 ms 看一次 ctx.Err()", breaks: &[2] },
    ],
    next: &[("让计算自己检查", "bagu demo run context/not-kill --mutate check-in-loop")],
};

fn run() {
    let (ctx, cancel) = with_cancel(&background());
    let (data, conn) = (named::<i32>("data", 0), named::<i32>("conn", 0));
    // When each of them came back, in µs; 0 = not yet.
    let (plain, read, calc) = (Atomic::new(0), Atomic::new(0), Atomic::new(0));

    let (c, d, back) = (ctx.clone(), data.clone(), plain.clone());
    go("plain", move || {
        if mutated("select-done") {
            select! { recv(d) -> _ => {}, recv(c.done()) -> _ => {} }
        } else {
            d.recv();
        }
        back.store(micros(now()));
    });
    let (r, back) = (conn.clone(), read.clone());
    go("read", move || {
        r.recv();
        back.store(micros(now()));
    });
    if !mutated("no-close") {
        context_after_func(&ctx, move || conn.close());
    }
    let (c, back) = (ctx.clone(), calc.clone());
    go("calc", move || {
        for _ in 0..500 {
            if mutated("check-in-loop") && c.err().is_some() {
                break;
            }
            burn(us(100));
        }
        back.store(micros(now()));
    });

    sleep(ms(1));
    let cancelled = micros(now());
    cancel.call();
    sleep(ms(150));
    note("read_after_us", read.load() - cancelled);
    note("calc_after_us", calc.load() - cancelled);
    out!("只等数据的读 返回 {}", plain.load() > 0);
    out!("取消时关连接的读 返回 {}", read.load() > 0);
    out!("不检查的计算 跑完 {}", calc.load() > 0);
}

fn micros(t: Time) -> i64 {
    (t.0 / 1_000) as i64
}
