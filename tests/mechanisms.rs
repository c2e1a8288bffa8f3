//! Each mechanism of the scheduler, on both platforms: blocking calls, the monitor, preemption, the
//! poller, processors and threads, stacks.
use std::time::{Duration, Instant};

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End, Platform, Report};
use bagu::trace::{Fault, validate};

fn virt(procs: u16, seed: u64) -> Config {
    Config { procs, seed, record: true, ..Config::default() }
}

fn real(procs: u16) -> Config {
    Config { procs, platform: Platform::Real, record: true, ..Config::default() }
}

fn with(mutation: &str, c: &Config) -> Config {
    Config { mutation: Some(mutation.into()), ..c.clone() }
}

fn ok(c: Config, f: fn()) -> Report {
    let label = format!("{:?} procs {} seed {} {:?}", c.platform, c.procs, c.seed, c.mutation);
    let r = runtime::run(c, f);
    assert_eq!(r.end, End::Ok, "{label}: {:?}", r.out);
    r
}

/// What the judge says about the schedule. Events of channels may stand in another order than they happened
/// when threads record them.
fn faults(r: &Report) -> Vec<Fault> {
    validate(&r.recording).into_iter().filter(|f| !matches!(f.rule, "ring" | "direct")).collect()
}

fn count(r: &Report, kind: Kind) -> usize {
    r.recording.of(kind).count()
}

fn noted(r: &Report, name: &str) -> i64 {
    r.notes.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no note {name}")).1
}

// ── blocking calls ──

/// One goroutine blocks its thread for 100 ms; how far does the other come meanwhile?
fn blocked_beside_busy() {
    let ch = chan::<()>(0);
    let done = ch.clone();
    go("blocked", move || {
        syscall(ms(100));
        done.send(());
    });
    let begun = now();
    gosched();
    let mut steps = 0;
    while now() - begun < ms(50) && steps < 1000 {
        steps += 1;
        gosched();
    }
    note("steps", steps);
    ch.recv();
}

#[test]
fn a_blocking_call_leaves_its_processor_to_others() {
    for c in (0..50).map(|s| virt(1, s)).chain([real(1)]) {
        // On threads the monitor itself may have to wait for a processor of the machine.
        let tries = if c.platform == Platform::Real { 5 } else { 1 };
        let r = (0..tries).map(|_| ok(c.clone(), blocked_beside_busy)).max_by_key(|r| noted(r, "steps")).unwrap();
        assert!(noted(&r, "steps") > 5, "{:?}", r.notes);
        assert!(count(&r, Kind::Retake) >= 1, "the monitor took the processor");
        assert!(r.threads >= 2, "a second thread took it: {}", r.threads);
    }
    let r = ok(with("syscall-keeps-p", &virt(1, 1)), blocked_beside_busy);
    assert_eq!(count(&r, Kind::Retake), 0);
    assert!(noted(&r, "steps") <= 1, "nobody ran meanwhile: {:?}", r.notes);
}

#[test]
fn short_calls_keep_their_processor() {
    let program = || {
        for _ in 0..100 {
            syscall(us(1));
        }
    };
    let r = ok(virt(1, 1), program);
    assert_eq!(count(&r, Kind::Retake), 0);
    assert_eq!(r.recording.of(Kind::SyscallExit).filter(|(_, e)| e.why == 0).count(), 100, "all on the old processor");
}

#[test]
fn threads_grow_with_blocked_calls_and_end_at_the_limit() {
    let many = || {
        let wg = WaitGroup::new();
        for _ in 0..20 {
            wg.go("blocked", || syscall(ms(100)));
        }
        wg.wait();
        note("threads", threads() as i64);
    };
    for c in [virt(2, 1), real(2)] {
        let most = (0..5).map(|_| noted(&ok(c.clone(), many), "threads")).max();
        assert!(most >= Some(20), "{most:?}");
    }
    let r = runtime::run(Config { threads_max: 10, ..virt(2, 1) }, many);
    let End::Fatal(text) = r.end else { panic!("{:?}", r.end) };
    assert_eq!(text, "runtime: program exceeds 10-thread limit\nfatal error: thread exhaustion");
}

// ── preemption ──

/// A loop without safe points on the only processor; when does main get it back?
fn tight_beside_main() {
    let begun = now(); // before `go`, at which main may give way, and the loop run to its end
    go("tight", || tight(ms(60)));
    sleep(ms(1));
    note("late_ms", (now() - begun).as_millis() as i64);
}

#[test]
fn a_loop_without_safe_points_is_stopped_by_a_signal() {
    let r = ok(virt(1, 1), tight_beside_main);
    assert!((10..=12).contains(&noted(&r, "late_ms")), "{:?}", r.notes);
    assert_eq!(count(&r, Kind::Signal), 1, "main came back after one slice and ended the run");
    for m in ["async-preempt-off", "no-sysmon", "no-preempt"] {
        let r = ok(with(m, &virt(1, 1)), tight_beside_main);
        assert_eq!(noted(&r, "late_ms"), 60, "{m}");
    }
}

#[test]
fn on_threads_too() {
    if !preempts_by_signal() {
        eprintln!("skipped: this platform has no preemption by signal");
        return;
    }
    let best = (0..5).map(|_| noted(&ok(real(1), tight_beside_main), "late_ms")).min();
    assert!(best < Some(45), "stopped before it was done: {best:?}");
    let off = ok(with("async-preempt-off", &real(1)), tight_beside_main);
    assert!(noted(&off, "late_ms") >= 55, "the world of Go 1.13: {:?}", off.notes);
}

/// Registers survive: sums kept in registers across hundreds of stops.
#[test]
fn stopped_code_goes_on_with_the_same_registers() {
    bagu::preemptible! {
        fn sum_squares(n: u64) -> (u64, f64) {
            let (mut a, mut b, mut c, mut i) = (0u64, 1.0f64, 0.5f64, 0u64);
            while i < n {
                a = a.wrapping_mul(31).wrapping_add(i);
                b = b * 0.999_999 + c;
                c += 0.25;
                i += 1;
            }
            (a, b)
        }
    }
    let want = sum_squares(3_000_000);
    let r = runtime::run(real(1), move || {
        let wg = WaitGroup::new();
        for _ in 0..4 {
            wg.go("sum", move || assert_eq!(sum_squares(3_000_000), want));
        }
        wg.wait();
    });
    assert_eq!(r.end, End::Ok);
}

// ── the monitor ──

#[test]
fn the_monitor_sleeps_longer_when_it_finds_nothing_and_briefly_when_it_does() {
    let naps = |r: &Report| r.recording.of(Kind::Sysmon).map(|(_, e)| (e.time / 1000, e.a)).collect::<Vec<_>>();
    let r = ok(virt(1, 1), || burn(ms(40)));
    let n = naps(&r);
    assert_eq!(n.iter().map(|n| n.1).collect::<Vec<_>>(), [40, 80, 160, 320, 640, 1280, 2560, 5120, 10_000], "{n:?}");
    assert!((1_020..1_040).contains(&n[0].0), "after fifty looks: {n:?}");
    for (now, next) in n.iter().zip(&n[1..]) {
        assert_eq!(next.0 - now.0, u64::from(now.1), "each sleep is as long as was said");
    }
    let r = ok(virt(1, 1), || {
        burn(ms(30));
        go("other", || ());
        syscall(ms(1));
        burn(ms(2));
    });
    let taken = r.recording.of(Kind::Retake).next().expect("taken from the call").1.time / 1000;
    assert!(naps(&r).contains(&(taken, 20)), "{taken}: {:?}", naps(&r));
    let r = ok(virt(1, 1), || (0..100).for_each(|_| sleep(ms(20))));
    assert_eq!(naps(&r), [], "nothing is told of a monitor that sleeps with all processors");
    assert_eq!(naps(&ok(with("no-sysmon", &virt(1, 1)), || burn(ms(40)))), []);
    // On threads it is the machine that says when; the order of the sleeps is the same.
    let r = ok(real(1), || burn(ms(60)));
    for (now, next) in naps(&r).iter().zip(&naps(&r)[1..]) {
        assert!(next.1 == (now.1 * 2).min(10_000) || next.1 == 20, "{:?}", naps(&r));
    }
}

#[test]
fn a_collection_is_forced_when_none_has_ended_for_two_minutes() {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    static CALLS: AtomicU64 = AtomicU64::new(0);
    static LAST: AtomicU64 = AtomicU64::new(0);
    const SECOND: u64 = 1_000_000_000;
    fn hook(now: u64) {
        CALLS.fetch_add(1, Relaxed);
        LAST.store(now, Relaxed);
    }
    let r = ok(virt(2, 1), || {
        assert!(runtime::on_forced_gc(hook) && !runtime::on_forced_gc(hook));
        sleep(Duration::from_secs(300));
        assert_eq!(CALLS.load(Relaxed), 0, "not before the first collection");
        runtime::gc_ended();
        sleep(Duration::from_secs(100));
        assert_eq!(CALLS.load(Relaxed), 0);
        runtime::gc_ended();
        sleep(Duration::from_secs(119));
        assert_eq!(CALLS.load(Relaxed), 0);
        sleep(Duration::from_secs(600));
        assert_eq!(CALLS.load(Relaxed), 1, "once, until a collection has ended");
        assert_eq!(LAST.load(Relaxed) / SECOND, 520, "two minutes after the last, amid a sleep");
        runtime::gc_ended();
        burn(Duration::from_secs(130));
        assert_eq!(CALLS.load(Relaxed), 2);
    });
    assert_eq!(r.recording.of(Kind::GcForced).map(|(_, e)| e.b / SECOND).collect::<Vec<_>>(), [120, 120]);
    let r = ok(with("no-sysmon", &virt(2, 1)), || {
        runtime::on_forced_gc(hook);
        runtime::gc_ended();
        sleep(Duration::from_secs(300));
    });
    assert_eq!(count(&r, Kind::GcForced), 0);
}

// ── the poller ──

fn echo_once() {
    let l = listen().unwrap();
    let addr = l.addr();
    let server = l.clone();
    go("server", move || {
        while let Ok(c) = server.accept() {
            go("conn", move || {
                let mut b = [0; 5];
                while c.read_full(&mut b) == Ok(true) && c.write(&b).is_ok() {}
            });
        }
    });
    let wg = WaitGroup::new();
    for i in 0..8u8 {
        wg.go("client", move || {
            let c = dial(&addr).unwrap();
            for k in 0..20 {
                let mut b = [i, k, 1, 2, 3];
                c.write(&b).unwrap();
                assert_eq!(c.read_full(&mut b), Ok(true));
                assert_eq!(b, [i, k, 1, 2, 3]);
            }
            c.close().unwrap();
            assert_eq!(c.close(), Err(NetError::Closed));
        });
    }
    wg.wait();
    l.close().unwrap();
    assert_eq!(dial(&addr).err(), Some(NetError::Refused));
}

#[test]
fn connections_echo_on_both_platforms() {
    for c in (0..100).flat_map(|s| [virt(1, s), virt(4, s)]).chain([real(1), real(2), real(4)]) {
        let r = ok(c, echo_once);
        assert!(count(&r, Kind::NetPoll) > 0);
    }
}

#[test]
fn deadlines_and_close_wake_who_waits() {
    let program = || {
        let l = listen().unwrap();
        let addr = l.addr();
        let (a, b) = (dial(&addr).unwrap(), l.accept().unwrap());
        b.set_read_deadline(Some(now() + ms(3)));
        let begun = now();
        assert_eq!(b.read(&mut [0; 4]), Err(NetError::Deadline));
        assert!(now() - begun >= ms(3));
        assert_eq!(b.read(&mut [0; 4]), Err(NetError::Deadline), "stays passed");
        b.set_read_deadline(None);
        let b2 = b.clone();
        let woken = chan::<Result<usize, NetError>>(0);
        let tell = woken.clone();
        go("reader", move || tell.send(b2.read(&mut [0; 4])));
        sleep(ms(1));
        b.close().unwrap();
        assert_eq!(woken.recv(), Some(Err(NetError::Closed)));
        assert_eq!(a.read(&mut [0; 4]), Ok(0), "the peer sees the end");
        l.set_deadline(Some(now() + ms(1)));
        assert_eq!(l.accept().err(), Some(NetError::Deadline));
    };
    for c in (0..50).map(|s| virt(2, s)).chain([real(1), real(2)]) {
        ok(c, program);
    }
}

fn datagrams() {
    let server = Udp::bind().unwrap();
    let at = server.addr().unwrap();
    let echo = server.clone();
    let ended = chan::<NetError>(0);
    let tell = ended.clone();
    go("server", move || {
        let mut b = [0; 64];
        loop {
            match echo.recv_from(&mut b) {
                Ok((n, from)) => _ = echo.send_to(&b[..n], &from),
                Err(e) => return tell.send(e),
            }
        }
    });
    let wg = WaitGroup::new();
    for i in 0..4u8 {
        wg.go("client", move || {
            let c = Udp::bind().unwrap();
            for k in 0..20 {
                let mut b = [0; 64];
                assert_eq!(c.send_to(&[i, k, 7], &at), Ok(3));
                assert_eq!(c.recv_from(&mut b), Ok((3, at)));
                assert_eq!(b[..3], [i, k, 7]);
            }
            assert_eq!(c.send_to(&[], &at), Ok(0), "an empty datagram is one");
            assert_eq!(c.recv_from(&mut [0; 8]), Ok((0, at)));
            let begun = now();
            c.set_read_deadline(Some(now() + ms(3)));
            assert_eq!(c.recv_from(&mut [0; 8]), Err(NetError::Deadline));
            assert!(now() - begun >= ms(3));
            assert_eq!(c.recv_from(&mut [0; 8]), Err(NetError::Deadline), "stays passed");
            c.set_read_deadline(None);
            assert_eq!(c.send_to(&[9], &at), Ok(1));
            assert_eq!(c.recv_from(&mut [0; 8]), Ok((1, at)), "lifted");
        });
    }
    wg.wait();
    server.close().unwrap();
    assert_eq!(ended.recv(), Some(NetError::Closed), "who waits is told");
    assert_eq!(server.close(), Err(NetError::Closed));
    assert_eq!(server.recv_from(&mut [0; 8]), Err(NetError::Closed));
    assert_eq!(server.send_to(&[1], &at), Err(NetError::Closed));
}

/// Loopback loses nothing while its buffers hold, and here at most five datagrams are under way.
#[test]
fn datagrams_echo_meet_deadlines_and_end_with_close() {
    for c in (0..100).flat_map(|s| [virt(1, s), virt(4, s)]).chain([real(1), real(2), real(4)]) {
        let r = ok(c, datagrams);
        assert!(count(&r, Kind::NetPoll) > 0);
    }
}

#[test]
fn datagrams_are_cut_or_lost_but_never_joined() {
    let program = || {
        let (a, b) = (Udp::bind().unwrap(), Udp::bind().unwrap());
        let (at_a, at_b) = (a.addr().unwrap(), b.addr().unwrap());
        assert_eq!(a.send_to(&[1, 2, 3], &at_b), Ok(3));
        assert_eq!(a.send_to(&[4], &at_b), Ok(1));
        let mut two = [0; 2];
        assert_eq!((b.recv_from(&mut two), two), (Ok((2, at_a)), [1, 2]), "the rest of it is lost");
        assert_eq!((b.recv_from(&mut two), two[0]), (Ok((1, at_a)), 4));
        assert!(matches!(a.send_to(&vec![0; 65_508], &at_b), Err(NetError::Io(_))), "longer than UDP can say");
        b.close().unwrap();
        assert_eq!(a.send_to(&[5], &at_b), Ok(1), "nobody there, and nobody says so");
        a.set_read_deadline(Some(now() + ms(1)));
        assert_eq!(a.recv_from(&mut two), Err(NetError::Deadline));
    };
    for c in [virt(1, 1), virt(2, 2), real(1), real(2)] {
        ok(c, program);
    }
}

/// NetpollDeadlock: a goroutine in the poller is no deadlock, for anything may come from outside.
#[test]
fn waiting_for_the_network_is_no_deadlock() {
    let r = runtime::run(virt(2, 1), || {
        let l = listen().unwrap();
        let _ = l.accept();
    });
    assert!(matches!(r.end, End::Limit(_)), "{:?}", r.end);
}

#[test]
fn a_long_runner_does_not_keep_the_network_from_being_asked() {
    let late = || {
        let r = ok(real(1), || {
            let l = listen().unwrap();
            let addr = l.addr();
            let server = l.clone();
            let got = chan::<i64>(1);
            let tell = got.clone();
            go("server", move || {
                let begun = now();
                let _ = server.accept();
                tell.send((now() - begun).as_millis() as i64);
            });
            gosched();
            let c = dial(&addr).unwrap();
            tight(ms(60));
            note("late_ms", got.recv().unwrap());
            drop(c);
        });
        noted(&r, "late_ms")
    };
    if preempts_by_signal() {
        // The monitor itself may have to wait for a processor of the machine.
        let best = (0..5).map(|_| late()).min();
        assert!(best < Some(60), "{best:?}");
    }
}

// ── processors and threads ──

#[test]
fn processors_change_while_the_program_runs() {
    let program = || {
        let stop = Atomic::new(0);
        let wg = WaitGroup::new();
        for _ in 0..6 {
            let stop = stop.clone();
            wg.go("busy", move || {
                while stop.load() == 0 {
                    gosched();
                }
            });
        }
        for n in [4, 1, 3, 2, 1, 8, 2] {
            gomaxprocs(n);
            assert_eq!(gomaxprocs(0), n);
            sleep(us(200));
            assert!(processor_id() < n);
        }
        stop.store(1);
        wg.wait();
    };
    for c in (0..100).map(|s| virt(2, s)).chain([real(1), real(2), real(4)]) {
        let changes = if c.procs == 4 { 6 } else { 7 }; // from 4 the first is no change
        let r = ok(c, program);
        assert_eq!(count(&r, Kind::StwStart), count(&r, Kind::StwEnd));
        assert_eq!(count(&r, Kind::ProcCount), changes);
    }
}

#[test]
fn a_locked_goroutine_stays_on_its_thread_and_takes_it_along() {
    let program = || {
        let wg = WaitGroup::new();
        for _ in 0..3 {
            wg.go("other", || (0..50).for_each(|_| gosched()));
        }
        wg.go("locked", || {
            lock_os_thread();
            lock_os_thread();
            let own = thread_id();
            for i in 0..30 {
                if i == 20 {
                    unlock_os_thread(); // one of two: still locked
                }
                gosched();
                sleep(us(10));
                assert_eq!(thread_id(), own);
            }
            note("thread", i64::from(own));
        });
        wg.wait();
        sleep(ms(1));
    };
    for c in (0..100).flat_map(|s| [virt(1, s), virt(3, s)]).chain([real(1), real(2)]) {
        // On threads its own may be kept from its last step until the run is over.
        let tries = if c.platform == Platform::Real { 5 } else { 1 };
        let all: Vec<Report> = (0..tries).map(|_| ok(c.clone(), program)).collect();
        let r = all.iter().find(|r| !gone(r).is_empty()).expect("its thread ended");
        let own = noted(r, "thread");
        assert_eq!(gone(r), [own]);
        let others = r.recording.events.iter().filter(|e| e.kind == Kind::GoStart && i64::from(e.m) == own);
        assert!(others.count() > 0);
    }
}

/// Threads that run nothing more. The first belongs to the caller of `run`: it sleeps to the end.
fn gone(r: &Report) -> Vec<i64> {
    let all = r.recording.events.iter().filter_map(|e| match e.kind {
        Kind::ThreadEnd => Some(i64::from(e.a)),
        Kind::ThreadPark if e.why == 3 => Some(i64::from(e.m)),
        _ => None,
    });
    all.collect()
}

/// Goroutines that end locked, until one of them has had the first thread.
fn first_thread_ends() {
    let wg = WaitGroup::new();
    for _ in 0..4 {
        wg.go("locked", || {
            lock_os_thread();
            sleep(us(10)); // its thread hands the processor on: the next has another thread
        });
    }
    wg.wait();
    for _ in 0..4 {
        wg.go("later", || (0..10).for_each(|_| gosched()));
    }
    wg.wait();
    note("alive", threads() as i64);
}

#[test]
fn the_first_thread_runs_nobody_else_after_its_locked_goroutine() {
    let mut first = 0;
    for c in (0..100).flat_map(|s| [virt(1, s), virt(3, s)]).chain([real(1), real(2), real(4)]) {
        let real = c.platform == Platform::Real;
        let r = ok(c, first_thread_ends);
        let gone = gone(&r);
        // On threads some may be kept from their last step until the run is over.
        assert!(gone.len() == 4 || real && gone.len() < 4, "{gone:?}");
        assert!(noted(&r, "alive") >= 1);
        let of_first = |e: &Event| e.m == 0 && matches!(e.kind, Kind::ThreadPark | Kind::GoStart);
        let last = r.recording.events.iter().rfind(|e| of_first(e));
        if gone.contains(&0) {
            first += 1;
            assert!(last.is_some_and(|e| e.kind == Kind::ThreadPark && e.why == 3), "{last:?}");
        }
    }
    assert!(first > 100, "{first} runs in which the first thread was locked");
}

#[test]
fn a_locked_goroutine_that_ends_last_leaves_a_deadlock_that_is_told() {
    for c in (0..100).flat_map(|s| [virt(1, s), virt(3, s)]).chain([real(1), real(2), real(4)]) {
        let r = runtime::run(c.clone(), || {
            go("locked", || {
                lock_os_thread();
                syscall(us(200)); // everybody else is asleep before it ends
            });
            select_forever()
        });
        assert!(matches!(r.end, End::Deadlock(_)), "{c:?}: {:?}", r.end);
    }
}

#[test]
fn records_of_ended_goroutines_are_used_again() {
    let r = ok(virt(1, 1), || {
        for _ in 0..100 {
            let ch = chan::<()>(0);
            let tx = ch.clone();
            go("short", move || tx.send(()));
            ch.recv();
        }
    });
    let from = |why| r.recording.of(Kind::GoCreate).filter(|(_, e)| e.why == why).count();
    assert!(from(1) > 60, "most from the processor's own list: {} {} {}", from(0), from(1), from(2));
    let r = ok(with("no-g-reuse", &virt(1, 1)), || {
        for _ in 0..100 {
            go("short", || ());
            gosched();
        }
    });
    assert_eq!(r.recording.of(Kind::GoCreate).filter(|(_, e)| e.why != 0).count(), 0);
}

// ── stacks and foreign code ──

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
        .args(["--exact", "goroutines_come_and_go_child", "--ignored", "--nocapture"])
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

#[test]
#[ignore = "run by stacks_of_ended_goroutines_go_back_during_the_run, as a process"]
fn goroutines_come_and_go_child() {
    let n = 20_000;
    let r = runtime::run(Config { record: false, ..real(2) }, move || {
        let before = resident().unwrap();
        let (gate, wg) = (chan::<()>(0), WaitGroup::new());
        for _ in 0..n {
            let gate = gate.clone();
            wg.go("parked", move || _ = gate.recv());
        }
        while goroutines().iter().filter(|g| g.reason == Some(WaitReason::ChanReceive)).count() < n {
            sleep(ms(5));
        }
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

// ── foreign threads ──

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

#[test]
fn as_many_goroutines_as_asked_for_park_and_go() {
    let n = 20_000;
    let begun = Instant::now();
    let r = runtime::run(Config { record: false, ..real(2) }, move || {
        let (gate, wg) = (chan::<()>(0), WaitGroup::new());
        for _ in 0..n {
            let gate = gate.clone();
            wg.go("parked", move || _ = gate.recv());
        }
        while goroutines().iter().filter(|g| g.reason == Some(WaitReason::ChanReceive)).count() < n {
            sleep(ms(5));
        }
        assert_eq!(num_goroutine(), n + 1);
        gate.close();
        wg.wait();
    });
    assert_eq!(r.end, End::Ok);
    assert!(begun.elapsed() < Duration::from_secs(60));
}
