//! Deadlock: every thread idle, no timer pending, nobody in a blocking call.
//!
//! Exactly Go's rule, with Go's blind spots: a part of the program that waits for ever is not
//! seen as long as anything else can still move.
//! Go: runtime/proc.go checkdead (go1.27.3)
use std::fmt::Write as _;

use super::fault::Faults;
use super::rt::Rt;
use super::{End, GInfo, sched};

/// Called by a thread that has just become idle.
pub(crate) fn check(rt: &Rt) {
    if !sched::all_idle(rt) || rt.is_dying() {
        return;
    }
    let timers = |p: &sched::P| p.timers.next_when() != u64::MAX && !rt.faults.has(Faults::DEAD_IGNORES_TIMERS);
    if rt.sched.ps().any(|p| timers(p) || !p.runq.is_empty()) {
        return;
    }
    if rt.faults.has(Faults::NO_DEADLOCK_CHECK) {
        rt.finish(End::Limit("没有可运行的协程，也没有报告死锁（no-deadlock-check）".into()));
        return;
    }
    let gs = rt.goroutines();
    let main_gone = rt.sched.idle.lock().main_gone;
    let head = if main_gone && gs.is_empty() {
        "no goroutines (main called runtime.Goexit) - deadlock!"
    } else {
        "all goroutines are asleep - deadlock!"
    };
    rt.finish(End::Deadlock(format!("fatal error: {head}\n{}", dump(&gs))));
}

/// A goroutine dump in Go's form, without source lines.
pub(crate) fn dump(gs: &[GInfo]) -> String {
    let mut text = String::new();
    for g in gs {
        let state = g.reason.map_or("runnable", |r| r.text());
        // Writing to a String cannot fail.
        let _ = write!(text, "\ngoroutine {} [{state}]:\n{}()\n", g.id, g.name);
        if g.parent != 0 {
            let _ = writeln!(text, "created by goroutine {}", g.parent);
        }
    }
    text
}
