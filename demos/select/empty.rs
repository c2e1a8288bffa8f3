//! select {} sleeps for ever; when nobody else can go on that is a deadlock, else it is just waiting.
//!
//! Answers    select-empty
//! Watch for  1  alone: the deadlock message   2  with a timer: none   3  started once, never again
//! Try        --mutate with-timer, --mutate no-timer, --mutate spin
//! Go         runtime/select.go block, runtime/proc.go checkdead (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/empty",
    title: "select{}：永久等待，不占 CPU，何时算死锁",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "没有别的活动时 select{} 会报死锁", check: |s| Verdict::eq("第一行", s.lines()[0], ALONE)
        },
        Claim {
            text: "还有定时器就不会报死锁",
            check: |s| Verdict::eq("第二行", s.lines()[1], "有定时器： 没有报死锁"),
        },
        Claim {
            text: "select{} 挂起之后不再占用 CPU",
            check: |s| Verdict::eq("它被放上处理器的次数", s.note("starts"), 1),
        },
    ],
    mutations: &[
        Mutation { name: "with-timer", what: "第一种情形里也留一个定时器", breaks: &[0] },
        Mutation { name: "no-timer", what: "第二种情形里去掉定时器", breaks: &[1] },
        Mutation { name: "spin", what: "用循环让出代替 select{}", breaks: &[2] },
    ],
    next: &[("它的等待原因", "bagu demo run select/compile-forms")],
};

const ALONE: &str = "单独： fatal error: all goroutines are asleep - deadlock!";

fn run() {
    out!("单独： {}", forever("单独", mutated("with-timer")));
    out!("有定时器： {}", forever("有定时器", !mutated("no-timer")));

    let s = case("旁边有人在干活", || {
        go("waiter", || {
            for _ in 0..if mutated("spin") { 50 } else { 0 } {
                gosched();
            }
            select_forever();
        });
        for _ in 0..50 {
            gosched();
        }
        sleep(ms(1));
    });
    let waiter = s.gid("waiter");
    let starts = s.recording.of(Kind::GoStart).filter(|(_, e)| e.g == waiter).count();
    note("starts", starts as i64);
}

/// How a program ends whose main is nothing but `select {}`, with or without a timer that ends it.
fn forever(label: &'static str, timer: bool) -> String {
    let s = case(label, move || {
        if timer {
            after_func(ms(5), || panic!("时间到"));
        }
        select_forever();
    });
    match s.end {
        End::Deadlock(text) => text.lines().next().unwrap_or("").to_string(),
        _ => "没有报死锁".to_string(),
    }
}
