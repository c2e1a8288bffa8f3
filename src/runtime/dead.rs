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
    // A processor that the monitor is just handing on, or that nobody has taken yet, may have work; so
    // may the global queue, before the monitor has found a thread for that processor.
    if rt.sched.global_len() > 0 || rt.sched.ps().any(|p| timers(p) || !p.runq.is_empty()) {
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
        // Writing to a String cannot fail.
        let _ = write!(text, "\ngoroutine {} [{}]:\n{}()\n", g.id, g.state, g.name);
        if g.parent != 0 {
            let _ = writeln!(text, "created by goroutine {}", g.parent);
        }
    }
    text
}

/// Goroutines grouped by function, wait reason and creator, as `pprof` does with `debug=1`: there by
/// stack, here by name, since we have no tables of lines.
pub(crate) fn profile(gs: &[GInfo]) -> String {
    let name = |id: u32| gs.iter().find(|g| g.id == id).map_or_else(|| format!("G{id} (ended)"), |g| g.name.clone());
    let mut groups: Vec<(usize, &str, &str, String)> = vec![];
    for g in gs {
        let by = if g.parent == 0 { String::new() } else { name(g.parent) };
        match groups.iter_mut().find(|x| (x.1, x.2, &x.3) == (g.name.as_str(), g.state, &by)) {
            Some(x) => x.0 += 1,
            None => groups.push((1, &g.name, g.state, by)),
        }
    }
    groups.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut text = format!("goroutine profile: total {}\n", gs.len());
    for (n, name, state, by) in groups {
        let _ = write!(text, "{n} @ {name} [{state}]");
        let _ = if by.is_empty() { writeln!(text) } else { writeln!(text, " created by {by}") };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{GInfo, profile};
    use crate::trace::WaitReason;

    #[test]
    fn equal_goroutines_stand_once() {
        let g = |id, name: &str, parent| GInfo {
            id,
            name: name.into(),
            state: "sleep",
            reason: Some(WaitReason::Sleep),
            parent,
        };
        let all = [g(1, "main", 0), g(2, "worker", 1), g(3, "worker", 1), g(4, "worker", 9)];
        assert_eq!(
            profile(&all),
            "goroutine profile: total 4\n2 @ worker [sleep] created by main\n1 @ main [sleep]\n1 @ worker [sleep] created by G9 (ended)\n"
        );
    }
}
