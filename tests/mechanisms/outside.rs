//! Foreign threads that call goroutine code.

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End, Report};

use crate::{count, faults, noted, ok, real, virt, with};

const FOREIGN: usize = 3;

/// Each of three threads calls in five times; the answers come back to it, and a callback may wait.
fn called_from_outside() {
    let (sum, done, gate) = (Atomic::new(0), chan::<i64>(0), chan::<i64>(0));
    let give_back = mutated("give-back");
    for i in 0..FOREIGN as i64 {
        let (sum, done, gate) = (sum.clone(), done.clone(), gate.clone());
        foreign_thread(move |c| {
            let mut own = 0;
            for k in 0..5 {
                own += c
                    .call(|| {
                        sum.add(10 * i + k);
                        10 * i + k
                    })
                    .unwrap();
                c.sleep(us(30));
                if give_back {
                    c.release();
                }
            }
            let fed = c.call(|| gate.recv()).flatten();
            c.call(|| done.send(own + fed.unwrap_or(0)));
        });
    }
    for _ in 0..FOREIGN {
        sleep(us(200));
        gate.send(1000);
    }
    let answers: i64 = (0..FOREIGN).map(|_| done.recv().unwrap()).sum();
    assert_eq!(answers, 150 + 30 + 3000);
    assert_eq!(sum.load(), 180);
}

#[test]
fn foreign_threads_run_goroutine_code_on_borrowed_threads() {
    let borrowed = |r: &Report| r.recording.of(Kind::CgoCallback).filter(|(_, e)| e.b == 1).count();
    let made = |r: &Report| r.recording.of(Kind::ThreadStart).filter(|(_, e)| e.why == 1).count();
    for c in (0..100).flat_map(|s| [virt(1, s), virt(2, s), virt(4, s)]).chain([real(1), real(2), real(4)]) {
        let label = format!("{:?} {} {}", c.platform, c.procs, c.seed);
        let r = ok(c.clone(), called_from_outside);
        assert_eq!(faults(&r), [], "{label}");
        assert_eq!(count(&r, Kind::CgoCallback), FOREIGN * 7, "{label}");
        assert_eq!(borrowed(&r), FOREIGN, "one loan a thread: {label}");
        assert!((2..=FOREIGN + 1).contains(&made(&r)), "those in use and one more: {} {label}", made(&r));
        let r = ok(with("give-back", &c), called_from_outside);
        assert!(borrowed(&r) >= FOREIGN * 6 && made(&r) <= FOREIGN + 1, "{} {} {label}", borrowed(&r), made(&r));
    }
    // They are not the program's own: the limit does not count them.
    ok(Config { threads_max: 4, ..virt(1, 1) }, called_from_outside);
}

/// Callbacks that wait, yield, call and lock while processors come and go.
fn callbacks_amid_everything() {
    let (ch, done, lock) = (chan::<i64>(1), chan::<()>(0), Mutex::new());
    let sum = Var::new(0i64);
    for _ in 0..4 {
        let (ch, done, lock, sum) = (ch.clone(), done.clone(), lock.clone(), sum.clone());
        foreign_thread(move |c| {
            for k in 0..25i64 {
                c.call(|| match k % 5 {
                    0 => ch.send(k),
                    1 => sleep(us(10)),
                    2 => gosched(),
                    3 => syscall(us(25)),
                    _ => {
                        lock.lock();
                        sum.set(sum.get() + 1);
                        gosched();
                        lock.unlock();
                    }
                });
            }
            c.call(|| done.send(()));
        });
    }
    let sink = ch.clone();
    go("sink", move || while sink.recv().is_some() {});
    for n in [1, 3, 2, 1, 4, 2] {
        gomaxprocs(n);
        sleep(us(100));
    }
    (0..4).for_each(|_| _ = done.recv());
    ch.close();
    lock.lock();
    assert_eq!(sum.get(), 20);
    lock.unlock();
}

#[test]
fn callbacks_wait_yield_call_and_lock_while_processors_come_and_go() {
    let real = (0..20).flat_map(|_| [real(1), real(2), real(4)]);
    for c in (0..60).flat_map(|s| [virt(1, s), virt(3, s)]).chain(real) {
        let label = format!("{:?} {} {}", c.platform, c.procs, c.seed);
        let r = ok(c, callbacks_amid_everything);
        assert_eq!(faults(&r), [], "{label}");
    }
}

#[test]
fn a_callback_waits_for_a_processor_like_everybody() {
    let program = || {
        let done = chan::<i64>(1);
        let tell = done.clone();
        foreign_thread(move |c| {
            c.sleep(ms(1));
            c.call(|| tell.send(now().0 as i64));
        });
        burn(ms(5));
        note("at", done.recv().unwrap());
    };
    let at = |procs| (0..20).map(move |s| noted(&ok(virt(procs, s), program), "at") / 1_000_000);
    assert!(at(1).all(|ms| ms == 5), "{:?}", at(1).collect::<Vec<_>>());
    assert!(at(2).all(|ms| ms == 1), "{:?}", at(2).collect::<Vec<_>>());
}

#[test]
fn how_callbacks_end() {
    use std::sync::mpsc;
    // Any thread, not only one of ours; the run ends while its callback waits.
    let (tell, told) = mpsc::channel();
    let r = runtime::run(real(2), move || {
        let (way, waits) = (outside(), chan::<()>(0));
        let started = waits.clone();
        std::thread::spawn(move || {
            let c = way.attach();
            let first = c.call(|| 7);
            let second = c.call(|| {
                started.send(());
                chan::<()>(0).recv()
            });
            tell.send((first, second, c.call(|| 8))).unwrap();
        });
        waits.recv();
    });
    assert_eq!((r.end, told.recv().unwrap()), (End::Ok, (Some(7), None, None)));
    for c in [virt(1, 1), virt(2, 2), real(1), real(2)] {
        let end = |f: fn()| runtime::run(c.clone(), f).end;
        let panics = end(|| {
            foreign_thread(|c| _ = c.call(|| panic!("from outside")));
            select_forever()
        });
        assert_eq!(panics, End::Panic("from outside".into()));
        let leaves = end(|| {
            foreign_thread(|c| _ = c.call(|| goexit()));
            select_forever()
        });
        let text = "runtime.Goexit called in a thread that was not created by the Go runtime";
        assert_eq!(leaves, End::Fatal(text.into()));
    }
    // From then on somebody may always call in: no deadlock is reported.
    let r = runtime::run(virt(1, 1), || {
        foreign_thread(|c| _ = c.call(|| ()));
        select_forever()
    });
    assert!(matches!(r.end, End::Limit(_)), "{:?}", r.end);
}
