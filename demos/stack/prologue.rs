//! The check at a function's entry: three forms by frame size, one word with two meanings.
//!
//! Answers    stack-prologue-guard
//! Watch for  1  a small frame may hang below the guard   2  a request to give way fails every check
//!            3  where the guard lies
//! Try        --mutate no-small, --mutate lock-held, --mutate guard-stays
//! Go         cmd/internal/obj/x86/obj6.go stacksplit, runtime/stack.go stackGuard (go1.27.3)
use crate::lab::prelude::*;
use stack::{Bug, Check, Fatal, Func, Machine, STACK_SMALL, Sequence, check_word};

pub const DEMO: Demo = Demo {
    id: "stack/prologue",
    title: "函数入口的栈检查：三种比较，一个守卫值兼管抢占",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("检查式与 amd64 编译器生成的相同，帧长取自 Go 对照的机器码；在自带的栈帧机上求值"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "帧不超过 128 字节时直接比较 SP 与 stackguard0",
            check: |s| {
                Verdict::eq("帧 128：SP 至少高出守卫", s.note("small"), 1)
                    .and(Verdict::eq("帧 1016：SP 至少高出守卫", s.note("big"), 1016 - 128 + 1))
            },
        },
        Claim {
            text: "抢占请求写进 stackguard0 之后，下一个带检查的函数入口必然失败",
            check: |s| {
                Verdict::eq("没有检查的函数里让出", s.note("leaf_yields"), 0)
                    .and(Verdict::eq("带检查的函数入口让出", s.note("yields"), 1))
                    .and(Verdict::eq("为此搬栈", s.note("moves"), 0))
            },
        },
        Claim {
            text: "stackguard0 平时在栈底之上 928 字节",
            check: |s| Verdict::eq("新栈和扩容之后的栈", s.notes("guard"), vec![928, 928]),
        },
    ],
    mutations: &[
        Mutation { name: "no-small", what: "不许小帧垂到守卫之下", breaks: &[0] },
        Mutation { name: "lock-held", what: "持有运行时锁时请求抢占", breaks: &[1] },
        Mutation { name: "guard-stays", what: "换栈后不更新 stackguard0", breaks: &[2] },
    ],
    next: &[("检查失败之后", "bagu demo run stack/growth-path")],
};

/// The least distance of SP above the guard with which a frame passes.
fn least(frame: u64) -> i64 {
    let guard = 1 << 20;
    let passes = |sp: u64| {
        if mutated("no-small") { sp - frame > guard } else { check_word(sp, frame, guard) == Check::Pass }
    };
    (0..1 << 20).find(|&d| d + guard >= frame && passes(guard + d)).unwrap_or(0) as i64
}

fn describe(f: &Func) -> String {
    let sp = 1 << 20;
    let Some(seq) = f.sequence() else { return "没有检查".to_owned() };
    let below = sp - seq.compared(sp, f.frame).unwrap_or(sp);
    let wraps = seq.compared(STACK_SMALL, f.frame).is_none();
    match seq {
        Sequence::Small => "比较 SP 与 stackguard0".to_owned(),
        Sequence::Big => format!("比较 SP-{below} 与 stackguard0，帧 {} 字节", f.frame),
        Sequence::Huge => format!("先防下溢 {wraps}，再比较 SP-{below} 与 stackguard0，帧 {} 字节", f.frame),
    }
}

fn run() {
    let funcs = [Func::new("small", 80), Func::new("big", 1016), Func::new("huge", 5016), Func::new("next", 8).nosplit()];
    for f in &funcs {
        out!("{}： {}", f.name, describe(f));
    }
    note("small", least(128));
    note("big", least(1016));
    if let Err(end) = guard_words(&funcs) {
        throw(&end.text());
    }
}

fn guard_words(funcs: &[Func; 4]) -> Result<(), Fatal> {
    let mut m = Machine::new(1);
    let [small, _, huge, next] = funcs.clone().map(|f| m.define(f));
    m.spawn(small, &[])?;
    note("guard", m.guard() as i64 - m.stack().lo as i64);
    m.busy = mutated("lock-held");
    m.ask_preempt();
    m.call(next, &[])?;
    note("leaf_yields", m.yields() as i64);
    m.ret();
    m.call(small, &[])?;
    note("yields", m.yields() as i64);
    note("moves", m.moves().len() as i64);
    m.ret();
    m.call(huge, &[])?;
    m.ret();
    // A move without growth: a guard that is not moved along is seen at once.
    if mutated("guard-stays") {
        m.plant(Bug::GuardNotMoved);
    }
    m.call(huge, &[])?;
    m.call(huge, &[])?;
    note("guard", m.guard() as i64 - m.stack().lo as i64);
    tell_moves(&mut m);
    Ok(())
}
