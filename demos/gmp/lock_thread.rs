//! LockOSThread: always the same thread, a hand-off of the processor each time it wakes, and a thread
//! that dies with a goroutine that never unlocked.
//!
//! Answers    gmp-lockosthread
//! Watch for  1  one thread id, whatever happens   2  each message wakes the thread   3  unlocked at
//!            its end, no; locked, the thread ends
//! Try        --mutate no-lock-thread, --mutate unlock-first
//! Go         runtime/proc.go LockOSThread, startlockedm, stoplockedm, gdestroy, mexit (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/lock-thread",
    title: "LockOSThread：固定的线程、每次移交、一起销毁",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "绑定的 goroutine 始终在同一个线程上运行",
            check: |s| Verdict::eq("绑定期间见到过的线程数", s.note("threads_seen"), 1),
        },
        Claim {
            text: "绑定之后每次唤醒都要把 P 移交给那个线程",
            check: |s| {
                let Some((_, lock)) = s.recording.of(Kind::LockThread).next() else { return Verdict::new(false, "没有绑定") };
                let woken = s.recording.of(Kind::ThreadWake).filter(|(_, e)| e.a == u32::from(lock.m)).count();
                Verdict::new(woken >= MESSAGES, format!("{MESSAGES} 条消息，那个线程被叫醒 {woken} 次"))
            },
        },
        Claim {
            text: "没解锁就退出，线程一起销毁",
            check: |s| {
                let lock = s.recording.of(Kind::LockThread).next().map(|(_, e)| u32::from(e.m));
                let ended: Vec<u32> = s.recording.of(Kind::ThreadEnd).map(|(_, e)| e.a).collect();
                Verdict::new(lock.is_some_and(|m| ended.contains(&m)), format!("绑定的线程 {lock:?}，结束的线程 {ended:?}"))
            },
        },
    ],
    mutations: &[
        Mutation { name: "no-lock-thread", what: "LockOSThread 什么也不做", breaks: &[0, 1, 2] },
        Mutation { name: "unlock-first", what: "结束之前先解锁", breaks: &[2] },
    ],
    next: &[("不绑定会怎样", "bagu demo run gmp/lock-thread --mutate no-lock-thread")],
};

const MESSAGES: usize = 20;

fn run() {
    let (ch, back) = (named::<i64>("ch", 0), named::<i64>("back", 0));
    let (rx, tx) = (ch.clone(), back.clone());
    go("locked", move || {
        lock_os_thread();
        let mut seen = vec![thread_id()];
        for v in &rx {
            tx.send(v);
            // Comes back without a processor: only its own thread may go on with it.
            syscall(us(100));
            if !seen.contains(&thread_id()) {
                seen.push(thread_id());
            }
        }
        note("threads_seen", seen.len() as i64);
        out!("绑定期间换过线程： {}", seen.len() > 1);
        if mutated("unlock-first") {
            unlock_os_thread();
        }
        tx.close();
    });
    // Somebody always wants the processor: who comes back from a call has to queue.
    let over = Atomic::new(0);
    let done = over.clone();
    go("busy", move || {
        while done.load() == 0 {
            burn(us(150));
            gosched();
        }
    });
    // It takes over the processor on another thread: the first one never ends.
    syscall(ms(1));
    for i in 0..MESSAGES {
        ch.send(i as i64);
        back.recv();
    }
    ch.close();
    back.recv();
    over.store(1);
    sleep(us(100));
    out!("收到 {MESSAGES} 条应答");
}
