//! Where a stack comes from: small ones from the processor's cache, large ones as a span of their own.
//!
//! Answers    stack-alloc-cache
//! Watch for  1  up to 16 KiB the cache serves   2  from 32 KiB a span, given back at once
//!            3  but not while a collection runs
//! Try        --mutate no-cache, --mutate never-free, --mutate free-during-gc
//! Go         runtime/stack.go stackalloc, stackfree, freeStackSpans (go1.27.3)
use crate::lab::prelude::*;
use stack::{Bug, Choice, Fatal, Freed, Func, FuncId, Machine, Origin, Why};

pub const DEMO: Demo = Demo {
    id: "stack/alloc",
    title: "栈内存从哪里来：小栈走 P 的缓存，大栈单独一个 span",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("栈帧机的分配器按 stackalloc、stackfree：每档缓存 32 KiB、池的 span 32 KiB、大栈按页取"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "2、4、8、16 KiB 的小栈先从 P 的 stackcache 取",
            check: |s| {
                let (small, other) = (s.note("small_cached"), s.note("small_other"));
                Verdict::new(small > 0 && other == 0, format!("经缓存取 {small} 次，绕过缓存 {other} 次"))
            },
        },
        Claim {
            text: "32 KiB 及以上的大栈单独占一个 span，释放时立刻还给页堆",
            check: |s| {
                let (spans, back) = (s.note("large_spans"), s.note("large_back"));
                Verdict::new(spans == 800 && back == 400, format!("取了 {spans} 个 span，扩到 64 KiB 时还回 {back} 个"))
                    .and(Verdict::eq("退出后", s.lines()[1], "退出后还占着的不到一成： true"))
            },
        },
        Claim {
            text: "GC 进行中释放的大栈先放进 stackLarge",
            check: |s| Verdict::eq("GC 里腾出的大栈进了 stackLarge", (s.note("gc_list"), s.note("gc_heap")), (1, 0)),
        },
    ],
    mutations: &[
        Mutation { name: "no-cache", what: "小栈绕过 P 的缓存", breaks: &[0] },
        Mutation { name: "never-free", what: "旧栈从不释放", breaks: &[1] },
        Mutation { name: "free-during-gc", what: "GC 进行中也把大栈还给页堆", breaks: &[2] },
    ],
    next: &[("新协程拿到多大的栈", "bagu demo run stack/adaptive")],
};

fn run() {
    let mut m = Machine::new(1);
    for (name, choice) in [("no-cache", Choice::NoCache), ("free-during-gc", Choice::FreeDuringGc)] {
        if mutated(name) {
            m.choose(choice);
        }
    }
    if mutated("never-free") {
        m.plant(Bug::NeverFreed);
    }
    if let Err(end) = compare(&mut m) {
        throw(&end.text());
    }
}

/// `n` goroutines so deep live at once, then all end. Gives the bytes of stack spans taken meanwhile
/// and those still taken afterwards.
fn park(m: &mut Machine, deep: FuncId, n: usize, depth: usize) -> Result<(u64, u64), Fatal> {
    let before = m.stack_bytes();
    let mut alive = vec![];
    for _ in 0..n {
        alive.push(m.spawn(deep, &[])?);
        (1..depth).try_for_each(|_| m.call(deep, &[]))?;
    }
    let took = m.stack_bytes() - before;
    for g in alive {
        m.switch_to(g);
        (0..depth).for_each(|_| drop(m.ret()));
    }
    Ok((took, m.stack_bytes() - before))
}

fn compare(m: &mut Machine) -> Result<(), Fatal> {
    let (deep, shallow) = (m.define(Func::new("deep", 1016)), m.define(Func::new("shallow", 128)));
    let (took, left) = park(m, deep, 400, 50)?;
    out!("400 个深栈，每个 KiB： {}", (took + 400 * 512) / (400 * 1024));
    out!("退出后还占着的不到一成： {}", left < took / 10);
    let origins = m.moves().iter().map(|v| (v.new.size(), v.origin));
    let (small, large): (Vec<_>, Vec<_>) = origins.partition(|&(size, _)| size < 32 * 1024);
    let cached = small.iter().filter(|(_, o)| matches!(o, Origin::Cache | Origin::Refill { .. })).count();
    note("small_cached", cached as i64);
    note("small_other", (small.len() - cached) as i64);
    note("large_spans", large.iter().filter(|(_, o)| *o == Origin::Heap).count() as i64);
    note("large_back", m.moves().iter().filter(|v| v.freed == Some(Freed::Heap)).count() as i64);

    let (took, left) = park(m, shallow, 1000, 1)?;
    out!("1000 个浅栈，每个 KiB： {}", (took + 1000 * 512) / (1000 * 1024));
    out!("退出后还占着的不到一成： {}", left < took / 10);

    m.spawn(shallow, &[])?;
    (0..50).try_for_each(|_| m.call(deep, &[]))?;
    (0..50).for_each(|_| drop(m.ret()));
    m.gc()?;
    let shrunk = m.moves().iter().filter(|v| v.why == Why::Shrink);
    let (list, heap) = shrunk.fold((0, 0), |(l, h), v| match v.freed {
        Some(Freed::LargeList) => (l + 1, h),
        Some(Freed::Heap) => (l, h + 1),
        _ => (l, h),
    });
    note("gc_list", list);
    note("gc_heap", heap);
    tell_moves(m);
    Ok(())
}
