//! Patterns: what the usual constructions promise, and what they leave open.
use bagu::lab::prelude::*;
use bagu::select;

use crate::kit::{ANY, Litmus, Seq, before, merges};
use crate::unbuffered::look;
use crate::{par, spawn};

/// Notes p after each send and c after each receive.
fn produce_consume(cap: usize) -> String {
    let (s, c) = (Seq::new(), chan(cap));
    par!([s, c] {
        for _ in 0..2 {
            c.send(1);
            s.put('p');
        }
    } {
        for _ in 0..2 {
            c.recv();
            s.put('c');
        }
    });
    s.line()
}

/// Lets k workers do n jobs and gives the order of the results.
fn pool(k: usize, n: u8) -> String {
    let (jobs, results, wg) = (chan(n as usize), chan(n as usize), WaitGroup::new());
    (0..n).for_each(|i| jobs.send(char::from(b'a' + i)));
    jobs.close();
    for _ in 0..k {
        let (jobs, results) = (jobs.clone(), results.clone());
        wg.go("", move || jobs.iter().for_each(|j| results.send(j)));
    }
    wg.wait();
    results.close();
    results.iter().collect()
}

/// Puts `v` into a channel with one place, in place of what is there.
fn put(c: &Chan<i32>, v: i32) {
    while !c.try_send(v) {
        let _ = c.try_recv();
    }
}

pub const ALL: &[Litmus] = &[
    Litmus::set("pattern/produce-consume-0", &["pcpc", "pccp", "cpcp", "cppc"], || produce_consume(0)).wider(ANY),
    Litmus::merge("pattern/produce-consume-1", &["pp", "cc"], || produce_consume(1)),
    Litmus::merge("pattern/produce-consume-2", &["pp", "cc"], || produce_consume(2)),
    Litmus::one("pattern/pool-1-worker", &["abc"], || pool(1, 3)),
    Litmus::merge("pattern/pool-2-workers", &["a", "b", "c"], || pool(2, 3)),
    Litmus::one("pattern/pipeline", &["ABC"], || {
        let (s, a, b) = (Seq::new(), chan(0), chan(0));
        par!([s, a, b] {
            "abc".chars().for_each(|v| a.send(v));
            a.close();
        } {
            a.iter().for_each(|v| b.send(v.to_ascii_uppercase()));
            b.close();
        } {
            b.iter().for_each(|v| s.put(v));
        });
        s.line()
    }),
    Litmus::one("pattern/results-in-order-of-jobs", &["abc"], || {
        let (s, queue) = (Seq::new(), chan::<Chan<char>>(3));
        for v in ['a', 'b', 'c'] {
            let r = chan(1);
            queue.send(r.clone());
            spawn!([r] { r.send(v) });
        }
        queue.close();
        queue.iter().for_each(|r| s.put(r.recv().unwrap()));
        s.line()
    }),
    Litmus::set("pattern/first-answer-wins", &["a", "b", "c"], || {
        let c = chan(3);
        par!([c] { c.send('a'); } { c.send('b'); } { c.send('c'); });
        c.recv().unwrap().to_string()
    })
    .wider(ANY),
    Litmus::one("pattern/first-answer-others-leak", &["nobody waited"], || {
        let (c, started) = (chan(0), Atomic::new(0));
        for v in ['a', 'b'] {
            spawn!([c, started] {
                started.add(1);
                c.try_send(v);
                started.add(1);
            });
        }
        while started.load() < 4 {
            gosched();
        }
        match c.try_recv() {
            TryRecv::Value(v) => v.to_string(),
            TryRecv::Closed | TryRecv::Empty => "nobody waited".into(),
        }
    }),
    Litmus::set("pattern/request-reply", &["1 3", "3 2"], || {
        let (reqs, x, y) = (chan::<(i32, Chan<i32>)>(0), Var::new(0), Var::new(0));
        spawn!([reqs] {
            let mut total = 0;
            for (v, reply) in &reqs {
                total += v;
                reply.send(total);
            }
        });
        let ask = |v: i32, reqs: &Chan<(i32, Chan<i32>)>, got: &Var<i32>| {
            let reply = chan(0);
            reqs.send((v, reply.clone()));
            got.set(reply.recv().unwrap());
        };
        par!([reqs, x, y] { ask(1, &reqs, &x); } { ask(2, &reqs, &y); });
        reqs.close();
        format!("{} {}", x.get(), y.get())
    })
    .wider(ANY),
    Litmus::one("pattern/owner-of-state", &["12"], || {
        let (inc, done) = (chan(0), chan(0));
        spawn!([inc, done] {
            let n: i32 = inc.iter().sum();
            done.send(n);
        });
        par!([inc] { inc.send(1); inc.send(1); } { inc.send(10); });
        inc.close();
        done.recv().unwrap().to_string()
    }),
    Litmus::set("pattern/barrier-two-rounds", &["abAB", "abBA", "baAB", "baBA"], || {
        let (s, n, round) = (Seq::new(), Atomic::new(0), Atomic::new(0));
        let meet = |s: &Seq, n: &Atomic, round: &Atomic, names: [char; 2]| {
            for (r, name) in (0..).zip(names) {
                s.put(name);
                if n.add(1) == 2 {
                    n.store(0);
                    round.add(1);
                }
                while round.load() == r {
                    gosched();
                }
            }
        };
        par!([s, n, round] { meet(&s, &n, &round, ['a', 'A']); } { meet(&s, &n, &round, ['b', 'B']); });
        s.line()
    })
    .wider(ANY),
    Litmus::set("pattern/leader", &["1", "2", "3"], || {
        let l = Atomic::new(0);
        par!([l] { let _ = l.cas(0, 1); } { let _ = l.cas(0, 2); } { let _ = l.cas(0, 3); });
        l.load().to_string()
    })
    .wider(ANY),
    Litmus::one("pattern/future", &["77"], || {
        let (s, ready, value) = (Seq::new(), chan::<i32>(0), Atomic::new(0));
        let read = |s: &Seq, ready: &Chan<i32>, value: &Atomic| {
            ready.recv();
            s.put(char::from(b'0' + value.load() as u8));
        };
        par!([s, ready, value] { value.store(7); ready.close(); } { read(&s, &ready, &value); } { read(&s, &ready, &value); });
        s.line()
    }),
    Litmus::fit(
        "pattern/publish-subscribe",
        "each subscriber sees the messages in order; the second message waits for both of the first",
        |o| merges(o, &["ab", "AB"]) && before(o, 'a', 'B'),
        || {
            let (s, x, y) = (Seq::new(), chan(0), chan(0));
            par!([s, x, y] {
                for v in ['a', 'b'] {
                    x.send(v);
                    y.send(v.to_ascii_uppercase());
                }
            } { s.put(x.recv().unwrap()); s.put(x.recv().unwrap()); } { s.put(y.recv().unwrap()); s.put(y.recv().unwrap()); });
            s.line()
        },
    ),
    Litmus::set("pattern/drop-when-full", &["1 0", "0 1"], || {
        let (c, dropped) = (chan(1), Atomic::new(0));
        par!([c, dropped] {
            for i in 0..2 {
                if !c.try_send(i) {
                    dropped.add(1);
                }
            }
        } { c.recv(); });
        format!("{} {}", dropped.load(), c.len())
    })
    .wider(ANY),
    Litmus::set("pattern/keep-the-newest", &["2", "3"], || {
        let c = chan(1);
        par!([c] { put(&c, 1); put(&c, 2); } { put(&c, 3); });
        c.recv().unwrap().to_string()
    })
    .wider(ANY),
    Litmus::set("pattern/single-flight", &["1", "2"], || {
        let (mu, calls, wait) = (Mutex::new(), Atomic::new(0), Var::new(Chan::<i32>::nil()));
        let get = |mu: &Mutex, calls: &Atomic, wait: &Var<Chan<i32>>| {
            mu.lock();
            let w = wait.get();
            if !w.is_nil() {
                mu.unlock();
                w.recv();
                return;
            }
            let w = chan(0);
            wait.set(w.clone());
            mu.unlock();
            calls.add(1);
            mu.lock();
            wait.set(Chan::nil());
            mu.unlock();
            w.close();
        };
        par!([mu, calls, wait] { get(&mu, &calls, &wait); } { get(&mu, &calls, &wait); });
        calls.load().to_string()
    })
    .wider(ANY),
    Litmus::set("pattern/token-bucket", &["3", "5", "6"], || {
        let (tokens, got) = (chan(2), Atomic::new(0));
        tokens.send(1);
        tokens.send(1);
        let take = |tokens: &Chan<i32>, got: &Atomic, bit: i64| {
            if look(tokens) != "empty" {
                got.add(bit);
            }
        };
        par!([tokens, got] { take(&tokens, &got, 1); } { take(&tokens, &got, 2); } { take(&tokens, &got, 4); });
        got.load().to_string()
    })
    .wider(ANY),
    Litmus::set("pattern/graceful-stop", &["0 0", "1 1", "2 2"], || {
        let (begun, finished, stop) = (Atomic::new(0), Atomic::new(0), chan(0));
        par!([begun, finished, stop] {
            for _ in 0..2 {
                if look(&stop) == "closed" {
                    return;
                }
                begun.add(1);
                gosched();
                finished.add(1);
            }
        } { stop.close(); });
        format!("{} {}", begun.load(), finished.load())
    })
    .wider(ANY),
    Litmus::one("pattern/heartbeat-or-timeout", &["beat"], || {
        let (c, r) = (chan::<i32>(0), Var::new(""));
        par!([c, r] {
            select! { recv(c) -> _ => { r.set("beat"); } recv(after(secs(3600))) -> _ => { r.set("timeout"); } }
        } { c.close(); });
        r.get().into()
    }),
    Litmus::set("pattern/writer-by-channel", &["aAbB.", "bBaA."], || {
        let (s, c) = (Seq::new(), chan::<&str>(0));
        spawn!([s, c] {
            for l in &c {
                l.chars().for_each(|v| s.put(v));
            }
            s.put('.');
        });
        par!([c] { c.send("aA"); } { c.send("bB"); });
        c.close();
        while s.line().len() < 5 {
            gosched();
        }
        s.line()
    })
    .wider(ANY),
    Litmus::set("pattern/countdown", &["1", "2", "3"], || {
        let (n, last) = (Atomic::new(3), Atomic::new(0));
        let down = |n: &Atomic, last: &Atomic, me: i64| {
            if n.add(-1) == 0 {
                last.store(me);
            }
        };
        par!([n, last] { down(&n, &last, 1); } { down(&n, &last, 2); } { down(&n, &last, 3); });
        last.load().to_string()
    })
    .wider(ANY),
];
