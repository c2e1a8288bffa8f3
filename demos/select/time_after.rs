//! time.After in a loop: what is left behind, and what Stop promises, since Go 1.23.
//!
//! Answers    select-time-after-leak
//! Watch for  1  a hundred one-hour timers, none in the heap   2  one while somebody waits on it
//!            3  no old value after Stop
//! Try        --mutate timer-go122
//! Go         runtime/time.go needsAdd, blockTimerChan, unblockTimerChan (go1.27.3)
use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "select/time-after",
    title: "循环里的 time.After：定时器堆里有几个",
    setup: Setup::DEFAULT,
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "没人阻塞在它上面时，定时器不进堆",
            check: |s| Verdict::eq("100 次 after(1h) 之后堆里有", s.note("heap_idle"), 0),
        },
        Claim {
            text: "阻塞等待期间堆里只有一个",
            check: |s| Verdict::eq("阻塞等待时堆里有", s.note("heap_blocked"), 1),
        },
        Claim {
            text: "Stop 返回后不会再收到旧值",
            check: |s| Verdict::eq("到期、Stop 之后再收", s.lines()[2], "没有旧值"),
        },
    ],
    mutations: &[Mutation {
        name: "timer-go122",
        what: "换成 Go 1.22 的定时器：一直在堆里，channel 带缓冲",
        breaks: &[0, 1, 2],
    }],
    next: &[("看旧版本的样子", "bagu demo run select/time-after --mutate timer-go122")],
};

fn run() {
    let ready = named::<i64>("ready", 0);
    ready.close();
    for _ in 0..100 {
        select! {
            recv(ready) -> _v => {}
            recv(after(secs(3600))) -> _t => {}
        }
    }
    note("heap_idle", timers_in_heap() as i64);

    let never = named::<i64>("never", 0);
    go("watcher", || {
        sleep(ms(2));
        note("heap_blocked", timers_in_heap() as i64);
    });
    select! {
        recv(never) -> _v => {}
        recv(after(ms(10))) -> _t => {}
    }

    let t = Timer::new(ms(1));
    sleep(ms(5));
    out!("到期后 len {} cap {}", t.chan().len(), t.chan().cap());
    out!("Stop {}", t.stop());
    let c = t.chan();
    select! {
        recv(c) -> _t => { out!("收到旧值") }
        default => { out!("没有旧值") }
    }
    t.reset(ms(1));
    c.recv();
    out!("Reset 后等到新的一次");
}
