//! Which operations let another goroutine run, asked of the other goroutine.
//!
//! Answers    gmp-switch-points
//! Watch for  1  printing, allocating, calling: the other one has not run   2  yielding and waiting: it has
//! Try        --mutate wait-instead (printing then waits for an answer), --mutate no-wait
//! Go         runtime/proc.go gopark, goschedImpl, reentersyscall (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/switch-points",
    title: "哪些操作会让出：问问另一个 goroutine",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "打印、分配内存、函数调用都不会让出",
            check: |s| Verdict::eq("这三样之后另一个跑过的次数", s.notes("stays"), vec![0, 0, 0, 0]),
        },
        Claim {
            text: "Gosched、channel 阻塞、锁等待、Sleep 各换下一次",
            check: |s| {
                let main_left = |n: &i64| *n == 1;
                Verdict::new(
                    s.notes("leaves").len() == 4 && s.notes("leaves").iter().all(main_left),
                    format!("这四样各让另一个跑了 {:?} 次", s.notes("leaves")),
                )
            },
        },
    ],
    mutations: &[
        Mutation { name: "wait-instead", what: "打印之后等对方确认", breaks: &[0] },
        Mutation { name: "no-wait", what: "channel 换成有空位的缓冲，锁没有人拿", breaks: &[1] },
    ],
    next: &[("不需要等，就不切换", "bagu demo run gmp/switch-points --mutate no-wait")],
};

fn depth(n: u64) -> u64 {
    if n == 0 { 0 } else { 1 + std::hint::black_box(depth(n - 1)) }
}

/// Does `op` while another goroutine could run, and tells whether it did.
fn watch(kind: &str, what: &str, op: impl FnOnce()) {
    let ran = Atomic::new(0);
    let (mark, wg) = (ran.clone(), WaitGroup::new());
    wg.go("other", move || {
        mark.add(1);
    });
    op();
    let n = ran.load();
    note(kind, n);
    out!("{what}：{}", if n == 1 { "另一个跑过" } else { "另一个没有跑" });
    wg.wait();
}

/// A mutex that another goroutine holds for a little while.
fn contended() -> Mutex {
    let m = Mutex::new();
    if !mutated("no-wait") {
        let held = m.clone();
        go("holder", move || {
            held.lock();
            sleep(ms(1));
            held.unlock();
        });
        gosched();
    }
    m
}

fn run() {
    watch("stays", "打印", || {
        out!("你好");
        if mutated("wait-instead") {
            gosched();
        }
    });
    watch("stays", "分配 1 MB", || drop(std::hint::black_box(vec![0u8; 1 << 20])));
    watch("stays", "深 100 层的调用", || {
        std::hint::black_box(depth(100));
    });
    let free = chan::<i64>(1);
    watch("stays", "发进有空位的缓冲", || free.send(1));
    watch("leaves", "Gosched", gosched);
    let (full, reply) = (chan::<i64>(usize::from(mutated("no-wait"))), chan::<i64>(1));
    let rx = full.clone();
    go("receiver", move || reply.send(rx.recv_ok().0));
    watch("leaves", "发给还没有接收者的 channel", || full.send(1));
    let m = contended();
    watch("leaves", "等别人拿着的锁", || m.lock());
    watch("leaves", "Sleep", || sleep(us(100)));
}
