//! The runtime as a library: one program for each of its parts, on both platforms and engines.
use bagu::lab::prelude::*;
use bagu::runtime::{self, Config, Engine, Platform};

fn cfgs() -> Vec<Config> {
    let mut v = vec![];
    for procs in [1u16, 2, 4] {
        for seed in 0..50 {
            v.push(Config { procs, seed, record: true, preempt_permille: 30, ..Config::default() });
        }
        for _ in 0..10 {
            v.push(Config { procs, platform: Platform::Real, ..Config::default() });
        }
    }
    v.push(Config { engine: Engine::May, platform: Platform::Real, ..Config::default() });
    v
}

fn all(f: fn()) {
    for c in cfgs() {
        let label = format!("{:?} {:?} procs {} seed {}", c.engine, c.platform, c.procs, c.seed);
        let r = runtime::run(c, f);
        assert_eq!(r.end, End::Ok, "{label} out {:?} leaked {:?}", r.out, r.leaked);
    }
}

#[test]
fn pingpong() {
    all(|| {
        let (a, b) = (chan::<i32>(0), chan::<i32>(0));
        let (a2, b2) = (a.clone(), b.clone());
        go("pong", move || {
            for v in &a2 {
                b2.send(v + 1);
            }
            b2.close();
        });
        for i in 0..100 {
            a.send(i);
            assert_eq!(b.recv(), Some(i + 1));
        }
        a.close();
        assert_eq!(b.recv(), None);
    });
}

#[test]
fn many_to_many() {
    all(|| {
        let ch = chan::<u64>(3);
        let sum = chan::<u64>(0);
        let wg = WaitGroup::new();
        for p in 0..5u64 {
            let ch = ch.clone();
            wg.go("p", move || {
                for i in 0..50 {
                    ch.send(p * 50 + i);
                }
            });
        }
        for _ in 0..4 {
            let (ch, sum) = (ch.clone(), sum.clone());
            go("c", move || sum.send(ch.iter().sum()));
        }
        wg.wait();
        ch.close();
        let total: u64 = (0..4).map(|_| sum.recv().unwrap()).sum();
        assert_eq!(total, (0..250u64).sum::<u64>());
    });
}

#[test]
fn selects_timers_context_locks() {
    all(|| {
        let (ctx, cancel) = with_timeout(&background(), ms(20));
        let ch = chan::<i32>(0);
        let (tx, c2) = (ch.clone(), ctx.clone());
        go("producer", move || {
            let mut n = 0;
            loop {
                select! {
                    send(tx, n) => { n += 1; sleep(ms(1)); }
                    recv(c2.done()) -> _ => { break; }
                }
            }
            tx.close();
        });
        let m = Mutex::new();
        let n = Var::new(0);
        let wg = WaitGroup::new();
        for _ in 0..8 {
            let (m, n) = (m.clone(), n.clone());
            wg.go("w", move || {
                for _ in 0..20 {
                    m.lock();
                    n.set(n.get() + 1);
                    m.unlock();
                }
            });
        }
        let got = ch.iter().count();
        assert!(got >= 1, "{got}");
        wg.wait();
        assert_eq!(n.get(), 160);
        assert_eq!(ctx.err(), Some(deadline_exceeded()));
        cancel.call();
        let t = Timer::new(ms(5));
        assert!(t.stop());
        let tick = Ticker::new(ms(2));
        for _ in 0..3 {
            tick.chan().recv();
        }
        tick.stop();
    });
}

#[test]
fn deadlock_panic_goexit() {
    for seed in 0..20 {
        for platform in Platform::ALL {
            let c = Config { seed, platform, ..Config::default() };
            let r = runtime::run(c.clone(), || {
                chan::<i32>(0).recv();
            });
            assert!(matches!(&r.end, End::Deadlock(t) if t.contains("goroutine 1 [chan receive]:")), "{:?}", r.end);
            let r = runtime::run(c.clone(), || {
                go("boom", || panic!("boom {}", 1));
                sleep(secs(1));
            });
            assert_eq!(r.end, End::Panic("boom 1".into()));
            let r = runtime::run(c.clone(), || {
                let x: i32 = func(|d| {
                    d.defer(|| note("seen", i64::from(recover().is_some())));
                    chan::<i32>(0).close();
                    Chan::<i32>::nil().close();
                    1
                });
                note("x", i64::from(x));
                goexit();
            });
            assert!(matches!(&r.end, End::Deadlock(t) if t.contains("no goroutines")), "{:?}", r.end);
            assert_eq!(r.notes, vec![("seen".to_string(), 1), ("x".to_string(), 0)]);
        }
    }
}

#[test]
fn same_seed_same_bytes() {
    for seed in 0..20 {
        let run = || {
            runtime::run(Config { seed, record: true, procs: 4, ..Config::default() }, || {
                let ch = named("c", 2);
                for i in 0..10 {
                    let ch = ch.clone();
                    go("g", move || ch.send(i));
                }
                for _ in 0..10 {
                    ch.recv();
                }
            })
            .recording
        };
        let a = run();
        assert_eq!(a, run());
        assert!(a.events.len() > 50);
    }
}
