//! A recursion without end: the limit is decimal, stacks are powers of two, nobody recovers.
//!
//! Answers    stack-overflow-limit, stack-growth-path
//! Watch for  1  the largest stack is half a GiB   2  neither defer nor recover runs
//!            3  newstack noticed it on the system stack
//! Try        --mutate binary-limit, --mutate panic, --mutate no-g0
//! Go         runtime/proc.go main, runtime/stack.go newstack (go1.27.3)
use crate::lab::prelude::*;
use stack::{Choice, Fatal, Func, Machine};

pub const DEMO: Demo = Demo {
    id: "stack/overflow",
    title: "无限递归：到了上限整个进程崩溃，defer 和 recover 都不运行",
    setup: Setup { may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("在自带的栈帧机上跑，没写过的字不占内存，所以 512 MiB 的栈也跑得动；致命错误由我们的运行时抛出"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "64 位上实际能用到的最大栈是 512 MiB",
            check: |s| Verdict::eq("默认上限下的最大栈（字节）", s.note("largest"), 512 << 20),
        },
        Claim {
            text: "栈溢出是致命错误，recover 接不住，defer 也不会运行",
            check: |s| {
                Verdict::eq("defer 运行了", s.note("deferred"), 0)
                    .and(Verdict::eq("以致命错误结束", s.note("fatal"), 1))
            },
        },
        Claim {
            text: "超限是 newstack 在系统栈上发现的",
            check: |s| {
                let line = s.lines().into_iter().find(|l| l.starts_with("系统栈上")).unwrap_or("").to_owned();
                Verdict::eq("系统栈", line.as_str(), "系统栈上： runtime.newstack runtime.morestack")
            },
        },
    ],
    mutations: &[
        Mutation { name: "binary-limit", what: "上限取 2 的 30 次方", breaks: &[0] },
        Mutation { name: "panic", what: "溢出时 panic 而不是致命错误", breaks: &[1] },
        Mutation { name: "no-g0", what: "newstack 不切换到系统栈", breaks: &[2] },
    ],
    next: &[("扩容的每一步", "bagu demo run stack/growth-path")],
};

/// Recurses until the machine dies; gives the error.
fn recurse(m: &mut Machine, frame: u64) -> Fatal {
    let rec = m.define(Func::new("main.rec", frame));
    let mut end = m.spawn(rec, &[]).err();
    while end.is_none() {
        end = m.call(rec, &[]).err();
    }
    end.unwrap_or(Fatal::MorestackOnG0)
}

fn child() {
    let mut m = Machine::new(1);
    m.set_max_stack(1_000_000);
    if mutated("no-g0") {
        m.choose(Choice::NoSystemStack);
    }
    let text = recurse(&mut m, 1016).text();
    let told: Vec<&str> = text.lines().filter(|l| !l.starts_with("runtime: sp=")).collect();
    for line in told {
        out!("{line}");
    }
    out!("当时的栈有多少字节： {}", m.stack().size());
    let names: Vec<String> = m.system_stack().iter().map(|f| format!(" {f}")).collect();
    out!("系统栈上：{}", names.concat());
    tell_moves(&mut m);
    let end: fn(&str) -> ! = if mutated("panic") { |text| panic!("{text}") } else { throw };
    end("stack overflow");
}

fn run() {
    let seen = case("溢出", || {
        func(|d| {
            d.defer(|| out!("defer 运行了"));
            d.defer(|| drop(recover()));
            child();
        });
    });
    let deferred = seen.printed("defer 运行了");
    seen.out.iter().filter(|l| !l.starts_with("defer")).for_each(|l| out!("{l}"));
    note("deferred", deferred.into());
    note("fatal", matches!(seen.end, End::Fatal(_)).into());
    out!("defer 运行了： {deferred}");

    let mut m = Machine::new(1);
    if mutated("binary-limit") {
        m.set_max_stack(1 << 30);
    }
    recurse(&mut m, 1 << 17);
    note("largest", m.stack().size() as i64);
}
