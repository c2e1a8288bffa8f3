//! Cond: who is woken, and what has happened to the condition by then.
use std::collections::VecDeque;

use bagu::lab::prelude::*;

use crate::kit::{ANY, Litmus, Seq};
use crate::par;
use crate::unbuffered::shares;

/// Starts n goroutines that note their turn to wait (lower case) and to be woken (upper case), and
/// returns when all of them wait.
fn waiters(n: u8) -> (Seq, Mutex, Cond, WaitGroup) {
    let (s, mu, wg, waiting) = (Seq::new(), Mutex::new(), WaitGroup::new(), Var::new(0));
    let c = Cond::new(&mu);
    for i in 0..n {
        let (s, mu, c, waiting) = (s.clone(), mu.clone(), c.clone(), waiting.clone());
        wg.go("", move || {
            mu.lock();
            waiting.set(waiting.get() + 1);
            s.put(char::from(b'a' + i));
            c.wait();
            s.put(char::from(b'A' + i));
            mu.unlock();
        });
    }
    loop {
        mu.lock();
        let all = waiting.get() == n;
        mu.unlock();
        if all {
            return (s, mu, c, wg);
        }
        gosched();
    }
}

/// Lower-case letters in any order, then their capitals in any order.
fn two_halves(o: &str, letters: &str) -> bool {
    let sorted = |s: &str| {
        let mut v: Vec<char> = s.chars().collect();
        v.sort_unstable();
        v.into_iter().collect::<String>()
    };
    let (Some(a), Some(b)) = (o.get(..letters.len()), o.get(letters.len()..)) else { return false };
    sorted(a) == letters && sorted(b) == letters.to_uppercase()
}

pub const ALL: &[Litmus] = &[
    Litmus::set("cond/signal-wakes-the-first", &["abAB", "baBA"], || {
        let (s, mu, c, wg) = waiters(2);
        mu.lock();
        c.signal();
        mu.unlock();
        while s.line().len() < 3 {
            gosched();
        }
        c.signal();
        wg.wait();
        s.line()
    })
    .wider(ANY),
    Litmus::set("cond/two-signals", &["abAB", "abBA", "baAB", "baBA"], || {
        let (s, _, c, wg) = waiters(2);
        c.signal();
        c.signal();
        wg.wait();
        s.line()
    })
    .wider("both are awake and compete for the mutex"),
    Litmus::set("cond/broadcast-2", &["abAB", "abBA", "baAB", "baBA"], || {
        let (s, _, c, wg) = waiters(2);
        c.broadcast();
        wg.wait();
        s.line()
    })
    .wider("both are awake and compete for the mutex"),
    Litmus::fit(
        "cond/broadcast-3",
        "all wait, then all wake, each time in any order",
        |o| two_halves(o, "abc"),
        || {
            let (s, _, c, wg) = waiters(3);
            c.broadcast();
            wg.wait();
            s.line()
        },
    ),
    Litmus::set("cond/waits-in-a-loop", &["0", "1", "2"], || {
        let (ready, turns, mu) = (Atomic::new(0), Atomic::new(0), Mutex::new());
        let c = Cond::new(&mu);
        par!([ready, turns, mu, c] {
            mu.lock();
            while ready.load() == 0 {
                turns.add(1);
                c.wait();
            }
            mu.unlock();
        } {
            c.broadcast();
            mu.lock();
            ready.store(1);
            mu.unlock();
            c.signal();
        });
        turns.load().to_string()
    })
    .wider(ANY),
    Litmus::set("cond/if-instead-of-for", &["-1", "0"], || {
        let (items, least, mu) = (Atomic::new(0), Var::new(9), Mutex::new());
        let c = Cond::new(&mu);
        let consume = |items: &Atomic, least: &Var<i64>, mu: &Mutex, c: &Cond| {
            mu.lock();
            if items.load() == 0 {
                c.wait();
            }
            let left = items.add(-1);
            least.set(least.get().min(left));
            mu.unlock();
        };
        par!([items, least, mu, c] { consume(&items, &least, &mu, &c); } { consume(&items, &least, &mu, &c); } {
            for _ in 0..2 {
                mu.lock();
                items.add(1);
                mu.unlock();
                c.broadcast();
            }
        });
        least.get().to_string()
    })
    .wider(ANY),
    Litmus::one("cond/queue-of-one", &["abc"], || {
        let (s, item, mu) = (Seq::new(), Var::new(None), Mutex::new());
        let c = Cond::new(&mu);
        par!([s, item, mu, c] {
            for v in ['a', 'b', 'c'] {
                mu.lock();
                while item.get().is_some() {
                    c.wait();
                }
                item.set(Some(v));
                mu.unlock();
                c.signal();
            }
        } {
            for _ in 0..3 {
                mu.lock();
                while item.get().is_none() {
                    c.wait();
                }
                s.put(item.get().unwrap());
                item.set(None);
                mu.unlock();
                c.signal();
            }
        });
        s.line()
    }),
    Litmus::set("cond/two-consumers", &["a:1 b:2", "a:2 b:1"], || {
        let (queue, mu) = (Var::new(VecDeque::<u8>::new()), Mutex::new());
        let (c, wg) = (Cond::new(&mu), WaitGroup::new());
        let got = [Var::new(vec![]), Var::new(vec![])];
        for hand in &got {
            let (queue, mu, c, hand) = (queue.clone(), mu.clone(), c.clone(), hand.clone());
            wg.go("", move || {
                mu.lock();
                while queue.get().is_empty() {
                    c.wait();
                }
                let mut q = queue.get();
                hand.set(vec![q.pop_front().unwrap()]);
                queue.set(q);
                mu.unlock();
            });
        }
        wg.go("", move || {
            for v in 1..=2 {
                mu.lock();
                let mut q = queue.get();
                q.push_back(v);
                queue.set(q);
                mu.unlock();
                c.signal();
            }
        });
        wg.wait();
        shares(&got)
    })
    .wider(ANY),
    Litmus::set("cond/barrier-of-2", &["abAB", "abBA", "baAB", "baBA"], || {
        let (s, n, mu) = (Seq::new(), Var::new(0), Mutex::new());
        let c = Cond::new(&mu);
        let meet = |s: &Seq, n: &Var<i32>, mu: &Mutex, c: &Cond, name: [char; 2]| {
            s.put(name[0]);
            mu.lock();
            n.set(n.get() + 1);
            if n.get() == 2 {
                c.broadcast();
            }
            while n.get() < 2 {
                c.wait();
            }
            mu.unlock();
            s.put(name[1]);
        };
        par!([s, n, mu, c] { meet(&s, &n, &mu, &c, ['a', 'A']); } { meet(&s, &n, &mu, &c, ['b', 'B']); });
        s.line()
    })
    .wider(ANY),
    Litmus::one("cond/takes-turns", &["abab"], || {
        let (s, turn, mu) = (Seq::new(), Var::new(0), Mutex::new());
        let c = Cond::new(&mu);
        let player = |s: &Seq, turn: &Var<u8>, mu: &Mutex, c: &Cond, me: u8| {
            for _ in 0..2 {
                mu.lock();
                while turn.get() != me {
                    c.wait();
                }
                s.put(char::from(b'a' + me));
                turn.set(1 - me);
                mu.unlock();
                c.broadcast();
            }
        };
        par!([s, turn, mu, c] { player(&s, &turn, &mu, &c, 0); } { player(&s, &turn, &mu, &c, 1); });
        s.line()
    }),
];
