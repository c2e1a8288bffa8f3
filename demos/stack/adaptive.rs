//! The size a goroutine starts with follows what the last collection saw; new records do not get it.
//!
//! Answers    stack-adaptive-start
//! Watch for  1  average use and 928 bytes, rounded up   2  2 KiB for a new record, 16 KiB for a reused
//! Try        --mutate adaptive-off, --mutate all-records
//! Go         runtime/stack.go gcComputeStartingStackSize, runtime/proc.go newproc1, gfget (go1.27.3)
use crate::lab::prelude::*;
use stack::{Choice, Fatal, Func, FuncId, GoId, Machine};

pub const DEMO: Demo = Demo {
    id: "stack/adaptive",
    title: "初始栈大小：跟着上一轮 GC 看到的平均用量走，但全新的协程不算",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Model("在自带的栈帧机上跑；Go 还会把系统协程的栈算进平均"),
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "初始大小取扫描到的平均用量加 928 字节，再向上取到 2 的幂",
            check: |s| {
                let (average, starting) = (s.note("average"), s.note("starting"));
                let want = (average as u64 + stack::STACK_GUARD).next_power_of_two() as i64;
                Verdict::eq(&format!("平均用量 {average} 字节，初始大小"), starting, want)
            },
        },
        Claim {
            text: "全新的协程仍从 2 KiB 起步，只有复用的才用新的初始大小",
            check: |s| Verdict::eq("全新、复用（字节）", (s.note("new"), s.note("reused")), (2048, 16384)),
        },
    ],
    mutations: &[
        Mutation { name: "adaptive-off", what: "关掉自适应（GODEBUG=adaptivestackstart=0）", breaks: &[0, 1] },
        Mutation { name: "all-records", what: "全新的协程也用新的初始大小", breaks: &[1] },
    ],
    next: &[("它省下了什么", "bagu demo run stack/growth-cost")],
};

fn run() {
    let mut m = Machine::new(1);
    m.adaptive = !mutated("adaptive-off");
    if mutated("all-records") {
        m.choose(Choice::AdaptiveForNew);
    }
    if let Err(end) = compare(&mut m) {
        throw(&end.text());
    }
}

fn many(m: &mut Machine, f: FuncId) -> Result<Vec<GoId>, Fatal> {
    (0..1000).map(|_| m.spawn(f, &[])).collect()
}

fn end(m: &mut Machine, gs: Vec<GoId>) {
    for g in gs {
        m.switch_to(g);
        m.ret();
    }
}

fn compare(m: &mut Machine) -> Result<(), Fatal> {
    let (main, deep) = (m.define(Func::new("main", 512)), m.define(Func::new("deep", 10_000)));
    let main_g = m.spawn(main, &[])?;
    m.gc()?;
    out!("开始时： {}", m.starting_size());
    let deep_ones = many(m, deep)?;
    let scans = m.gc()?;
    note("average", scans.iter().map(|s| s.used as i64).sum::<i64>() / scans.len() as i64);
    note("starting", m.starting_size() as i64);
    out!("1000 个约 10 KB 深的协程活着时 GC 之后： {}", m.starting_size());

    let fresh = many(m, main)?;
    note("new", m.stack().size() as i64);
    out!("全新的协程，每个栈： {}", m.stack().size());
    end(m, fresh);
    let reused = many(m, main)?;
    note("reused", m.stack().size() as i64);
    out!("复用的协程，每个栈： {}", m.stack().size());
    end(m, reused);

    end(m, deep_ones);
    m.switch_to(main_g);
    m.gc()?;
    out!("它们退出后再 GC： {}", m.starting_size());
    Ok(())
}
