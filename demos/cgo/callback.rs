//! Foreign code calls back: a processor is needed first, and a foreign thread borrows a thread record.
//!
//! Answers    cgo-callback
//! Watch for  1  the call is left before the callback and entered again after it   2  while the only
//!            processor is busy the callback waits   3  bound: one loan a thread, not one a callback
//! Try        --mutate no-exit, --mutate idle-p, --mutate go120
//! Go         runtime/cgocall.go cgocallbackg; runtime/proc.go needm, needAndBindM, dropm (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "cgo/callback",
    title: "C 回调 Go：先拿到 P；C 线程借 extra M",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model("Go→C→Go 那一半用两段阻塞的调用代替 C，中间那段 Go 代码就是回调；C 线程是真的运行时外线程，每次回调是一个新的 goroutine"),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "回调 Go 之前要重新拿到 P",
            check: |s| {
                let g = s.gid("c");
                let of = |k: Kind| s.recording.of(k).filter(|(_, e)| e.g == g).map(|(i, _)| i).collect::<Vec<_>>();
                let (enter, exit, starts) = (of(Kind::SyscallEnter), of(Kind::SyscallExit), of(Kind::GoStart));
                let text = format!("进 C {} 次，离开 {} 次，其间重新得到 P {} 次", enter.len(), exit.len(), starts.len() - 1);
                let between = enter.len() == 2 && exit.len() == 2 && exit[0] < enter[1];
                Verdict::new(between && starts.iter().any(|i| (exit[0]..enter[1]).contains(i)), text)
            },
        },
        Claim {
            text: "没有空闲的 P，回调就得等",
            check: |s| {
                let waited = s.note("waited_us");
                Verdict::new(waited >= 500, format!("C 要回调之后 {waited} µs 回调才开始"))
            },
        },
        Claim {
            text: "绑定到这个 C 线程，线程退出时才归还",
            check: |s| {
                let calls = |loan: u64| s.recording.of(Kind::CgoCallback).filter(|(_, e)| e.b == loan).count();
                let text = format!("借 extra M {} 次，另有 {} 次回调用的是已经借到的", calls(1), calls(0));
                Verdict::new(calls(1) == FOREIGN && calls(0) > 0, text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-exit", what: "不离开 C 就跑回调", breaks: &[0] },
        Mutation { name: "idle-p", what: "没有别人占着 P", breaks: &[1] },
        Mutation { name: "go120", what: "每次回调都借、都还（Go 1.20）", breaks: &[2] },
    ],
    next: &[("每次都借都还", "bagu demo run cgo/callback --mutate go120")],
};

const FOREIGN: usize = 3;
const EACH: usize = 5;

/// C, a callback into Go, C again.
fn c_with_callback(busy: &Atomic) {
    if mutated("no-exit") {
        busy.store(1);
        syscall(ms(2));
        note("waited_us", 0);
        return;
    }
    busy.store(1);
    let wants_at = now() + ms(1);
    syscall(ms(1));
    note("waited_us", (now() - wants_at).as_micros() as i64);
    out!("Go→C→Go：没有空闲的 P，回调等了： {}", (now() - wants_at) >= us(500));
    syscall(us(5));
}

/// Threads of C that call back: how often.
fn foreign_threads() -> i64 {
    let (count, done) = (Atomic::new(0), chan::<()>(0));
    let each_time = mutated("go120"); // asked here: foreign code is in no run
    for _ in 0..FOREIGN {
        let (count, done) = (count.clone(), done.clone());
        foreign_thread(move |c| {
            for _ in 0..EACH {
                c.call(|| count.add(1));
                if each_time {
                    c.release();
                }
            }
            c.call(|| done.send(()));
        });
    }
    (0..FOREIGN).for_each(|_| _ = done.recv());
    count.load()
}

fn run() {
    let (busy, wg) = (Atomic::new(0), WaitGroup::new());
    let flag = busy.clone();
    wg.go("c", move || c_with_callback(&flag));
    gosched();
    if !mutated("idle-p") {
        burn(ms(4));
    }
    wg.wait();
    out!("{FOREIGN} 个 C 线程回调 {} 次", foreign_threads());
}
