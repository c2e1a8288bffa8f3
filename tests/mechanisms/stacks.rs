//! Stacks, and foreign code on the thread's own.
use std::time::{Duration, Instant};

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End};

use crate::{ok, real};

#[test]
fn foreign_code_runs_on_the_threads_own_stack() {
    fn address() -> usize {
        let local = 0u8;
        std::hint::black_box(&raw const local) as usize
    }
    for c in [real(1), real(2)] {
        ok(c, || {
            let here = address();
            let there = cgo(address);
            assert!(here.abs_diff(there) > 64 << 10, "another stack");
            assert_eq!(cgo(|| 6 * 7), 42);
        });
    }
}

/// What the system has given this process, in KiB.
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// Memory of goroutines that ended goes back while the program goes on. In a process of its own: other tests
/// need memory, too.
#[test]
fn stacks_of_ended_goroutines_go_back_during_the_run() {
    if resident().is_none() {
        eprintln!("skipped: this platform does not say how much memory a process has");
        return;
    }
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stacks::goroutines_come_and_go_child", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success(), "{text}");
    let said = |what: &str| -> i64 {
        let line = text.lines().find_map(|l| l.strip_prefix(what)).unwrap_or_else(|| panic!("no {what:?}: {text}"));
        line.trim().parse().unwrap()
    };
    let (before, parked, after) = (said("before"), said("parked"), said("after"));
    assert!(parked - before > 20_000 * 4, "a page each: {before} {parked} KiB");
    assert!(after - before < (parked - before) / 4, "most of it went back: {before} {parked} {after} KiB");
}

/// Starts so many goroutines and waits until each waits for the gate to close.
fn park(n: usize) -> (Chan<()>, WaitGroup) {
    let (gate, wg) = (chan::<()>(0), WaitGroup::new());
    for _ in 0..n {
        let gate = gate.clone();
        wg.go("parked", move || _ = gate.recv());
    }
    while goroutines().iter().filter(|g| g.reason == Some(WaitReason::ChanReceive)).count() < n {
        sleep(ms(5));
    }
    (gate, wg)
}

#[test]
#[ignore = "run by stacks_of_ended_goroutines_go_back_during_the_run, as a process"]
fn goroutines_come_and_go_child() {
    let n = 20_000;
    let r = runtime::run(Config { record: false, ..real(2) }, move || {
        let before = resident().unwrap();
        let (gate, wg) = park(n);
        let parked = resident().unwrap();
        gate.close();
        wg.wait();
        // However slow the machine is: as long as it goes down.
        let mut after = resident().unwrap();
        for _ in 0..600 {
            sleep(ms(100));
            after = resident().unwrap();
            if after - before < (parked - before) / 4 {
                break;
            }
        }
        println!("\nbefore {before}\nparked {parked}\nafter {after}");
    });
    assert_eq!(r.end, End::Ok);
}

#[test]
fn as_many_goroutines_as_asked_for_park_and_go() {
    let n = 20_000;
    let begun = Instant::now();
    let r = runtime::run(Config { record: false, ..real(2) }, move || {
        let (gate, wg) = park(n);
        assert_eq!(num_goroutine(), n + 1);
        gate.close();
        wg.wait();
    });
    assert_eq!(r.end, End::Ok);
    assert!(begun.elapsed() < Duration::from_secs(60));
}
