//! A service that loses one goroutine a request: the number grows, nobody complains, nothing is freed.
//!
//! Answers    leak-what
//! Watch for  1  ten more after every ten requests   2  the rest works, the run ends well   3  the data stays
//! Try        --mutate every-other, --mutate wedge-main, --mutate with-room
//! Go         runtime/proc.go checkdead; runtime/mgcmark.go markroot (go1.27.3)
//! Differs    reference counts stand in for the garbage collector
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "leak/growth",
    title: "每个请求漏一个：数量、报错、内存",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("这里按引用计数释放，Go 按可达性扫描；等待者让它引用的对象留下，这一点一样"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "每个请求漏一个，goroutine 数就随请求数线性增长",
            check: |s| Verdict::eq("每 10 个请求之后多出", s.notes("extra"), vec![10, 20, 30, 40]),
        },
        Claim {
            text: "其余部分照常工作，运行时不报错",
            check: |s| {
                Verdict::eq("结局正常", s.note("ended_ok"), 1).and(Verdict::eq("答复了的请求", s.note("served"), 40))
            },
        },
        Claim {
            text: "泄漏者引用的对象也一直不能回收",
            check: |s| Verdict::eq("40 份请求数据里释放了", s.note("freed"), 0),
        },
    ],
    mutations: &[
        Mutation { name: "every-other", what: "每两个请求才漏一个", breaks: &[0, 2] },
        Mutation { name: "wedge-main", what: "main 最后也等一个没人发的 channel", breaks: &[1] },
        Mutation { name: "with-room", what: "结果 channel 给一格缓冲", breaks: &[0, 2] },
    ],
    next: &[("各种泄漏写法", "bagu demo run leak/patterns")],
};

/// The data of a request; counts itself when it is freed.
struct Request(Arc<AtomicI64>);
impl Drop for Request {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Answers at once from a cache; the slow answer comes later and finds nobody.
fn handle(number: i64, request: Request) {
    let answer = chan::<i64>(usize::from(mutated("with-room")));
    if mutated("every-other") && number % 2 == 0 {
        return;
    }
    go("slow-answer", move || {
        sleep(us(100));
        answer.send(number); // nobody receives
        drop(request);
    });
}

fn service(freed: &Arc<AtomicI64>) {
    let before = num_goroutine();
    for number in 1..=40 {
        handle(number, Request(freed.clone()));
        if number % 10 == 0 {
            sleep(ms(10));
            let extra = num_goroutine() - before;
            out!("{number} 个请求之后：多出 {extra} 个 goroutine");
        }
    }
    if mutated("wedge-main") {
        chan::<()>(0).recv();
    }
}

fn run() {
    let freed = Arc::new(AtomicI64::new(0));
    let counter = freed.clone();
    let seen = case("service", move || service(&counter));
    for line in seen.lines() {
        let extra = line.split(' ').rev().nth(2).and_then(|n| n.parse().ok()).unwrap_or(-1);
        note("extra", extra);
        out!("{line}");
    }
    note("served", seen.out.len() as i64 * 10);
    note("ended_ok", i64::from(seen.end == End::Ok));
    out!("结局：{}", if seen.end == End::Ok { "正常，没有报错" } else { "报错" });
    note("freed", freed.load(Relaxed));
    out!("40 份请求数据里释放了 {} 份", freed.load(Relaxed));
}
