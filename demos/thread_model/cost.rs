//! What M:N costs: waits it cannot see take a thread each, and thread-local things stay behind.
//!
//! Answers    thread-model-cost
//! Watch for  1  twelve waits the scheduler knows: no thread; twelve it does not: twelve   2  an unlocked
//!            goroutine comes back on another thread
//! Try        --mutate known-wait, --mutate locked
//! Go         runtime/proc.go handoffp, exitsyscall, LockOSThread (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "thread-model/cost",
    title: "M:N 的代价：看不见的阻塞占线程，线程的东西留不住",
    setup: Setup { procs: 1, may: false, real: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "处理不到的阻塞会退化成一个任务占一个线程",
            check: |s| {
                let (seen, unseen) = (s.note("known"), s.note("unknown"));
                let text = format!("{TASKS} 个等 channel，线程多了 {seen} 个；{TASKS} 个卡在外面，多了 {unseen} 个");
                Verdict::new(seen <= 1 && unseen >= TASKS as i64 - 2, text)
            },
        },
        Claim {
            text: "不绑定的 goroutine 会换线程，线程局部的状态留不住",
            check: |s| {
                let (threads, kept) = (s.note("threads_seen"), s.note("kept"));
                let text = format!("一个 goroutine 先后在 {threads} 个线程上，写在线程上的标记 {ROUNDS} 次里还在 {kept} 次");
                Verdict::new(threads > 1 && kept < ROUNDS as i64, text)
            },
        },
    ],
    mutations: &[
        Mutation { name: "known-wait", what: "阻塞都换成调度器知道的等待", breaks: &[0] },
        Mutation { name: "locked", what: "先 LockOSThread", breaks: &[1] },
    ],
    next: &[("绑定线程，标记就留得住", "bagu demo run thread-model/cost --mutate locked")],
};

const TASKS: usize = 12;
const ROUNDS: usize = 6;

fn extra_threads(wait: impl Fn(&Chan<i64>) + Clone + Send + 'static) -> i64 {
    let ch = chan::<i64>(0);
    let before = threads() as i64;
    for _ in 0..TASKS {
        let (wait, ch) = (wait.clone(), ch.clone());
        go("task", move || wait(&ch));
    }
    sleep(ms(2));
    let more = threads() as i64 - before;
    ch.close();
    sleep(ms(3));
    more
}

/// Marks the thread it is on; after a blocking call looks whether it is still on a thread it marked.
fn wanderer() {
    if mutated("locked") {
        lock_os_thread();
    }
    let (mut seen, mut kept) = (vec![thread_id()], 0);
    for _ in 0..ROUNDS {
        let marked = thread_id();
        syscall(us(100));
        kept += i64::from(thread_id() == marked);
        if !seen.contains(&thread_id()) {
            seen.push(thread_id());
        }
    }
    note("threads_seen", seen.len() as i64);
    note("kept", kept);
    out!("不绑定：换过线程 {}", seen.len() > 1);
}

fn run() {
    let known = extra_threads(|ch| _ = ch.recv());
    note("known", known);
    out!("{TASKS} 个等 channel：线程增加不到 5 个 {}", known < 5);
    let unknown = extra_threads(|ch| if mutated("known-wait") { _ = ch.recv() } else { syscall(ms(4)) });
    note("unknown", unknown);
    out!("{TASKS} 个卡在系统调用里：线程增加 8 个以上 {}", unknown >= 8);
    let wg = WaitGroup::new();
    wg.go("wanderer", wanderer);
    // Others want the processor whenever it comes back.
    for _ in 0..3 {
        wg.go("busy", || (0..10).for_each(|_| { burn(us(150)); gosched(); }));
    }
    wg.wait();
}
