//! A story in which everything occurs that a schedule can hold, and lies told about it. Each lie must
//! be caught by our judge, by our reader of the exported bytes, and (developer recipe) by Go's own.
use bagu::trace::event::{NO_CAUSE, NO_M, NO_P};
use bagu::trace::{Event, Kind, Recording, WaitReason};

/// An event of `g` on processor and thread.
fn ev(kind: Kind, g: u32, p: u8, m: u8, a: u32) -> Event {
    Event { time: 0, b: 0, g, a, cause: NO_CAUSE, p, m, kind, why: 0 }
}

/// Two goroutines on two processors: born, stolen, parked, woken, preempted, in calls of every kind.
pub fn story() -> Recording {
    let caused = |e: Event, cause: u32| Event { cause, ..e };
    let mut events = vec![
        ev(Kind::GoCreate, 0, NO_P, NO_M, 1),
        ev(Kind::ThreadStart, 0, NO_P, NO_M, 0),
        ev(Kind::ProcStart, 0, 0, 0, 0),
        caused(ev(Kind::GoStart, 1, 0, 0, 0), 0),
        Event { b: 1, ..ev(Kind::GoCreate, 1, 0, 0, 2) }, // 4
        ev(Kind::ThreadStart, 1, 0, 0, 1),
        ev(Kind::ProcStart, 0, 1, 1, 0), // 6
        Event { b: 0, ..ev(Kind::Steal, 2, 1, 1, 1) },
        caused(ev(Kind::GoStart, 2, 1, 1, 0), 4), // 8
        ev(Kind::Print, 2, 1, 1, 2),
        Event { why: WaitReason::ChanReceive as u8, ..ev(Kind::GoPark, 1, 0, 0, 0) }, // 10
        ev(Kind::ProcStop, 0, 0, 0, 0),
        ev(Kind::ThreadPark, 0, NO_P, 0, 0),
        ev(Kind::GoReady, 2, 1, 1, 1), // 13
        ev(Kind::ThreadWake, 2, 1, 1, 0),
        ev(Kind::ProcStart, 0, 0, 0, 0), // 15
        caused(ev(Kind::GoStart, 1, 0, 0, 0), 13),
        ev(Kind::SyscallEnter, 2, 1, 1, 0), // 17
        Event { why: 1, ..ev(Kind::Retake, 0, 1, NO_M, 1) },
        ev(Kind::ThreadStart, 0, NO_P, NO_M, 2),
        ev(Kind::ProcStart, 0, 1, 2, 0), // 20
        ev(Kind::ProcStop, 0, 1, 2, 0),
        ev(Kind::ThreadPark, 0, NO_P, 2, 0),
        ev(Kind::ProcStart, 2, 1, 1, 0), // 23
        Event { why: 1, ..ev(Kind::SyscallExit, 2, 1, 1, 1) },
        ev(Kind::StwStart, 1, 0, 0, 0), // 25
        ev(Kind::ProcCount, 1, 0, 0, 2),
        ev(Kind::StwEnd, 1, 0, 0, 0),
        Event { why: 1, ..ev(Kind::GoYield, 1, 0, 0, 0) }, // 28
        caused(ev(Kind::GoStart, 1, 0, 0, 0), 28),
        ev(Kind::SyscallEnter, 1, 0, 0, 0), // 30
        ev(Kind::SyscallExit, 1, 0, 0, 1),
        Event { b: 500, ..ev(Kind::Burn, 1, 0, 0, 0) },
        ev(Kind::Print, 1, 0, 0, 3),
        ev(Kind::GoEnd, 2, 1, 1, 0), // 34
        ev(Kind::GoEnd, 1, 0, 0, 0),
    ];
    for (i, e) in events.iter_mut().enumerate() {
        e.time = i as u64 * 100;
    }
    let texts = ["", "worker", "hello", "bye"].map(str::to_owned).to_vec();
    Recording { events, texts, procs: 2, seed: 7, ..Recording::default() }
}

/// A lie: its name, the rule that names it, who tells it.
pub struct Lie {
    pub name: &'static str,
    pub rule: &'static str,
    pub tell: fn(&mut Recording),
}

fn insert(r: &mut Recording, at: usize, e: Event) {
    let time = r.events[at - 1].time;
    r.events.insert(at, Event { time, ..e });
    for e in r.events.iter_mut().filter(|e| e.cause != NO_CAUSE && e.cause as usize >= at) {
        e.cause += 1;
    }
}

/// Makes an event say nothing about the schedule.
fn silence(r: &mut Recording, at: usize) {
    r.events[at].kind = Kind::Sysmon;
}

/// The lies.
pub const LIES: &[Lie] = &[
    Lie { name: "unborn-starts", rule: "born", tell: |r| silence(r, 4) },
    Lie { name: "born-twice", rule: "born", tell: |r| insert(r, 9, ev(Kind::GoCreate, 1, 0, 0, 2)) },
    Lie { name: "two-on-a-thread", rule: "one-g", tell: |r| silence(r, 28) },
    Lie {
        name: "two-goroutines-on-one-thread",
        rule: "one-g",
        tell: |r| {
            insert(r, 4, Event { b: 1, ..ev(Kind::GoCreate, 1, 0, 0, 3) });
            insert(r, 5, Event { cause: 4, ..ev(Kind::GoStart, 3, 0, 0, 0) });
        },
    },
    Lie { name: "processor-on-two-threads", rule: "one-m", tell: |r| silence(r, 21) },
    Lie { name: "processor-taken-twice", rule: "one-m", tell: |r| insert(r, 7, ev(Kind::ProcStart, 0, 1, 1, 0)) },
    Lie { name: "two-processors-on-a-thread", rule: "one-m", tell: |r| r.events[6].m = 0 },
    Lie { name: "given-up-by-another", rule: "one-m", tell: |r| insert(r, 9, ev(Kind::ProcStop, 0, 1, 2, 0)) },
    Lie { name: "given-up-while-running", rule: "no-p", tell: |r| insert(r, 9, ev(Kind::ProcStop, 2, 1, 1, 0)) },
    Lie { name: "running-one-woken", rule: "ready", tell: |r| insert(r, 9, ev(Kind::GoReady, 1, 0, 0, 2)) },
    Lie { name: "unborn-woken", rule: "ready", tell: |r| insert(r, 9, ev(Kind::GoReady, 1, 0, 0, 9)) },
    Lie { name: "waiting-one-starts", rule: "start", tell: |r| silence(r, 13) },
    Lie {
        name: "running-one-starts-elsewhere",
        rule: "one-g",
        tell: |r| {
            silence(r, 28);
            r.events[29].m = 1;
            r.events[29].p = 1;
        },
    },
    Lie { name: "ends-twice", rule: "dead", tell: |r| insert(r, 35, ev(Kind::GoEnd, 2, 1, 1, 0)) },
    Lie { name: "dead-one-woken", rule: "dead", tell: |r| insert(r, 35, ev(Kind::GoReady, 1, 0, 0, 2)) },
    Lie { name: "dead-one-starts", rule: "dead", tell: |r| insert(r, 35, ev(Kind::GoStart, 2, 1, 1, 0)) },
    Lie { name: "parks-twice", rule: "running", tell: |r| insert(r, 11, ev(Kind::GoPark, 1, 0, 0, 0)) },
    Lie { name: "starts-without-processor", rule: "no-p", tell: |r| silence(r, 15) },
    Lie { name: "exit-without-enter", rule: "syscall", tell: |r| silence(r, 30) },
    Lie { name: "enters-twice", rule: "running", tell: |r| insert(r, 31, ev(Kind::SyscallEnter, 1, 0, 0, 0)) },
    Lie { name: "exit-without-processor", rule: "no-p", tell: |r| silence(r, 23) },
    Lie { name: "queues-with-its-processor", rule: "syscall", tell: |r| r.events[31].a = 0 },
    Lie { name: "retaken-from-a-running-one", rule: "retake", tell: |r| silence(r, 17) },
    Lie { name: "retaken-from-the-wrong-thread", rule: "retake", tell: |r| r.events[18].a = 0 },
    Lie { name: "stopped-twice", rule: "stw", tell: |r| insert(r, 26, ev(Kind::StwStart, 1, 0, 0, 0)) },
    Lie { name: "goes-on-unstopped", rule: "stw", tell: |r| silence(r, 25) },
    Lie { name: "time-goes-back", rule: "time", tell: |r| r.events[16].time = 150 },
];
