//! How a program starts: init on the main thread, the other processors idle, and how it ends.
//!
//! Answers    gmp-bootstrap
//! Watch for  1  init yields and waits, and always comes back on its thread   2  processor 1 is taken
//!            only after the first `go`   3  the slow goroutine never prints
//! Try        --mutate no-lock-thread, --mutate no-wakep, --mutate wait
//! Go         runtime/proc.go main, schedinit, procresize (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/boot",
    title: "init 在主线程，其余 P 等到有活，main 返回就退出",
    setup: Setup { procs: 2, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Model(
        "锁主线程由程序自己照 runtime.main 做一遍，主线程就是主 goroutine 最先上场的那个；汇编入口和 GC 没有演",
    ),
    go: GoMatch::Exact,
    picture: Picture::Lanes,
    run,
    claims: &[
        Claim {
            text: "包初始化期间主 goroutine 锁在主线程",
            check: |s| {
                let until = s.note("init_done") as u64;
                let starts: Vec<&Event> = s.recording.of(Kind::GoStart).map(|(_, e)| e).filter(|e| e.g == 1).collect();
                let (home, during) = (starts[0].m, starts.iter().filter(|e| e.time <= until));
                let (here, away): (Vec<&Event>, Vec<&Event>) = during.partition(|e| e.m == home);
                let told = format!("主 goroutine 在 M{home} 上场 {} 次，在别处 {} 次", here.len(), away.len());
                Verdict::new(here.len() > 3 && away.is_empty(), told)
            },
        },
        Claim {
            text: "其余 P 在空闲链表里等到有活才被取用",
            check: |s| {
                let work = s.recording.of(Kind::GoCreate).next().expect("there is main").0;
                let taken = s.recording.of(Kind::ProcStart).find(|(_, e)| e.p == 1);
                let ok = taken.is_some_and(|(at, _)| at > work);
                let told = taken
                    .map_or("一直没有人取 P1".to_owned(), |(at, e)| format!("P1 在事件 {at} 被 M{} 取走", e.m));
                Verdict::new(ok, format!("第一个 G 在事件 {work} 创建，{told}"))
            },
        },
        Claim {
            text: "main.main 返回进程就退出，不等其他 goroutine",
            check: |s| Verdict::eq("后台的那个打印过吗", s.printed("后台做完"), false),
        },
    ],
    mutations: &[
        Mutation { name: "no-lock-thread", what: "LockOSThread 不起作用", breaks: &[0] },
        Mutation { name: "no-wakep", what: "有活也不叫醒空闲的 P", breaks: &[1] },
        Mutation { name: "wait", what: "main 等后台的做完再返回", breaks: &[2] },
    ],
    next: &[("等它做完再返回", "bagu demo run gmp/boot --mutate wait")],
};

/// What `runtime.main` does around the packages' init functions.
fn init() {
    lock_os_thread();
    let home = thread_id();
    let mut always = true;
    let wg = WaitGroup::new();
    for _ in 0..3 {
        wg.go("helper", || {
            for _ in 0..30 {
                burn(us(10));
                gosched();
            }
        });
    }
    for _ in 0..30 {
        gosched();
        always &= thread_id() == home;
    }
    wg.wait();
    note("init_done", now().0 as i64);
    out!("init 一直在主线程上：{always}");
    unlock_os_thread();
}

fn run() {
    init();
    let done = chan::<()>(0);
    let tell = done.clone();
    go("background", move || {
        sleep(ms(5));
        out!("后台做完");
        tell.close();
    });
    if mutated("wait") {
        done.recv();
    }
    out!("main 返回");
}
