//! A recording as lines of text: the event table here, Go's `SCHED` lines and goroutine dump in
//! `text::go`.
use std::fmt::Write as _;

use super::event::{Event, Kind, NO_CAUSE, NO_M, NO_P, Recording, Seq, WaitReason};

mod go;

pub use go::{Step, dump, sched_at, sched_detail, sched_line, sched_steps};

/// A time in ns with the unit that reads best: `900ns`, `1.204ms`, `2.5s`.
#[must_use]
pub fn time(ns: u64) -> String {
    let (unit, name) = match ns {
        0..1_000 => return format!("{ns}ns"),
        1_000..1_000_000 => (1_000, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    let (whole, part) = (ns / unit, ns % unit * 1000 / unit);
    let part = format!("{part:03}");
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{whole}{name}") } else { format!("{whole}.{part}{name}") }
}

/// One event: `@118  1.204ms  P1 M3  G7  chan-send  ch "jobs" value 44  <-@97`.
#[must_use]
pub fn event_line(rec: &Recording, seq: Seq) -> String {
    let Some(e) = rec.events.get(seq as usize) else { return String::new() };
    let mut at = String::new();
    if e.p != NO_P {
        let _ = write!(at, "P{} ", e.p);
    }
    if e.m != NO_M {
        let _ = write!(at, "M{}", e.m);
    }
    let g = if e.g == 0 { "-".to_owned() } else { format!("G{}", e.g) };
    let mut line = format!("@{seq:<5} {:>9}  {at:<7} {g:<5} {:<15} {}", time(e.time), e.kind.name(), args(rec, e));
    let len = line.trim_end().len();
    line.truncate(len);
    if e.cause != NO_CAUSE {
        let _ = write!(line, "  <-@{}", e.cause);
    }
    line
}

/// The whole table, one line an event.
#[must_use]
pub fn event_table(rec: &Recording) -> String {
    let mut out = String::new();
    for seq in 0..rec.events.len() {
        out.push_str(&event_line(rec, seq as Seq));
        out.push('\n');
    }
    out
}

fn chan(rec: &Recording, id: u32) -> String {
    format!("ch \"{}\"", rec.chan(id))
}

fn value(rec: &Recording, id: u64) -> String {
    match rec.text(id as u32) {
        "" => String::new(),
        v => format!(" value {v}"),
    }
}

/// The arguments of an event in words, in the meaning [`Kind`] gives them.
fn args(rec: &Recording, e: &Event) -> String {
    match e.kind {
        Kind::GoCreate => {
            let record = ["", " (record of this P)", " (record from the common list)"];
            format!("G{} {}{}", e.a, rec.text(e.b as u32), record[usize::from(e.why.min(2))])
        }
        Kind::GoPark => match WaitReason::from_u8(e.why) {
            r @ (WaitReason::ChanReceive | WaitReason::ChanSend) => format!("[{}] {}", r.text(), chan(rec, e.a)),
            r => format!("[{}]", r.text()),
        },
        Kind::GoReady => format!("G{}{}", e.a, if e.b == 1 { " next" } else { "" }),
        Kind::GoYield => ["gosched", "preempted"][usize::from(e.why == 1)].into(),
        Kind::GoEnd => ["return", "goexit", "panic"][usize::from(e.why.min(2))].into(),
        Kind::Steal => format!("{} from P{}{}", e.a, e.b, if e.why == 1 { " runnext" } else { "" }),
        Kind::SpinStop => ["nothing found", "found work"][usize::from(e.a == 1)].into(),
        Kind::ThreadStart | Kind::ThreadWake => format!("M{}", e.a),
        Kind::GlobalGet => format!("{}{}", e.a, if e.why == 1 { " (1 in 61)" } else { "" }),
        Kind::GlobalPut => e.a.to_string(),
        Kind::TimerSet => format!("timer {} at {}", e.a, time(e.b)),
        Kind::TimerFire => format!("timer {} late {}", e.a, time(e.b)),
        Kind::TimerStop => format!("timer {}", e.a),
        Kind::GoStart | Kind::ProcStart | Kind::ProcStop | Kind::SpinStart | Kind::SyscallEnter | Kind::NetBreak => {
            String::new()
        }
        Kind::ThreadPark if e.why == 1 => format!("in the poller until {}", time(e.b)),
        Kind::ThreadPark => String::new(),
        Kind::CgoCall => ["", "back"][usize::from(e.why == 1)].into(),
        Kind::CgoCallback => ["", "foreign thread"][usize::from(e.why == 1)].into(),
        Kind::SyscallExit => ["old P", "idle P", "global queue"][usize::from(e.why.min(2))].into(),
        Kind::Retake => {
            let by = ["hand-off", "sysmon", "stop-the-world"][usize::from(e.why.min(2))];
            format!("from M{} after {} ({by})", e.a, time(e.b))
        }
        Kind::Sysmon => format!("sleeps {} µs", e.a),
        Kind::GcForced => format!("none for {}", time(e.b)),
        Kind::PreemptAsk => format!("G{} ran {}{}", e.a, time(e.b), if e.why == 1 { ", signal" } else { "" }),
        Kind::Signal => {
            ["gives way", "not preemptible here", "runtime busy", "too late"][usize::from(e.why.min(3))].into()
        }
        Kind::NetPoll => match e.why {
            0 => format!("{} ready", e.a),
            1 => format!("{} ready, slept", e.a),
            _ => format!("{} ready (sysmon)", e.a),
        },
        Kind::StwStart => ["gomaxprocs", "GC", "dump"][usize::from(e.why.min(2))].into(),
        Kind::StwEnd => format!("stood {}", time(e.b)),
        Kind::ProcCount => e.a.to_string(),
        Kind::LockThread | Kind::UnlockThread => format!("depth {}", e.a),
        Kind::ThreadEnd => format!("M{}", e.a),
        Kind::StackGrow | Kind::StackShrink => format!("{} to {} B", e.a, e.b),
        _ => program(rec, e),
    }
}

/// The arguments of what a program does: channels, select, locks, contexts.
fn program(rec: &Recording, e: &Event) -> String {
    let side = |n: u8| if n == 0 { "send" } else { "recv" };
    match e.kind {
        Kind::ChanMake => format!("{} cap {}", chan(rec, e.a), e.b),
        Kind::ChanSend => format!("{}{}", chan(rec, e.a), value(rec, e.b)),
        Kind::ChanSendDone => match e.why {
            0 => format!("{} direct to G{}", chan(rec, e.a), e.b),
            1 => format!("{} slot {}", chan(rec, e.a), e.b),
            _ => format!("{} after waiting", chan(rec, e.a)),
        },
        Kind::ChanRecv | Kind::ChanDrain => chan(rec, e.a),
        Kind::ChanRecvDone => {
            let how = ["from sender", "from ring", "after waiting", "closed", "from ring, sender refills"];
            format!("{}{} {}", chan(rec, e.a), value(rec, e.b), how[usize::from(e.why.min(4))])
        }
        Kind::ChanWait => format!("{} {}q{}", chan(rec, e.a), side(e.why), value(rec, e.b)),
        Kind::ChanUnwait => format!("{} {}q G{}", chan(rec, e.a), side(e.why), e.b),
        Kind::ChanClose => format!("{} wakes {}", chan(rec, e.a), e.b),
        Kind::ChanMiss => format!("{} {}{}", chan(rec, e.a), side(e.why), if e.b == 1 { " no lock" } else { "" }),
        Kind::Select => format!("{} cases, {} nil{}", e.a, e.b, if e.why == 1 { ", default" } else { "" }),
        Kind::SelectPoll => {
            format!("case {} {}", e.a, if e.b == u64::from(u32::MAX) { "nil".into() } else { chan(rec, e.b as u32) })
        }
        Kind::SelectLock => format!("{} as {}", chan(rec, e.a), e.b),
        Kind::SelectDone if e.a == u32::MAX => "default".into(),
        Kind::SelectDone => format!("case {}{}", e.a, if e.why == 1 { " after waiting" } else { "" }),
        Kind::LockAcquire => format!("#{} {}", e.a, ["fast", "after waiting", "hand-off"][usize::from(e.why.min(2))]),
        Kind::LockRelease => format!("#{}", e.a),
        Kind::WaitGroupAdd => format!("#{} counter {}", e.a, e.b as i64),
        Kind::SemAcquire | Kind::SemRelease => format!("#{} left {}", e.a, e.b),
        Kind::CtxMake => format!("ctx {} parent {}", e.a, e.b),
        Kind::CtxDone => format!("ctx {} {}", e.a, chan(rec, e.b as u32)),
        Kind::CtxCancel => format!("ctx {} {}{}", e.a, ["canceled", "deadline"][usize::from(e.why == 1)], by(e.b)),
        Kind::CtxChild => format!("ctx {} {} child {}", e.a, ["adds", "drops"][usize::from(e.why == 1)], e.b),
        Kind::Print | Kind::Fatal => rec.text(e.a).replace('\n', "\\n"),
        Kind::Note => format!("{} = {}", rec.text(e.a), e.b as i64),
        Kind::Burn => time(e.b),
        _ => String::new(),
    }
}

fn by(ctx: u64) -> String {
    if ctx == 0 { String::new() } else { format!(" by ctx {ctx}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture;

    #[test]
    fn times_read_well() {
        let shown: Vec<String> = [0, 999, 1_000, 1_204_000, 10_000_000, 2_500_000_000].into_iter().map(time).collect();
        assert_eq!(shown, ["0ns", "999ns", "1µs", "1.204ms", "10ms", "2.5s"]);
    }

    #[test]
    fn every_line_is_addressable_and_shows_its_cause() {
        let rec = fixture::full_ring();
        let table = event_table(&rec);
        assert_eq!(table.lines().count(), rec.events.len());
        let line = table.lines().find(|l| l.contains("sender refills")).expect("the hand-over");
        insta::assert_snapshot!(line, @r#"@17          1ms  P0 M0   G1    chan-recv-done  ch "jobs" value 41 from ring, sender refills"#);
        let line = table.lines().rfind(|l| l.contains("go-start")).expect("the last start");
        assert!(line.ends_with("<-@18"), "{line}");
    }

    #[test]
    fn every_kind_has_a_line() {
        let mut rec = fixture::full_ring();
        let proto = rec.events[0];
        rec.events = Kind::ALL.iter().map(|&kind| Event { kind, ..proto }).collect();
        for (seq, kind) in (0..).zip(Kind::ALL) {
            assert!(event_line(&rec, seq).contains(kind.name()));
        }
    }
}
