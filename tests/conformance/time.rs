//! Time: time/sleep_test.go, time/tick_test.go, internal/synctest/synctest_test.go.
use bagu::lab::prelude::*;

use crate::{On, ends, everywhere_times, gmp, on, real, scale, virtually};

/// TestSleep: at least as long as asked; zero returns at once.
#[test]
fn go_sleep() {
    everywhere_times(1_000, 3, || {
        let t0 = now();
        sleep(ms(10));
        assert!(now() - t0 >= ms(10));
        sleep(ms(0));
    });
}

/// synctest TestNow: on the virtual clock a sleep takes its time exactly, but for the cost of the calls.
#[test]
fn go_synctest_now() {
    virtually(|| {
        let t0 = now();
        sleep(secs(2));
        let d = now() - t0;
        assert!(d >= secs(2) && d < secs(2) + us(10), "{d:?}");
    });
}

/// TestAfter: the value is the time at which it fired.
#[test]
fn go_after() {
    everywhere_times(1_000, 3, || {
        let t0 = now();
        let t = after(ms(5)).recv().unwrap();
        assert!(t - t0 >= ms(5));
        assert!(now() >= t);
    });
}

/// TestAfterTick: ten ticks take ten periods.
#[test]
fn go_after_tick() {
    everywhere_times(500, 1, || {
        let t0 = now();
        let tick = Ticker::new(ms(2));
        for _ in 0..10 {
            tick.chan().recv();
        }
        tick.stop();
        let d = now() - t0;
        assert!(d >= ms(20) && (on() != On::Virtual || d < ms(21)), "{d:?}");
    });
}

/// TestTicker: a stopped ticker ticks no more; reset changes the period.
#[test]
fn go_ticker_stop_and_reset() {
    everywhere_times(300, 1, || {
        let tick = Ticker::new(ms(1));
        tick.chan().recv();
        tick.stop();
        sleep(ms(4));
        assert_eq!(tick.chan().try_recv(), TryRecv::Empty);
        let t0 = now();
        tick.reset(ms(6));
        tick.chan().recv();
        assert!(now() - t0 >= ms(6));
        assert_eq!(catch(|| Ticker::new(ms(0))).err().unwrap(), "non-positive interval for NewTicker");
        assert!(catch(|| tick.reset(ms(0))).is_err());
    });
}

/// A slow receiver misses ticks and gets no burst.
#[test]
fn slow_receivers_miss_ticks() {
    virtually(|| {
        let tick = Ticker::new(ms(1));
        sleep(ms(10));
        tick.chan().recv();
        let got = matches!(tick.chan().try_recv(), TryRecv::Value(_));
        assert!(!got, "two ticks were stored");
    });
}

/// TestAfterQueuing: timers fire in the order of their deadlines, whatever the order of setting.
#[test]
fn go_after_queuing() {
    virtually(|| {
        let slots = [5u64, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0];
        let res = chan::<(u64, Time)>(slots.len());
        for s in slots {
            let r = res.clone();
            go("wait", move || {
                let t = after(ms(s * 10)).recv().unwrap();
                r.send((s, t));
            });
        }
        let got: Vec<(u64, Time)> = (0..slots.len()).map(|_| res.recv().unwrap()).collect();
        assert!(got.windows(2).all(|w| w[0].0 <= w[1].0), "{got:?}");
    });
}

/// TestAfterFunc: a function that sets itself again, ten times.
#[test]
fn go_after_func() {
    everywhere_times(300, 2, || {
        fn again(n: u32, done: Chan<()>) {
            if n == 0 {
                done.send(());
            } else {
                after_func(us(100), move || again(n - 1, done.clone()));
            }
        }
        let done = chan(1);
        again(10, done.clone());
        done.recv();
    });
}

/// TestAfterStop: a stopped timer does not fire; stop says whether it was in time.
#[test]
fn go_after_stop() {
    everywhere_times(300, 2, || {
        let ran = Atomic::new(0);
        let r = ran.clone();
        let begun = now();
        let t = after_func(ms(5), move || {
            r.add(1);
        });
        let c = Timer::new(ms(5));
        let in_time = (t.stop(), c.stop());
        assert!(in_time.1, "a value that nobody took counts as not fired");
        // On a loaded machine 5 ms may pass between two lines of a program.
        assert!(in_time.0 || now() - begun >= ms(5));
        assert!(!t.stop() && !c.stop());
        sleep(ms(10));
        assert_eq!(ran.load(), i64::from(!in_time.0));
        assert_eq!(c.chan().try_recv(), TryRecv::Empty);
    });
}

/// TestStopResult, TestResetResult with channels of Go 1.23: a value nobody took counts as not fired.
#[test]
fn go_stop_and_reset_results() {
    everywhere_times(500, 2, || {
        let t = Timer::new(ms(1));
        sleep(ms(3));
        assert!(t.stop(), "the value was never received");
        assert_eq!(t.chan().try_recv(), TryRecv::Empty, "no stale value after stop");
        let t = Timer::new(ms(1));
        t.chan().recv();
        assert!(!t.stop() && !t.reset(ms(1)));
        sleep(ms(3));
        assert!(t.reset(secs(3600)));
        assert_eq!(t.chan().try_recv(), TryRecv::Empty, "no stale value after reset");
        assert!(t.stop());
    });
}

/// TestChan (1.23): the channel looks unbuffered.
#[test]
fn go_timer_channel_looks_unbuffered() {
    everywhere_times(300, 2, || {
        let t = Timer::new(ms(1));
        assert_eq!((t.chan().len(), t.chan().cap()), (0, 0));
        sleep(ms(2));
        assert_eq!((t.chan().len(), t.chan().cap()), (0, 0));
        assert!(matches!(t.chan().try_recv(), TryRecv::Value(_)));
        assert_eq!(t.chan().try_recv(), TryRecv::Empty);
        let got = select! { recv(t.chan()) -> _ => { 1 } recv(after(ms(1))) -> _ => { 2 } };
        assert_eq!(got, 2);
    });
}

/// TestTimerGC (1.23): a timer that nobody waits for stands in no heap; dropping it forgets it.
#[test]
fn go_timer_channel_is_in_the_heap_only_while_awaited() {
    everywhere_times(300, 2, || {
        let before = timers_in_heap();
        let kept: Vec<Timer> = (0..10).map(|_| Timer::new(secs(3600))).collect();
        (0..10).for_each(|_| drop(after(secs(3600))));
        assert_eq!(timers_in_heap(), before);
        let c = kept[0].chan();
        select! {
            recv(c) -> _ => { panic!("an hour has not passed"); }
            recv(after(ms(1))) -> _ => {}
        }
        assert_eq!(timers_in_heap(), before);
    });
}

/// TestTimerModifiedEarlier: reset to an earlier time fires at the earlier time.
#[test]
fn go_timer_modified_earlier() {
    everywhere_times(500, 2, || {
        let t = Timer::new(secs(3600));
        let t0 = now();
        let c = t.chan();
        go("reset", move || {
            t.reset(ms(3));
        });
        c.recv();
        assert!(now() - t0 < secs(60));
    });
}

/// TestAdjustTimers: a hundred tickers and resets keep the heap right.
#[test]
fn go_adjust_timers() {
    everywhere_times(100, 1, || {
        let n = scale(15, 100);
        let wg = WaitGroup::new();
        for i in 0..n {
            wg.go("adjust", move || {
                let t = Timer::new(secs(100));
                for k in 0..5u64 {
                    t.reset(secs(50 - k * 10));
                }
                t.reset(us(10 * (i as u64 % 7)));
                t.chan().recv();
            });
        }
        wg.wait();
    });
}

/// TestTimerStopStress: stop races fire; either it stopped or it ran.
#[test]
fn go_timer_stop_stress() {
    everywhere_times(500, 2, || {
        let wg = WaitGroup::new();
        for i in 0..scale(10, 100) as u64 {
            wg.go("stop", move || {
                let ran = chan::<()>(1);
                let r = ran.clone();
                let t = after_func(us(i), move || r.send(()));
                sleep(us(10));
                if !t.stop() {
                    ran.recv();
                } else {
                    assert_eq!(ran.try_recv(), TryRecv::Empty);
                }
            });
        }
        wg.wait();
    });
}

/// TestConcurrentTimerReset(+Stop): many goroutines at one timer.
#[test]
fn go_concurrent_timer_reset_and_stop() {
    everywhere_times(300, 3, || {
        let t = Timer::new(secs(3600));
        let wg = WaitGroup::new();
        for i in 0..8u64 {
            let t = t.clone();
            wg.go("reset", move || {
                for k in 0..scale(4, 500) as u64 {
                    if (i + k) % 2 == 0 {
                        t.reset(secs(3600 + k))
                    } else {
                        t.stop()
                    };
                }
            });
        }
        wg.wait();
        t.stop();
        assert_eq!(t.chan().try_recv(), TryRecv::Empty);
    });
}

/// TestOverflowSleep: an absurdly long sleep does not wrap round.
#[test]
fn go_overflow_sleep() {
    everywhere_times(100, 1, || {
        let forever = std::time::Duration::MAX;
        select! {
            recv(after(forever)) -> _ => { panic!("fired"); }
            recv(after(ms(2))) -> _ => {}
        }
        assert!(Timer::new(forever).stop());
    });
}

/// TestSleepZeroDeadlock: sleeping zero among timers does not hang.
#[test]
fn go_sleep_zero() {
    everywhere_times(300, 2, || {
        let wg = WaitGroup::new();
        for _ in 0..4 {
            wg.go("zero", || {
                for _ in 0..20 {
                    sleep(ms(0));
                    gosched();
                }
            });
        }
        wg.wait();
    });
}

/// TestTimerFairness, TestAfterFuncStarvation: a timer fires although runnable work never ends.
#[test]
fn go_timer_fires_although_work_never_ends() {
    gmp(200, 2, || {
        let stop = Atomic::new(0);
        for _ in 0..2 {
            let s = stop.clone();
            go("busy", move || {
                while s.load() == 0 {
                    gosched();
                }
            });
        }
        after(ms(2)).recv();
        stop.store(1);
    });
}

/// While one goroutine sets and stops timers, one at a time, no other ever counts more than one on each
/// processor (they are asked one after the other, and it moves). Eight are set between two sweeps, so that
/// dead ones that counted would be more.
#[test]
fn the_count_of_timers_is_never_too_high() {
    real(5, || {
        let (stop, wg) = (Atomic::new(0), WaitGroup::new());
        let before = timers_in_heap();
        let s = stop.clone();
        wg.go("setter", move || {
            for _ in 0..300 {
                for k in 0..8 {
                    after_func(secs(3600 - k), || ()).stop(); // each before the others, which stay in the heap
                }
                gosched(); // and what is dead is swept out
            }
            s.store(1);
        });
        while stop.load() == 0 {
            for _ in 0..20 {
                let n = timers_in_heap();
                assert!(n <= before + usize::from(procs()), "{n} where there were {before}");
            }
            gosched();
        }
        wg.wait();
        assert_eq!(timers_in_heap(), before);
    });
}

/// synctest TestDeadlockRoot, …Child, …Ticker: a ticker that nobody waits for is no reason to live.
#[test]
fn go_synctest_deadlocks() {
    ends(
        || {
            let _ = chan::<i32>(0).recv();
        },
        |e| matches!(e, End::Deadlock(_)),
    );
    ends(
        || {
            let c = chan::<i32>(0);
            go("child", move || {
                let _ = c.recv();
            });
            let _ = chan::<i32>(0).recv();
        },
        |e| matches!(e, End::Deadlock(_)),
    );
    ends(
        || {
            let _tick = Ticker::new(ms(1));
            let _ = chan::<i32>(0).recv();
        },
        |e| matches!(e, End::Deadlock(_)),
    );
}
