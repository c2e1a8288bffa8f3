//! Mutex, RWMutex, Once, WaitGroup: who gets in, what is lost without them.
use bagu::lab::prelude::*;

use crate::kit::{ANY, Litmus, Seq};
use crate::{par, spawn};

/// Lets n goroutines add 1 to x `rounds` times by reading and writing.
fn lost(n: usize, rounds: usize) -> String {
    let (x, wg) = (Atomic::new(0), WaitGroup::new());
    for _ in 0..n {
        let x = x.clone();
        wg.go("", move || {
            for _ in 0..rounds {
                let v = x.load();
                x.store(v + 1);
            }
        });
    }
    wg.wait();
    x.load().to_string()
}

fn locked(n: u8) -> String {
    let (mu, s, wg) = (Mutex::new(), Seq::new(), WaitGroup::new());
    for i in 0..n {
        let (mu, s) = (mu.clone(), s.clone());
        wg.go("", move || {
            mu.lock();
            s.put(char::from(b'a' + i));
            gosched();
            s.put(char::from(b'A' + i));
            mu.unlock();
        });
    }
    wg.wait();
    s.line()
}

/// Counts how often something is initialised by n goroutines.
fn inits(n: usize, get: fn(&Mutex, &Atomic, &Atomic)) -> String {
    let (mu, have, count, wg) = (Mutex::new(), Atomic::new(0), Atomic::new(0), WaitGroup::new());
    for _ in 0..n {
        let (mu, have, count) = (mu.clone(), have.clone(), count.clone());
        wg.go("", move || get(&mu, &have, &count));
    }
    wg.wait();
    count.load().to_string()
}

fn read_then_add(mu: &RWMutex, x: &Atomic) {
    mu.rlock();
    let v = x.load();
    x.store(v + 1);
    mu.runlock();
}

pub const ALL: &[Litmus] = &[
    Litmus::set("lock/lost-update-2x1", &["1", "2"], || lost(2, 1)).wider(ANY),
    Litmus::set("lock/lost-update-2x2", &["2", "3", "4"], || lost(2, 2)).wider(ANY),
    Litmus::set("lock/lost-update-3x1", &["1", "2", "3"], || lost(3, 1)).wider(ANY),
    Litmus::set("lock/two-in-turn", &["aAbB", "bBaA"], || locked(2)).wider(ANY),
    Litmus::set("lock/three-in-turn", &["aAbBcC", "aAcCbB", "bBaAcC", "bBcCaA", "cCaAbB", "cCbBaA"], || locked(3))
        .wider(ANY),
    Litmus::one("lock/counter-is-exact", &["4"], || {
        let (mu, x) = (Mutex::new(), Atomic::new(0));
        let add = |mu: &Mutex, x: &Atomic| {
            for _ in 0..2 {
                mu.lock();
                let v = x.load();
                x.store(v + 1);
                mu.unlock();
            }
        };
        par!([mu, x] { add(&mu, &x); } { add(&mu, &x); });
        x.load().to_string()
    }),
    Litmus::set("lock/try-lock-once-each", &["true false", "false true"], || {
        let (mu, a, b) = (Mutex::new(), Var::new(false), Var::new(false));
        par!([mu, a, b] { a.set(mu.try_lock()); } { b.set(mu.try_lock()); });
        format!("{} {}", a.get(), b.get())
    })
    .wider(ANY),
    Litmus::set("lock/try-lock-and-unlock", &["true true", "true false", "false true"], || {
        let (mu, a, b) = (Mutex::new(), Var::new(false), Var::new(false));
        let attempt = |mu: &Mutex, got: &Var<bool>| {
            let ok = mu.try_lock();
            if ok {
                mu.unlock();
            }
            got.set(ok);
        };
        par!([mu, a, b] { attempt(&mu, &a); } { attempt(&mu, &b); });
        format!("{} {}", a.get(), b.get())
    })
    .wider("a try may also fail because the other holds the lock at that moment"),
    Litmus::one("lock/unlocked-by-another", &["ab"], || {
        let (mu, s) = (Mutex::new(), Seq::new());
        mu.lock();
        par!([mu, s] { mu.lock(); s.put('b'); mu.unlock(); } { s.put('a'); mu.unlock(); });
        s.line()
    }),
    Litmus::merge("lock/waiter-or-owner-again", &["w", "o"], || {
        let (mu, s) = (Mutex::new(), Seq::new());
        mu.lock();
        par!([mu, s] { mu.lock(); s.put('w'); mu.unlock(); } {
            mu.unlock();
            mu.lock();
            s.put('o');
            mu.unlock();
        });
        s.line()
    }),
    Litmus::merge("lock/release-two-waiters", &["a", "b"], || {
        let (mu, s, wg) = (Mutex::new(), Seq::new(), WaitGroup::new());
        mu.lock();
        for c in ['a', 'b'] {
            let (mu, s) = (mu.clone(), s.clone());
            wg.go("", move || {
                mu.lock();
                s.put(c);
                mu.unlock();
            });
        }
        gosched();
        mu.unlock();
        wg.wait();
        s.line()
    }),
    Litmus::set("lock/pair-under-lock", &["0 0", "1 1"], || {
        let (mu, x, y) = (Mutex::new(), Atomic::new(0), Atomic::new(0));
        let (r, q) = (Var::new(0), Var::new(0));
        par!([mu, x, y, r, q] { mu.lock(); x.store(1); y.store(1); mu.unlock(); } {
            mu.lock();
            r.set(x.load());
            q.set(y.load());
            mu.unlock();
        });
        format!("{} {}", r.get(), q.get())
    })
    .wider(ANY),
    Litmus::set("lock/pair-read-without-lock", &["0 0", "0 1", "1 0", "1 1"], || {
        let (mu, x, y) = (Mutex::new(), Atomic::new(0), Atomic::new(0));
        let (r, q) = (Var::new(0), Var::new(0));
        par!([mu, x, y, r, q] { mu.lock(); x.store(1); y.store(1); mu.unlock(); } {
            r.set(x.load());
            q.set(y.load());
        });
        format!("{} {}", r.get(), q.get())
    })
    .wider(ANY),
    Litmus::set("lock/check-then-act-apart", &["1", "2"], || {
        inits(2, |mu, have, n| {
            mu.lock();
            let missing = have.load() == 0;
            mu.unlock();
            if missing {
                mu.lock();
                have.store(1);
                n.add(1);
                mu.unlock();
            }
        })
    })
    .wider(ANY),
    Litmus::one("lock/check-then-act-together", &["1"], || {
        inits(2, |mu, have, n| {
            mu.lock();
            if have.load() == 0 {
                have.store(1);
                n.add(1);
            }
            mu.unlock();
        })
    }),
    Litmus::one("lock/double-checked", &["1"], || {
        inits(3, |mu, have, n| {
            if have.load() == 0 {
                mu.lock();
                if have.load() == 0 {
                    n.add(1);
                    have.store(1);
                }
                mu.unlock();
            }
        })
    }),
    Litmus::set("lock/checked-once-only", &["1", "2"], || {
        inits(2, |mu, have, n| {
            if have.load() == 0 {
                mu.lock();
                n.add(1);
                have.store(1);
                mu.unlock();
            }
        })
    })
    .wider(ANY),
    Litmus::set("lock/flag-before-work", &["0", "1"], || {
        let (flag, data, r) = (Atomic::new(0), Atomic::new(0), Var::new(-1));
        let get = |flag: &Atomic, data: &Atomic, r: &Var<i64>| {
            if flag.cas(0, 1) {
                data.store(1);
            } else {
                r.set(data.load());
            }
        };
        par!([flag, data, r] { get(&flag, &data, &r); } { get(&flag, &data, &r); });
        r.get().to_string()
    })
    .wider(ANY),
    Litmus::set("lock/transfer-in-two-steps", &["0", "1"], || {
        let (mu, a, b, sum) = (Mutex::new(), Atomic::new(1), Atomic::new(0), Var::new(9));
        par!([mu, a, b, sum] {
            mu.lock();
            a.add(-1);
            mu.unlock();
            mu.lock();
            b.add(1);
            mu.unlock();
        } {
            mu.lock();
            sum.set(a.load() + b.load());
            mu.unlock();
        });
        sum.get().to_string()
    })
    .wider(ANY),
    Litmus::set("lock/readers-together", &["1", "2"], || {
        let (mu, inside, most) = (RWMutex::new(), Atomic::new(0), Atomic::new(1));
        let read = |mu: &RWMutex, inside: &Atomic, most: &Atomic| {
            mu.rlock();
            if inside.add(1) == 2 {
                most.store(2);
            }
            gosched();
            inside.add(-1);
            mu.runlock();
        };
        par!([mu, inside, most] { read(&mu, &inside, &most); } { read(&mu, &inside, &most); });
        most.load().to_string()
    })
    .wider(ANY),
    Litmus::set("lock/writer-alone", &["0 0", "1 1"], || {
        let (mu, x, y) = (RWMutex::new(), Atomic::new(0), Atomic::new(0));
        let (r, q) = (Var::new(0), Var::new(0));
        par!([mu, x, y, r, q] { mu.lock(); x.store(1); y.store(1); mu.unlock(); } {
            mu.rlock();
            r.set(x.load());
            q.set(y.load());
            mu.runlock();
        });
        format!("{} {}", r.get(), q.get())
    })
    .wider(ANY),
    Litmus::merge("lock/reader-or-writer-first", &["w", "r"], || {
        let (mu, s) = (RWMutex::new(), Seq::new());
        par!([mu, s] { mu.lock(); s.put('w'); mu.unlock(); } { mu.rlock(); s.put('r'); mu.runlock(); });
        s.line()
    }),
    Litmus::merge("lock/after-writer", &["r", "w"], || {
        let (mu, s, wg) = (RWMutex::new(), Seq::new(), WaitGroup::new());
        mu.lock();
        let (m, t) = (mu.clone(), s.clone());
        wg.go("", move || {
            m.rlock();
            t.put('r');
            m.runlock();
        });
        let (m, t) = (mu.clone(), s.clone());
        wg.go("", move || {
            m.lock();
            t.put('w');
            m.unlock();
        });
        gosched();
        mu.unlock();
        wg.wait();
        s.line()
    }),
    Litmus::merge("lock/two-readers-one-writer", &["a", "b", "w"], || {
        let (mu, s) = (RWMutex::new(), Seq::new());
        let read = |mu: &RWMutex, s: &Seq, c: char| {
            mu.rlock();
            s.put(c);
            mu.runlock();
        };
        par!([mu, s] { read(&mu, &s, 'a'); } { read(&mu, &s, 'b'); } { mu.lock(); s.put('w'); mu.unlock(); });
        s.line()
    }),
    Litmus::set("lock/update-under-read-lock", &["1", "2"], || {
        let (mu, x) = (RWMutex::new(), Atomic::new(0));
        par!([mu, x] { read_then_add(&mu, &x); } { read_then_add(&mu, &x); });
        x.load().to_string()
    })
    .wider(ANY),
    Litmus::set("lock/try-rlock-and-writer", &["true", "false"], || {
        let (mu, got) = (RWMutex::new(), Var::new(false));
        par!([mu, got] { mu.lock(); } {
            let ok = mu.try_rlock();
            got.set(ok);
            if ok {
                mu.runlock();
            }
        });
        got.get().to_string()
    })
    .wider(ANY),
    Litmus::one("lock/two-try-rlocks", &["true true"], || {
        let (mu, a, b) = (RWMutex::new(), Var::new(false), Var::new(false));
        par!([mu, a, b] { a.set(mu.try_rlock()); } { b.set(mu.try_rlock()); });
        format!("{} {}", a.get(), b.get())
    }),
    Litmus::set("lock/once-who", &["a", "b", "c"], || {
        let (once, s) = (Once::new(), Seq::new());
        par!([once, s] { once.do_(|| s.put('a')); } { once.do_(|| s.put('b')); } { once.do_(|| s.put('c')); });
        s.line()
    })
    .wider(ANY),
    Litmus::set("lock/once-waits", &["1 1", "2 2"], || {
        let (once, data, x, y) = (Once::new(), Atomic::new(0), Var::new(0), Var::new(0));
        par!([once, data, x, y] {
            once.do_(|| { gosched(); data.store(1); });
            x.set(data.load());
        } {
            once.do_(|| data.store(2));
            y.set(data.load());
        });
        format!("{} {}", x.get(), y.get())
    })
    .wider(ANY),
    Litmus::one("lock/once-after-panic", &["first,"], || {
        let once = Once::new();
        let a = catch(|| once.do_(|| panic!("first"))).err().unwrap_or_default();
        let b = catch(|| once.do_(|| panic!("second"))).err().unwrap_or_default();
        format!("{a},{b}")
    }),
    Litmus::one("lock/wg-waits-for-all", &["3"], || {
        let (x, wg) = (Atomic::new(0), WaitGroup::new());
        wg.add(3);
        for _ in 0..3 {
            spawn!([x, wg] {
                x.add(1);
                wg.done();
            });
        }
        wg.wait();
        x.load().to_string()
    }),
    Litmus::set("lock/wg-add-inside", &["0", "1"], || {
        let (x, wg, done) = (Atomic::new(0), WaitGroup::new(), chan(0));
        spawn!([x, wg, done] {
            wg.add(1);
            x.add(1);
            wg.done();
            done.send(true);
        });
        wg.wait();
        let r = x.load();
        done.recv();
        r.to_string()
    })
    .wider(ANY),
    Litmus::set("lock/wg-two-waiters", &["dab", "dba"], || {
        let (s, wait) = (Seq::new(), WaitGroup::new());
        wait.add(1);
        par!([s, wait] { wait.wait(); s.put('a'); } { wait.wait(); s.put('b'); } { s.put('d'); wait.done(); });
        s.line()
    })
    .wider(ANY),
    Litmus::set("lock/wg-reused-in-rounds", &["abcd", "abdc", "bacd", "badc"], || {
        let (s, wg) = (Seq::new(), WaitGroup::new());
        for (c, d) in [('a', 'b'), ('c', 'd')] {
            for letter in [c, d] {
                let s = s.clone();
                wg.go("", move || s.put(letter));
            }
            wg.wait();
        }
        s.line()
    })
    .wider(ANY),
    Litmus::one("lock/wg-negative", &["sync: negative WaitGroup counter"], || {
        let wg = WaitGroup::new();
        catch(|| wg.done()).err().unwrap_or_default()
    }),
];
