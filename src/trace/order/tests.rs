//! True schedules pass; each lie about one is told by its rule.
use super::*;
use crate::trace::event::{NO_CAUSE, NO_M};

/// An event of `g` on processor and thread, at no time.
fn ev(kind: Kind, g: u32, p: u8, m: u8, a: u32) -> Event {
    Event { time: 0, b: 0, g, a, cause: NO_CAUSE, p, m, kind, why: 0 }
}

fn follow(events: &[Event]) -> Vec<&'static str> {
    let rec = Recording { events: events.to_vec(), ..Recording::default() };
    let mut o = Order::new(&rec);
    let mut rules = vec![];
    for e in events {
        let m = o.thread(e);
        rules.extend(o.judge(e, m).iter().map(|b| b.0));
        o.apply(e, m);
    }
    rules
}

/// G1 runs on P0 and M0.
fn running() -> Vec<Event> {
    vec![
        ev(Kind::GoCreate, 0, NO_P, NO_M, 1),
        ev(Kind::ThreadStart, 0, NO_P, NO_M, 0),
        ev(Kind::ProcStart, 0, 0, 0, 0),
        ev(Kind::GoStart, 1, 0, 0, 0),
    ]
}

#[track_caller]
fn after_running(more: &[Event], rules: &[&str]) {
    let mut all = running();
    all.extend(more);
    assert_eq!(follow(&all), rules);
}

#[test]
fn a_blocking_call_in_each_of_its_endings_is_no_fault() {
    let enter = ev(Kind::SyscallEnter, 1, 0, 0, 0);
    after_running(&[enter, ev(Kind::SyscallExit, 1, 0, 0, 1), ev(Kind::Print, 1, 0, 0, 0)], &[]);
    let retake = Event { why: 1, ..ev(Kind::Retake, 0, 0, 255, 0) };
    let gone = [enter, retake, ev(Kind::ProcStart, 0, 0, 1, 0)];
    let mut queued = gone.to_vec();
    queued.extend([ev(Kind::SyscallExit, 1, NO_P, 0, 0), ev(Kind::GoStart, 1, 0, 1, 0)]);
    after_running(&queued, &[]);
    let mut other = gone.to_vec();
    other.extend([ev(Kind::ProcStart, 0, 1, 0, 0), ev(Kind::SyscallExit, 1, 1, 0, 1), ev(Kind::GoEnd, 1, 1, 0, 0)]);
    after_running(&other, &[]);
    after_running(&[enter, ev(Kind::ProcStop, 1, 0, 0, 0), ev(Kind::SyscallExit, 1, NO_P, 0, 0)], &[]);
}

#[test]
fn a_processor_taken_back_from_another_s_call_and_one_changed_under_a_stopped_world() {
    let enter = ev(Kind::SyscallEnter, 1, 0, 0, 0);
    let mut back = vec![
        enter,
        Event { why: 1, ..ev(Kind::Retake, 0, 0, 255, 0) },
        ev(Kind::ProcStart, 0, 0, 1, 0),
        ev(Kind::GoCreate, 0, 0, 1, 2),
        ev(Kind::GoStart, 2, 0, 1, 0),
    ];
    let mut busy = back.clone();
    busy.push(ev(Kind::SyscallExit, 1, 0, 0, 1));
    after_running(&busy, &["no-p"]); // G2 runs there
    back.extend([ev(Kind::SyscallEnter, 2, 0, 1, 0), ev(Kind::SyscallExit, 1, 0, 0, 1)]);
    back.extend([ev(Kind::SyscallExit, 2, NO_P, 1, 0), ev(Kind::GoEnd, 1, 0, 0, 0)]);
    after_running(&back, &[]);
    let resize = [ev(Kind::StwStart, 0, 0, 0, 0), ev(Kind::ProcStop, 0, 0, 0, 0), ev(Kind::ProcStart, 0, 1, 0, 0)];
    after_running(&[&resize[..], &[ev(Kind::StwEnd, 0, 1, 0, 0), ev(Kind::GoEnd, 1, 1, 0, 0)]].concat(), &[]);
}

#[test]
fn lies_about_blocking_calls() {
    after_running(&[ev(Kind::SyscallExit, 1, 0, 0, 1)], &["syscall"]);
    after_running(&[ev(Kind::Retake, 0, 0, 255, 0)], &["retake"]);
    let enter = ev(Kind::SyscallEnter, 1, 0, 0, 0);
    after_running(&[enter, ev(Kind::SyscallExit, 1, 0, 0, 0)], &["syscall"]);
    after_running(&[enter, ev(Kind::ProcStop, 1, 0, 0, 0), ev(Kind::SyscallExit, 1, NO_P, 0, 1)], &["no-p"]);
    after_running(&[enter, ev(Kind::GoPark, 1, 0, 0, 0)], &["running"]);
    after_running(&[enter, enter], &["running"]);
}

#[test]
fn lies_about_processors() {
    after_running(&[ev(Kind::ProcStart, 0, 0, 0, 0)], &["one-m"]);
    after_running(&[ev(Kind::ProcStart, 0, 0, 1, 0)], &["one-m"]);
    after_running(&[ev(Kind::ProcStart, 0, 1, 0, 0)], &["one-m"]);
    after_running(&[ev(Kind::ProcStop, 0, 1, 0, 0)], &["one-m"]);
    after_running(&[ev(Kind::ProcStop, 0, 0, 0, 0)], &["no-p"]);
    let away = [ev(Kind::GoYield, 1, 0, 0, 0), ev(Kind::ProcStop, 0, 0, 0, 0), ev(Kind::GoStart, 1, 0, 0, 0)];
    after_running(&away, &["no-p"]);
}

#[test]
fn lies_about_threads_and_the_stopped_world() {
    after_running(&[ev(Kind::ThreadStart, 0, NO_P, 0, 0)], &["thread"]);
    after_running(&[ev(Kind::ThreadPark, 0, NO_P, 0, 0)], &["thread"]);
    let gone = [ev(Kind::ThreadStart, 0, NO_P, 0, 1), ev(Kind::ThreadEnd, 0, NO_P, 1, 1)];
    after_running(&[gone[0], gone[1], gone[1]], &["thread"]);
    after_running(&[gone[0], gone[1], ev(Kind::ProcStart, 0, 1, 1, 0)], &["thread"]);
    after_running(&[ev(Kind::StwEnd, 1, 0, 0, 0)], &["stw"]);
    let stop = ev(Kind::StwStart, 1, 0, 0, 0);
    after_running(&[stop, stop, ev(Kind::StwEnd, 1, 0, 0, 0)], &["stw"]);
}

#[test]
fn lies_about_locked_threads() {
    let lock = ev(Kind::LockThread, 1, 0, 0, 1);
    let away = [lock, ev(Kind::GoYield, 1, 0, 0, 0), ev(Kind::ProcStart, 0, 1, 1, 0)];
    let mut elsewhere = away.to_vec();
    elsewhere.push(ev(Kind::GoStart, 1, 1, 1, 0));
    after_running(&elsewhere, &["locked"]);
    let mut guest = away.to_vec();
    guest.extend([ev(Kind::GoCreate, 0, 1, 1, 2), ev(Kind::GoStart, 2, 0, 0, 0)]);
    after_running(&guest, &["locked"]);
    let mut free = vec![lock, ev(Kind::UnlockThread, 1, 0, 0, 0)];
    free.extend_from_slice(&elsewhere[1..]);
    after_running(&free, &[]);
}

#[test]
fn threads_that_share_a_number_are_told_apart_by_what_they_hold() {
    let mut all = running();
    all.extend((1..=300).map(|i| ev(Kind::ThreadStart, 1, 0, 0, i)));
    for p in 1..=2u8 {
        let g = u32::from(p) + 1;
        all.extend([
            ev(Kind::GoCreate, 1, 0, 0, g),
            ev(Kind::ProcStart, 0, p, SHARED_M, 0),
            ev(Kind::GoStart, g, p, SHARED_M, 0),
            ev(Kind::SyscallEnter, g, p, SHARED_M, 0),
            ev(Kind::ProcStop, g, p, SHARED_M, 0),
        ]);
    }
    all.extend((2..=3).rev().map(|g| ev(Kind::SyscallExit, g, NO_P, SHARED_M, 0)));
    assert_eq!(follow(&all), Vec::<&str>::new());
}
