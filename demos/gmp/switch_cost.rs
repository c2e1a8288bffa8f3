//! Who pays the kernel: the same to and fro by goroutines and by threads, counted by the kernel.
//!
//! Answers    gmp-switch-cost
//! Watch for  1  a thousand round trips of goroutines: hardly a kernel switch
//!            2  a thousand round trips of threads: at least one each
//! Try        --mutate by-threads, --mutate one-thread
//! Go         runtime/asm_amd64.s mcall, gogo; proc_pid_status(5) voluntary_ctxt_switches (go1.27.3)
//! Differs    where there is no /proc the kernel's count cannot be read
use std::fs::read_to_string;
use std::sync::{Arc, Condvar};

use crate::lab::prelude::*;

pub const DEMO: Demo = Demo {
    id: "gmp/switch-cost",
    title: "goroutine 切换不进内核，线程切换每次都要",
    setup: Setup { procs: 1, may: false, ..Setup::DEFAULT },
    fidelity: Fidelity::Same,
    go: GoMatch::Exact,
    picture: Picture::Timeline,
    run,
    claims: &[
        Claim {
            text: "goroutine 切换不进内核",
            check: |s| {
                let switches = s.recording.of(Kind::GoPark).count();
                let ok = s.note("goroutines_few") == 1 && switches >= TRIPS;
                Verdict::new(ok, format!("{TRIPS} 次往返换了 {switches} 次 goroutine，内核切换不到 {FEW} 次"))
            },
        },
        Claim {
            text: "线程切换每次都要经过内核",
            check: |s| Verdict::new(s.note("threads_many") == 1, format!("{TRIPS} 次往返，内核切换不少于 {TRIPS} 次")),
        },
    ],
    mutations: &[
        Mutation { name: "by-threads", what: "goroutine 的往返换成两个线程来做", breaks: &[0] },
        Mutation { name: "one-thread", what: "线程的往返换成自己问自己答", breaks: &[1] },
    ],
    next: &[("换到真实线程上再量一次", "bagu demo run gmp/switch-cost --platform real")],
};

const TRIPS: usize = 1000;
const FEW: u64 = 200;

/// Times that this thread went to sleep in the kernel (others of the process have their own work).
fn sleeps() -> u64 {
    let status = read_to_string("/proc/thread-self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("voluntary_ctxt_switches:"));
    line.and_then(|n| n.trim().parse().ok()).unwrap_or(0)
}

/// Every kind of play returns the sleeps of other threads it used.
fn goroutines_play() -> u64 {
    let (ask, answer) = (chan::<i64>(0), chan::<i64>(0));
    let (rx, tx) = (ask.clone(), answer.clone());
    go("answers", move || {
        for v in &rx {
            tx.send(v + 1);
        }
    });
    for i in 0..TRIPS {
        ask.send(i as i64);
        answer.recv();
    }
    ask.close();
    0
}

/// Two threads take turns; each sleeps in the kernel until the other has had its turn.
fn threads_play() -> u64 {
    let turn = Arc::new((std::sync::Mutex::new(0), Condvar::new()));
    let theirs = turn.clone();
    let other = std::thread::spawn(move || {
        take_turns(&theirs, 1);
        sleeps()
    });
    take_turns(&turn, 0);
    other.join().unwrap_or_default()
}

/// Takes every second turn, beginning with number `mine`.
fn take_turns((turn, next): &(std::sync::Mutex<usize>, Condvar), mine: usize) {
    for _ in 0..TRIPS {
        let Ok(now) = turn.lock() else { return };
        let Ok(mut now) = next.wait_while(now, |n| *n % 2 != mine) else { return };
        *now += 1;
        next.notify_one();
    }
}

fn alone() -> u64 {
    let turn = (std::sync::Mutex::new(0), Condvar::new());
    for side in [0, 1].repeat(TRIPS) {
        let Ok(mut now) = turn.0.lock() else { break };
        *now += usize::from(*now % 2 == side);
        turn.1.notify_one();
    }
    0
}

fn count(play: fn() -> u64) -> u64 {
    let before = sleeps();
    let of_others = play();
    (sleeps() + of_others).saturating_sub(before)
}

fn run() {
    let n = count(if mutated("by-threads") { threads_play } else { goroutines_play });
    note("goroutines_few", i64::from(n < FEW));
    out!("goroutine 往返 {TRIPS} 次，内核切换不到 {FEW} 次：{}", n < FEW);
    let n = count(if mutated("one-thread") { alone } else { threads_play });
    note("threads_many", i64::from(n >= TRIPS as u64));
    out!("线程往返 {TRIPS} 次，内核切换不少于 {TRIPS} 次：{}", n >= TRIPS as u64);
}
