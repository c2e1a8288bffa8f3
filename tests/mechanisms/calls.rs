//! Blocking calls, preemption and the monitor.
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, End, Platform, Report};

use crate::{count, noted, ok, real, virt, with};

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

/// All is idle during a call; then who comes back starts another and computes on. How long does that one wait?
fn start_after_a_quiet_call(call: Duration) -> Option<Duration> {
    let late = Arc::new(OnceLock::new());
    let l = Arc::clone(&late);
    let r = runtime::run(real(2), move || {
        let warm = WaitGroup::new();
        (0..4).for_each(|_| warm.go("warm", || tight(us(100)))); // so that there is another thread
        warm.wait();
        syscall(call);
        let begun = Instant::now();
        let started = WaitGroup::new();
        started.go("started", move || _ = l.set(begun.elapsed()));
        while begun.elapsed() < ms(30) {} // no safe point: only another thread can run it
        started.wait();
    });
    assert_eq!(r.end, End::Ok);
    late.get().copied()
}

#[test]
fn who_is_started_after_a_quiet_call_does_not_wait_for_its_starter() {
    for call in [ms(0), us(50), ms(1), ms(5), ms(20), ms(60)] {
        // On a busy machine the other thread itself may have to wait.
        let best = (0..5).map(|_| start_after_a_quiet_call(call)).min();
        assert!(best < Some(Some(ms(15))), "after a call of {call:?}: {best:?}");
    }
}

/// Starts a goroutine that must not wait for its starter, who computes without a safe point. True once it runs.
fn starts_beside_a_computation() -> bool {
    let (begun, started) = (Instant::now(), Arc::new(AtomicBool::new(false)));
    let s = Arc::clone(&started);
    go("started", move || s.store(true, Release));
    while !started.load(Acquire) && begun.elapsed() < ms(200) {}
    started.load(Acquire)
}

/// Who slept when all was idle does not watch; who looked for work when all no longer was leaves it to that one
/// to watch, and sleeps.
#[test]
fn nobody_waits_beside_a_sleeper_that_fell_asleep_when_all_was_idle() {
    for round in 0..15 {
        let r = runtime::run(real(4), move || {
            let _far = after_func(secs(3600), || ());
            let warm = WaitGroup::new();
            (0..3).for_each(|_| warm.go("warm", || tight(us(300)))); // so that there are more threads
            warm.wait();
            syscall(ms(16)); // the monitor takes the processor: all is idle
            for try_ in 0..40 {
                assert!(starts_beside_a_computation());
                // The other thread looks for more now, for 20 µs.
                let begun = Instant::now();
                while begun.elapsed() < us((round + try_) % 40) {}
            }
        });
        assert_eq!(r.end, End::Ok);
    }
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
