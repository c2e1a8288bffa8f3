//! The system stack of a thread, seen by the addresses of local variables.
//!
//! Answers    gmp-g0
//! Watch for  1  goroutines on one thread borrow the same system stack   2  a deferred call stays on
//!            the goroutine's own   3  three threads, three system stacks, with one processor
//! Try        --mutate own-stack, --mutate defer-on-g0, --mutate no-lock-thread
//! Go         runtime/asm_amd64.s asmcgocall, systemstack; runtime/proc.go allocm (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/g0-stack",
    title: "g0：每个线程一块系统栈",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("用 C 调用借到系统栈，量局部变量的地址；扩栈和 GC 在 g0 上的部分没有演"),
    go: GoMatch::None("不用 cgo 就没有办法在 g0 上运行自己的代码"),
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "同一线程上的 goroutine 切到的是同一个 g0 栈",
            check: |s| {
                Verdict::eq(
                    "三个 goroutine 的自己的栈、借到的系统栈",
                    (s.note("own_stacks"), s.note("g0_stacks")),
                    (3, 1),
                )
            },
        },
        Claim {
            text: "defer 在发起它的 goroutine 自己的栈上执行",
            check: |s| Verdict::eq("defer 在自己的栈上、在系统栈上", (s.note("defer_own"), s.note("defer_g0")), (1, 0)),
        },
        Claim {
            text: "g0 的个数跟着 M 走，不跟 P 走",
            check: |s| {
                let (ps, ms, g0s) = (s.recording.procs, s.note("locked_threads"), s.note("locked_g0s"));
                Verdict::new(ps == 1 && ms == 3 && g0s == 3, format!("{ps} 个 P，{ms} 个线程，{g0s} 块系统栈"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "own-stack", what: "不借系统栈，直接在自己的栈上调用", breaks: &[0] },
        Mutation { name: "defer-on-g0", what: "把 defer 的函数放到系统栈上调用", breaks: &[1] },
        Mutation { name: "no-lock-thread", what: "LockOSThread 不起作用，都在一个线程上", breaks: &[2] },
    ],
    next: &[("都在一个线程上", "bagu demo run gmp/g0-stack --mutate no-lock-thread")],
};

/// Stacks are further apart than this; frames of one visit are nearer.
const NEAR: usize = 16 << 10;

/// Address of a local variable of the caller's callee: where the stack stands.
#[inline(never)]
fn here() -> usize {
    let local = 0u8;
    std::hint::black_box(&raw const local) as usize
}

/// Where the system stack of this thread stands.
fn on_g0() -> usize {
    if mutated("own-stack") { here() } else { cgo(here) }
}

/// Number of places that are far from each other.
fn places(mut all: Vec<usize>) -> i64 {
    all.sort_unstable();
    all.dedup_by(|b, a| b.abs_diff(*a) < NEAR);
    all.len() as i64
}

/// What three goroutines see: their own stack, the system stack, their thread.
fn three(lock: bool) -> Vec<(usize, usize, u16)> {
    let (seen, all_here, wg) = (chan(3), chan::<()>(0), WaitGroup::new());
    for _ in 0..3 {
        let (seen, gate) = (seen.clone(), all_here.clone());
        wg.go("looks", move || {
            if lock {
                lock_os_thread();
            }
            seen.send((here(), on_g0(), thread_id()));
            gate.recv(); // so that the next one cannot have the same stack
        });
    }
    let all = (0..3).filter_map(|_| seen.recv()).collect();
    all_here.close();
    wg.wait();
    all
}

fn deferred() {
    let (own, g0) = (here(), cgo(here));
    func(|d| {
        d.defer(move || {
            let at = if mutated("defer-on-g0") { cgo(here) } else { here() };
            note("defer_own", i64::from(at.abs_diff(own) < NEAR));
            note("defer_g0", i64::from(at.abs_diff(g0) < NEAR));
            out!("defer 在自己的栈上：{}", at.abs_diff(own) < NEAR);
        });
    });
}

fn run() {
    let all = three(false);
    note("own_stacks", places(all.iter().map(|x| x.0).collect()));
    note("g0_stacks", places(all.iter().map(|x| x.1).collect()));
    out!("同一线程上三个 goroutine：系统栈 {} 块", places(all.iter().map(|x| x.1).collect()));
    deferred();
    let all = three(true);
    let mut threads: Vec<u16> = all.iter().map(|x| x.2).collect();
    threads.sort_unstable();
    threads.dedup();
    note("locked_threads", threads.len() as i64);
    note("locked_g0s", places(all.iter().map(|x| x.1).collect()));
    out!("各锁一个线程：线程 {} 个，系统栈 {} 块", threads.len(), places(all.iter().map(|x| x.1).collect()));
}
