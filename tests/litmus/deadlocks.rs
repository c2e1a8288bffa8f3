//! Deadlock: what is reported, and what only looks like it.
use bagu::lab::prelude::*;
use bagu::select;

use crate::kit::{ANY, Litmus};
use crate::{par, spawn};

const ASLEEP: &str = "fatal error: all goroutines are asleep - deadlock!";
const GONE: &str = "fatal error: no goroutines (main called runtime.Goexit) - deadlock!";

/// Philosophers eat once each; the last one may take the forks in the other order.
fn philosophers(n: usize, last_turns_round: bool) -> String {
    let wg = WaitGroup::new();
    let forks: Vec<Mutex> = (0..n).map(|_| Mutex::new()).collect();
    for i in 0..n {
        let (mut l, mut r) = (i, (i + 1) % n);
        if last_turns_round && i == n - 1 {
            (l, r) = (r, l);
        }
        let (l, r) = (forks[l].clone(), forks[r].clone());
        wg.go("", move || {
            l.lock();
            r.lock();
            r.unlock();
            l.unlock();
        });
    }
    wg.wait();
    "all ate".into()
}

fn both(first: &Mutex, second: &Mutex) {
    first.lock();
    second.lock();
    second.unlock();
    first.unlock();
}

pub const ALL: &[Litmus] = &[
    Litmus::one("dead/recv", &[ASLEEP], || {
        chan::<i32>(0).recv();
        "got".into()
    }),
    Litmus::one("dead/send", &[ASLEEP], || {
        chan(0).send(1);
        "sent".into()
    }),
    Litmus::one("dead/send-full", &[ASLEEP], || {
        let c = chan(1);
        c.send(1);
        c.send(1);
        "sent".into()
    }),
    Litmus::one("dead/nil-recv", &[ASLEEP], || {
        Chan::<i32>::nil().recv();
        "got".into()
    }),
    Litmus::one("dead/nil-send", &[ASLEEP], || {
        Chan::nil().send(1);
        "sent".into()
    }),
    Litmus::one("dead/nil-range", &[ASLEEP], || {
        Chan::<i32>::nil().iter().for_each(drop);
        "over".into()
    }),
    Litmus::one("dead/nil-select", &[ASLEEP], || {
        let (c, d) = (Chan::<i32>::nil(), Chan::nil());
        select! { recv(c) -> _ => {} send(d, 1) => {} }
        "chosen".into()
    }),
    Litmus::one("dead/empty-select", &[ASLEEP], || select_forever()),
    Litmus::one("dead/mutex-twice", &[ASLEEP], || {
        let mu = Mutex::new();
        mu.lock();
        mu.lock();
        "locked twice".into()
    }),
    Litmus::one("dead/read-then-write", &[ASLEEP], || {
        let mu = RWMutex::new();
        mu.rlock();
        mu.lock();
        "upgraded".into()
    }),
    Litmus::one("dead/wait-without-done", &[ASLEEP], || {
        let wg = WaitGroup::new();
        wg.add(1);
        wg.wait();
        "waited".into()
    }),
    Litmus::one("dead/cond-without-signal", &[ASLEEP], || {
        let mu = Mutex::new();
        mu.lock();
        Cond::new(&mu).wait();
        "woken".into()
    }),
    Litmus::one("dead/once-in-once", &[ASLEEP], || {
        let once = Once::new();
        once.do_(|| once.do_(|| ()));
        "twice".into()
    }),
    Litmus::one("dead/both-send-first", &[ASLEEP], || {
        let (a, b) = (chan(0), chan(0));
        par!([a, b] { a.send(1); b.recv(); } { b.send(1); a.recv(); });
        "exchanged".into()
    }),
    Litmus::one("dead/range-without-close", &[ASLEEP], || {
        let c = chan(0);
        spawn!([c] { c.send(1) });
        c.iter().for_each(drop);
        "over".into()
    }),
    Litmus::one("dead/background-is-never-done", &[ASLEEP], || {
        background().done().recv();
        "done".into()
    }),
    Litmus::one("dead/main-goexit", &[GONE], || {
        spawn!([] {});
        goexit()
    }),
    Litmus::one("dead/main-goexit-others-blocked", &[ASLEEP], || {
        let c = chan::<i32>(0);
        spawn!([c] {
            c.recv();
        });
        goexit()
    }),
    Litmus::set("dead/two-locks-crosswise", &["both through", ASLEEP], || {
        let (a, b) = (Mutex::new(), Mutex::new());
        par!([a, b] { both(&a, &b); } { both(&b, &a); });
        "both through".into()
    })
    .wider(ANY),
    Litmus::one("dead/two-locks-in-order", &["both through"], || {
        let (a, b) = (Mutex::new(), Mutex::new());
        par!([a, b] { both(&a, &b); } { both(&a, &b); });
        "both through".into()
    }),
    Litmus::set("dead/philosophers-3", &["all ate", ASLEEP], || philosophers(3, false)).wider(ANY),
    Litmus::one("dead/philosophers-3-one-turned", &["all ate"], || philosophers(3, true)),
    Litmus::set("dead/signal-lost", &["woken", ASLEEP], || {
        let mu = Mutex::new();
        let c = Cond::new(&mu);
        par!([mu, c] { mu.lock(); c.wait(); mu.unlock(); } { c.signal(); });
        "woken".into()
    })
    .wider(ANY),
    Litmus::set("dead/read-lock-twice-around-a-writer", &["through", ASLEEP], || {
        let mu = RWMutex::new();
        par!([mu] { mu.rlock(); mu.rlock(); mu.runlock(); mu.runlock(); } { mu.lock(); mu.unlock(); });
        "through".into()
    })
    .wider(ANY),
    Litmus::one("dead/leak-is-no-deadlock", &["main returned"], || {
        spawn!([] {
            chan::<i32>(0).recv();
        });
        gosched();
        "main returned".into()
    }),
    Litmus::one("dead/timer-may-still-come", &["closed"], || {
        let c = chan::<i32>(0);
        let d = c.clone();
        after_func(ms(1), move || d.close());
        c.recv();
        "closed".into()
    }),
    Litmus::one("dead/after-the-sleeper", &[ASLEEP], || {
        spawn!([] { sleep(ms(1)) });
        chan::<i32>(0).recv();
        "got".into()
    }),
    Litmus::one("dead/last-sender-gone", &[ASLEEP], || {
        let c = chan(0);
        spawn!([c] { c.send(1) });
        c.recv();
        c.recv();
        "two".into()
    }),
    Litmus::one("dead/stopped-timer", &[ASLEEP], || {
        let t = Timer::new(ms(1));
        t.stop();
        t.chan().recv();
        "fired".into()
    }),
];
