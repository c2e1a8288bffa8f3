//! What Go itself prints about its scheduler: `SCHED` lines (GODEBUG=schedtrace, scheddetail) and the
//! goroutine dump.
//!
//! The forms are those of go1.27.3 (runtime/proc.go `schedtrace`, runtime/traceback.go
//! `goroutineheader`), to the blank: our users know them, and their scripts read them. Go says they
//! may change. What a recording cannot know has the value Go prints when there is none (`locks=0`),
//! never an invented one. Two fields are derived:
//!   * `needspinning` is 1 when work waits, a processor is idle and nobody spins, the condition Go
//!     sets it under
//!   * `timerslen` counts timers and sleeping goroutines by the processor that set them
//!
//! Left out: ended goroutines, which Go lists as dead until their record is used again.
use std::fmt::Write as _;

use crate::trace::event::{Recording, WaitReason};
use crate::trace::state::{Goroutine, State, Status, Thread, ThreadStatus};

/// The `SCHED` line of a moment.
#[must_use]
pub fn sched_line(s: &State) -> String {
    sched_at(s, s.time)
}

/// The `SCHED` line of a state that still holds at `now` ns.
#[must_use]
pub fn sched_at(s: &State, now: u64) -> String {
    let list = |items: Vec<String>| format!("[ {} ]", items.join(" "));
    let lens = list(s.ps.iter().map(|p| p.queue.len().to_string()).collect());
    let ticks = list(s.ps.iter().map(|p| p.ticks.to_string()).collect());
    format!("{} {lens} schedticks={ticks}", head(s, now))
}

fn head(s: &State, now: u64) -> String {
    let threads = |st: ThreadStatus| s.ms.iter().filter(|m| m.status == st).count();
    let all = s.ms.len() - threads(ThreadStatus::Unborn) - threads(ThreadStatus::Ended);
    let idle = s.ps.iter().filter(|p| p.m.is_none()).count();
    let spinning = threads(ThreadStatus::Spinning);
    let waits = !s.global.is_empty() || s.ps.iter().any(|p| p.runnext.is_some() || !p.queue.is_empty());
    format!(
        "SCHED {}ms: gomaxprocs={} idleprocs={idle} threads={all} spinningthreads={spinning} needspinning={} idlethreads={} runqueue={}",
        now / 1_000_000,
        s.ps.len(),
        u8::from(idle > 0 && spinning == 0 && waits),
        threads(ThreadStatus::Parked),
        s.global.len(),
    )
}

/// The lines of `scheddetail`: one for the whole, one each for P, M (newest first) and G.
#[must_use]
pub fn sched_detail(s: &State, now: u64) -> Vec<String> {
    let locked = s.ms.iter().filter(|m| m.status == ThreadStatus::Parked && m.locked.is_some()).count();
    let mut lines = vec![format!(
        "{} gcwaiting={} nmidlelocked={locked} stopwait=0 sysmonwait=false",
        head(s, now),
        s.stopped.is_some()
    )];
    let timers = timers(s);
    for (id, p) in s.ps.iter().enumerate() {
        let status = if s.stopped.is_some() { 3 } else { u8::from(p.m.is_some()) };
        lines.push(format!(
            "  P{id}: status={status} schedtick={} syscalltick={} m={} runqsize={} gfreecnt={} timerslen={}",
            p.ticks,
            p.syscalls,
            or_nil(p.m),
            p.queue.len(),
            p.gfree,
            timers[id],
        ));
    }
    let known = |m: &Thread| !matches!(m.status, ThreadStatus::Unborn | ThreadStatus::Ended);
    for (id, m) in s.ms.iter().enumerate().rev().filter(|(_, m)| known(m)) {
        lines.push(format!(
            "  M{id}: p={} curg={} mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning={} blocked={} lockedg={}",
            or_nil(m.p),
            or_nil(m.g),
            m.status == ThreadStatus::Spinning,
            m.status == ThreadStatus::Parked,
            or_nil(m.locked),
        ));
    }
    lines.extend(s.live().map(|(id, g)| goroutine(s, id, g)));
    lines
}

fn goroutine(s: &State, id: u32, g: &Goroutine) -> String {
    let status = match g.status {
        Status::Unborn => 0,
        Status::Runnable => 1,
        Status::Running => 2,
        Status::Syscall => 3,
        Status::Waiting(_) => 4,
        Status::Dead => 6,
    };
    let on = matches!(g.status, Status::Running | Status::Syscall);
    let m = s.ms.iter().position(|m| on && m.g == Some(id));
    format!("  G{id}: status={status}({}) m={} lockedm={}", g.reason.text(), or_nil(m), or_nil(g.locked))
}

fn or_nil<T: ToString>(x: Option<T>) -> String {
    x.map_or_else(|| "nil".to_owned(), |x| x.to_string())
}

/// Timers by processor: those set, and sleeping goroutines.
fn timers(s: &State) -> Vec<usize> {
    let mut count = vec![0; s.ps.len()];
    let sleeping = s.live().filter(|(_, g)| g.status == Status::Waiting(WaitReason::Sleep)).map(|(_, g)| g.last_p);
    for p in s.timers.values().map(|t| t.p).chain(sleeping) {
        if let Some(n) = count.get_mut(p as usize) {
            *n += 1;
        }
    }
    count
}

/// A moment of [`sched_steps`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// ns.
    pub at: u64,
    pub lines: Vec<String>,
}

/// What `GODEBUG=schedtrace=X` would have printed: the state every `every` ns, from the beginning to
/// the last event. At most `most` moments.
#[must_use]
pub fn sched_steps(rec: &Recording, every: u64, detailed: bool, most: usize) -> Vec<Step> {
    let mut state = State::new(rec);
    let end = rec.events.last().map_or(0, |e| e.time);
    let mut steps = vec![];
    let mut events = rec.events.iter().peekable();
    let mut at = 0;
    while at <= end && steps.len() < most {
        while let Some(e) = events.next_if(|e| e.time <= at) {
            state.apply(e);
        }
        let lines = if detailed { sched_detail(&state, at) } else { vec![sched_at(&state, at)] };
        steps.push(Step { at, lines });
        at = at.saturating_add(every.max(1));
    }
    steps
}

/// The live goroutines as Go dumps them, in order of id.
#[must_use]
pub fn dump(rec: &Recording, s: &State) -> String {
    let mut out = String::new();
    for (id, g) in s.live() {
        let status = match g.status {
            Status::Running => "running",
            Status::Syscall => "syscall",
            Status::Waiting(WaitReason::Zero) => "waiting",
            Status::Waiting(r) => r.text(),
            _ => "runnable",
        };
        let waits = matches!(g.status, Status::Waiting(_) | Status::Syscall);
        let minutes = s.time.saturating_sub(g.since) / 60_000_000_000;
        let long = if waits && minutes > 0 { format!(", {minutes} minutes") } else { String::new() };
        let locked = if g.locked.is_some() { ", locked to thread" } else { "" };
        let gap = if out.is_empty() { "" } else { "\n" };
        let _ = write!(out, "{gap}goroutine {id} [{status}{long}{locked}]:\n{}()\n", function(rec, s, id));
        if g.creator != 0 {
            let _ = writeln!(out, "created by {} in goroutine {}", function(rec, s, g.creator), g.creator);
        }
    }
    out
}

fn function<'a>(rec: &'a Recording, s: &State, id: u32) -> &'a str {
    match s.gs.get(id as usize).map(|g| rec.text(g.name)) {
        _ if id == 1 => "main.main",
        None | Some("") => "main.func",
        Some(name) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Timeline;
    use crate::trace::event::{Kind, NO_CAUSE};
    use crate::trace::fixture::{self, Script};

    /// Two processors; G2 in a blocking call on M1, G3 locked to M0 and running, G4 asleep.
    fn story() -> Recording {
        let mut s = Script::new(2);
        let born = s.create(0, 1, "main");
        s.on(0, 0, Kind::ThreadStart, 0, 0, 0, NO_CAUSE);
        s.on(0, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
        s.start(1, born);
        let (b, c, d) = (s.create(1, 2, "reader"), s.create(1, 3, "owner"), s.create(1, 4, "sleeper"));
        s.on(0, 0, Kind::ThreadStart, 1, 0, 0, NO_CAUSE);
        s.on(1, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
        s.on(1, 2, Kind::GoStart, 0, 0, 0, b);
        s.on(1, 2, Kind::SyscallEnter, 0, 0, 0, NO_CAUSE);
        s.pass(3_000_000);
        s.on(1, 0, Kind::Retake, 1, 3_000_000, 1, NO_CAUSE);
        s.park(1, WaitReason::WaitGroupWait, 0);
        s.start(4, d);
        s.park(4, WaitReason::Sleep, 0);
        s.start(3, c);
        s.ev(3, Kind::LockThread, 1, 0, 0, NO_CAUSE);
        s.rec
    }

    #[test]
    fn a_line_for_the_whole() {
        let rec = fixture::full_ring();
        let line = Timeline::new(&rec);
        let parked = rec.of(Kind::GoPark).nth(1).map(|(i, _)| i + 1).expect("the producer parks");
        insta::assert_snapshot!(sched_line(&line.at(parked)), @"SCHED 0ms: gomaxprocs=1 idleprocs=0 threads=1 spinningthreads=0 needspinning=0 idlethreads=0 runqueue=0 [ 0 ] schedticks=[ 0 ]");
        insta::assert_snapshot!(dump(&rec, &line.at(parked)), @r"
        goroutine 1 [sleep]:
        main.main()

        goroutine 2 [chan send]:
        producer()
        created by main.main in goroutine 1
        ");
    }

    #[test]
    fn every_p_m_and_g() {
        let rec = story();
        let mut state = State::new(&rec);
        rec.events.iter().for_each(|e| state.apply(e));
        insta::assert_snapshot!(sched_detail(&state, state.time).join("\n"), @r"
        SCHED 3ms: gomaxprocs=2 idleprocs=1 threads=2 spinningthreads=0 needspinning=0 idlethreads=0 runqueue=0 gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false
          P0: status=1 schedtick=1 syscalltick=0 m=0 runqsize=0 gfreecnt=0 timerslen=1
          P1: status=0 schedtick=1 syscalltick=1 m=nil runqsize=0 gfreecnt=0 timerslen=0
          M1: p=nil curg=2 mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=false blocked=false lockedg=nil
          M0: p=0 curg=3 mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=false blocked=false lockedg=3
          G1: status=4(sync.WaitGroup.Wait) m=nil lockedm=nil
          G2: status=3() m=1 lockedm=nil
          G3: status=2() m=0 lockedm=0
          G4: status=4(sleep) m=nil lockedm=nil
        ");
        insta::assert_snapshot!(dump(&rec, &state), @r"
        goroutine 1 [sync.WaitGroup.Wait]:
        main.main()

        goroutine 2 [syscall]:
        reader()
        created by main.main in goroutine 1

        goroutine 3 [running, locked to thread]:
        owner()
        created by main.main in goroutine 1

        goroutine 4 [sleep]:
        sleeper()
        created by main.main in goroutine 1
        ");
    }

    #[test]
    fn steps_cover_the_run_and_are_bounded() {
        let rec = story();
        let steps = sched_steps(&rec, 1_000_000, false, 100);
        assert_eq!(steps.iter().map(|s| s.at / 1_000_000).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(steps[1].lines[0].starts_with("SCHED 1ms: gomaxprocs=2 "), "{:?}", steps[1]);
        assert_ne!(steps[2].lines[0], steps[3].lines[0]);
        assert_eq!(sched_steps(&rec, 0, false, 5).len(), 5);
        assert!(sched_steps(&Recording::default(), 1, true, 9).len() == 1);
    }
}
