//! Each rule on a planted fault and on its innocent twin.
use super::*;
use crate::trace::event::{Event, Kind, NO_CAUSE, WaitReason};
use crate::trace::fixture::{self, Script};
use proptest::prelude::*;

fn rules(rec: &Recording) -> Vec<&'static str> {
    lints(rec).iter().map(|l| l.rule).collect()
}

fn begin(procs: u16) -> Script {
    let mut s = Script::new(procs);
    let born = s.create(0, 1, "main");
    s.on(0, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
    s.start(1, born);
    s
}

#[test]
fn clean_runs_are_silent() {
    assert_eq!(lints(&fixture::ping_pong(200)), []);
    assert_eq!(lints(&fixture::full_ring()), []);
    assert_eq!(lints(&crate::trace::Recording::default()), []);
}

/// G2 can run for 11 ms; P1 is idle for the last `idle` ms of them.
fn waits(idle: u64) -> Recording {
    let mut s = begin(2);
    let born = s.create(1, 2, "worker");
    s.on(1, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
    for _ in 0..11 - idle {
        s.pass(1_000_000);
        s.print(1, "");
    }
    s.on(1, 0, Kind::ProcStop, 0, 0, 0, NO_CAUSE);
    for _ in 0..idle {
        s.pass(1_000_000);
        s.print(1, "");
    }
    s.park(1, WaitReason::Sleep, 0);
    s.start(2, born);
    s.ev(2, Kind::GoEnd, 0, 0, 0, NO_CAUSE);
    s.rec
}

#[test]
fn runnable_while_a_processor_is_idle() {
    let found = lints(&waits(3));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].text, "G2 worker 可运行后等了 11ms，其间 P1 空闲了 3ms");
    assert_eq!((found[0].rule, found[0].g, found[0].n), ("runnable-while-idle", 2, 3_000_000));
    assert_eq!(lints(&waits(0)), [], "all processors were busy");
}

#[test]
fn a_stopped_world_is_nobody_s_fault() {
    let mut rec = waits(3);
    let stop = rec.of(Kind::ProcStop).map(|(i, _)| i as usize).next().expect("P1 is given up");
    let e = rec.events[stop];
    rec.events.insert(stop, Event { kind: Kind::StwStart, g: 1, p: 0, m: 0, ..e });
    assert_eq!(lints(&rec), []);
}

/// G1 computes for `n` ms, with a safe point every `every` ms.
fn computes(n: u64, every: u64) -> Recording {
    let mut s = begin(1);
    for i in 1..=n {
        s.pass(1_000_000);
        if i % every == 0 {
            s.print(1, "");
        }
    }
    s.ev(1, Kind::GoEnd, 0, 0, 0, NO_CAUSE);
    s.rec
}

#[test]
fn long_without_a_safe_point() {
    let found = lints(&computes(40, 99));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].text, "G1 main 从 @2 起连续跑了 40ms，中间没有安全点");
    assert_eq!(lints(&computes(40, 5)), []);
    assert_eq!(lints(&computes(19, 99)), []);
    let mut endless = computes(40, 99);
    endless.events.pop();
    endless.events.push(Event { kind: Kind::Sysmon, g: 0, p: 255, m: 255, time: 50_000_000, ..endless.events[0] });
    assert_eq!(rules(&endless), ["no-safe-point"], "it still runs at the end");
}

/// A handler (G2) makes a channel and starts a worker (G3) that waits on it; the handler ends.
/// `tells`: main has been given the channel.
fn leak(tells: bool) -> Recording {
    let mut s = begin(1);
    let handler = s.create(1, 2, "handler");
    let other = s.chan(1, "done", 0);
    s.ev(1, Kind::ChanRecv, other, 0, 0, NO_CAUSE);
    s.ev(1, Kind::ChanWait, other, 0, 1, NO_CAUSE);
    s.park(1, WaitReason::ChanReceive, other);
    s.start(2, handler);
    let ch = s.chan(2, "results", 0);
    let worker = s.create(2, 3, "worker");
    s.ev(2, Kind::GoYield, 0, 0, 0, NO_CAUSE);
    s.start(3, worker);
    s.ev(3, Kind::ChanSend, ch, 0, 0, NO_CAUSE);
    s.ev(3, Kind::ChanWait, ch, 0, 0, NO_CAUSE);
    s.park(3, WaitReason::ChanSend, ch);
    s.start(2, NO_CAUSE);
    let ready = if tells {
        s.ev(2, Kind::ChanSend, other, 0, 0, NO_CAUSE);
        let sent = s.ev(2, Kind::ChanSendDone, other, 1, 0, NO_CAUSE);
        s.ready(2, 1, sent)
    } else {
        let fire = s.ev(0, Kind::TimerFire, 1, 0, 0, NO_CAUSE);
        s.ready(0, 1, fire)
    };
    s.ev(2, Kind::GoEnd, 0, 0, 0, NO_CAUSE);
    s.start(1, ready);
    s.rec
}

#[test]
fn nobody_alive_can_reach_what_it_waits_for() {
    let mut rec = leak(false);
    let found = lints(&rec);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].text, "G3 worker 再也不会被唤醒：等着向 results 发送，而活着的 goroutine 谁也碰不到它");
    assert_eq!(rec.events[found[0].seq as usize].kind, Kind::GoPark);
    assert_eq!(lints(&leak(true)), [], "main may hold it: it was passed something");
    // With main gone nobody is left, whoever was told.
    rec = leak(true);
    let last = *rec.events.last().expect("some");
    rec.events.push(Event { kind: Kind::GoEnd, cause: NO_CAUSE, ..last });
    let found = lints(&rec);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].rule, found[0].g), ("left-at-exit", 3));
    // A pending timer of the handler may yet use the channel.
    let mut rec = leak(false);
    let at = rec.of(Kind::GoYield).map(|(i, _)| i as usize).next().expect("the handler yields");
    let e = rec.events[at];
    rec.events.insert(at, Event { kind: Kind::TimerSet, a: 9, b: u64::MAX, ..e });
    for e in rec.events.iter_mut().filter(|e| e.cause != NO_CAUSE && e.cause as usize >= at) {
        e.cause += 1;
    }
    assert_eq!(lints(&rec), []);
}

#[test]
fn nil_channels_wait_for_ever_and_sleepers_do_not() {
    for (reason, rules_wanted) in [
        (WaitReason::ChanReceiveNil, vec!["never-woken"]),
        (WaitReason::SelectNoCases, vec!["never-woken"]),
        (WaitReason::Sleep, vec![]),
        (WaitReason::IoWait, vec![]),
    ] {
        let mut s = begin(1);
        let born = s.create(1, 2, "waiter");
        s.ev(1, Kind::GoYield, 0, 0, 0, NO_CAUSE);
        s.start(2, born);
        s.park(2, reason, 0);
        s.start(1, NO_CAUSE);
        assert_eq!(rules(&s.rec), rules_wanted, "{reason:?}");
    }
}

/// G1 takes lock 5 and sleeps 4 ms; G2 waits for the lock if `wanted`, G1 lets go first if `polite`.
fn holds(wanted: bool, polite: bool) -> Recording {
    let mut s = begin(2);
    let born = s.create(1, 2, "other");
    s.ev(1, Kind::LockAcquire, 5, 0, 0, NO_CAUSE);
    s.on(1, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
    s.on(1, 2, Kind::GoStart, 0, 0, 0, born);
    if polite {
        s.ev(1, Kind::LockRelease, 5, 0, 0, NO_CAUSE);
    }
    s.park(1, WaitReason::Sleep, 0);
    if wanted {
        s.on(1, 2, Kind::GoPark, 5, 0, WaitReason::MutexLock as u8, NO_CAUSE);
    }
    s.pass(4_000_000);
    let fire = s.ev(0, Kind::TimerFire, 1, 0, 0, NO_CAUSE);
    let ready = s.ready(0, 1, fire);
    s.start(1, ready);
    s.rec
}

#[test]
fn a_lock_in_a_sleeper_s_hand() {
    let found = lints(&holds(true, false));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].text, "G1 main 拿着锁 #5 睡眠，让 G2 other 多等了 4ms");
    assert_eq!(lints(&holds(false, false)), [], "nobody wanted it");
    assert_eq!(lints(&holds(true, true)).iter().filter(|l| l.rule == "lock-across-wait").count(), 0);
}

/// G2 waits on a condition and is woken `n` times without having anything to do.
fn woken(n: usize, works: bool) -> Recording {
    let mut s = begin(1);
    let born = s.create(1, 2, "waiter");
    s.ev(1, Kind::GoYield, 0, 0, 0, NO_CAUSE);
    s.start(2, born);
    for _ in 0..n {
        s.ev(2, Kind::LockRelease, 3, 0, 0, NO_CAUSE);
        s.park(2, WaitReason::CondWait, 7);
        s.start(1, NO_CAUSE);
        let cause = s.ev(1, Kind::SemRelease, 7, 0, 0, NO_CAUSE);
        let ready = s.ready(1, 2, cause);
        s.ev(1, Kind::GoYield, 0, 0, 0, NO_CAUSE);
        s.start(2, ready);
        s.ev(2, Kind::LockAcquire, 3, 0, 0, NO_CAUSE);
        if works {
            s.print(2, "a job");
        }
    }
    s.ev(2, Kind::GoEnd, 0, 0, 0, NO_CAUSE);
    s.rec
}

#[test]
fn woken_for_nothing() {
    let found = lints(&woken(5, false));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].rule, found[0].n), ("woken-for-nothing", 4), "the last time it ended instead");
    assert_eq!(lints(&woken(5, true)), []);
    assert_eq!(lints(&woken(3, false)), [], "twice is no habit");
}

prop_compose! {
    fn any_event()(
        kind in 0..Kind::ALL.len(), dt in 0..30_000_000u64, g in 0..6u32, a in 0..6u32,
        b in 0..9u64, p in prop_oneof![0..3u8, Just(255)], why in 0..17u8,
    ) -> (u64, Event) {
        (dt, Event { time: 0, b, g, a, cause: NO_CAUSE, p, m: p, kind: Kind::ALL[kind], why })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_recording_is_judged(events in prop::collection::vec(any_event(), 0..120)) {
        let mut now = 0;
        let events = events.into_iter().map(|(dt, e)| { now += dt; Event { time: now, ..e } }).collect();
        let rec = Recording { events, procs: 2, ..Recording::default() };
        for lint in lints(&rec) {
            prop_assert!(!lint.text.is_empty() && (lint.seq as usize) < rec.events.len());
        }
    }
}
