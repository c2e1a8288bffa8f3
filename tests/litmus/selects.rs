//! select: which case, how many, and what the losing cases leave behind.
use bagu::lab::prelude::*;
use bagu::select;

use crate::kit::{ANY, Litmus, Seq};
use crate::par;
use crate::unbuffered::look;

fn filled(vs: &[i32]) -> Chan<i32> {
    let c = chan(vs.len());
    vs.iter().for_each(|v| c.send(*v));
    c
}

/// Empties two channels of values through one select.
fn drain2(a: &Chan<i32>, b: &Chan<i32>, n: usize) -> String {
    let s = Seq::new();
    for _ in 0..n {
        let v = select! { recv(a) -> v => { v } recv(b) -> v => { v } };
        s.put(char::from(b'a' + v.unwrap() as u8));
    }
    s.line()
}

pub const ALL: &[Litmus] = &[
    Litmus::set("select/two-ready", &["a", "b"], || {
        select! { recv(filled(&[1])) -> _ => { "a".into() } recv(filled(&[1])) -> _ => { "b".into() } }
    }),
    Litmus::set("select/three-ready", &["a", "b", "c"], || {
        select! {
            recv(filled(&[1])) -> _ => { "a".into() }
            recv(filled(&[1])) -> _ => { "b".into() }
            recv(filled(&[1])) -> _ => { "c".into() }
        }
    }),
    Litmus::set("select/four-ready", &["a", "b", "c", "d"], || {
        select! {
            recv(filled(&[1])) -> _ => { "a".into() }
            recv(filled(&[1])) -> _ => { "b".into() }
            recv(filled(&[1])) -> _ => { "c".into() }
            recv(filled(&[1])) -> _ => { "d".into() }
        }
    }),
    Litmus::one("select/one-ready", &["b"], || {
        select! { recv(chan::<i32>(0)) -> _ => { "a".into() } recv(filled(&[1])) -> _ => { "b".into() } }
    }),
    Litmus::one("select/ready-beats-default", &["a"], || {
        select! { recv(filled(&[1])) -> _ => { "a".into() } default => { "default".into() } }
    }),
    Litmus::one("select/none-ready", &["default"], || {
        select! {
            recv(chan::<i32>(0)) -> _ => { "a".into() }
            send(chan::<i32>(0), 1) => { "b".into() }
            default => { "default".into() }
        }
    }),
    Litmus::set("select/send-or-receive", &["received", "sent"], || {
        let (c, d) = (filled(&[1]), chan(1));
        select! { recv(c) -> _ => { "received".into() } send(d, 1) => { "sent".into() } }
    }),
    Litmus::set("select/both-ways-on-one", &["0", "2"], || {
        let c = chan(2);
        c.send(1);
        select! { recv(c) -> _ => {} send(c, 2) => {} }
        c.len().to_string()
    }),
    Litmus::one("select/both-ways-when-full", &["0"], || {
        let c = filled(&[1]);
        select! { recv(c) -> _ => {} send(c, 2) => {} }
        c.len().to_string()
    }),
    Litmus::set("select/default-or-sender", &["value", "default"], || {
        let (c, r) = (chan(0), Var::new(""));
        par!([c, r] { c.send(1); } {
            select! {
                recv(c) -> _ => { r.set("value"); }
                default => {
                    r.set("default");
                    c.recv();
                }
            }
        });
        r.get().into()
    })
    .wider(ANY),
    Litmus::merge("select/blocked-two-senders", &["a", "b"], || {
        let (a, b, s) = (chan(0), chan(0), Seq::new());
        par!([a, b, s] { a.send(0); } { b.send(1); } {
            for _ in 0..2 {
                select! { recv(a) -> _ => { s.put('a'); } recv(b) -> _ => { s.put('b'); } }
            }
        });
        s.line()
    }),
    Litmus::merge("select/blocked-three-senders", &["a", "b", "c"], || {
        let (a, b, c, s) = (chan(0), chan(0), chan(0), Seq::new());
        par!([a, b, c, s] { a.send(0); } { b.send(1); } { c.send(2); } {
            for _ in 0..3 {
                select! {
                    recv(a) -> _ => { s.put('a'); }
                    recv(b) -> _ => { s.put('b'); }
                    recv(c) -> _ => { s.put('c'); }
                }
            }
        });
        s.line()
    }),
    Litmus::merge("select/blocked-two-receivers", &["a", "b"], || {
        let (a, b, s) = (chan(0), chan(0), Seq::new());
        par!([a, b, s] { a.recv(); } { b.recv(); } {
            for _ in 0..2 {
                select! { send(a, 1) => { s.put('a'); } send(b, 1) => { s.put('b'); } }
            }
        });
        s.line()
    }),
    Litmus::set("select/same-channel-twice", &["first", "second"], || {
        let c = filled(&[1]);
        select! { recv(c) -> _ => { "first".into() } recv(c) -> _ => { "second".into() } }
    }),
    Litmus::set("select/same-channel-twice-blocked", &["first", "second"], || {
        let (c, r) = (chan(0), Var::new(""));
        par!([c, r] { c.send(1); } {
            select! { recv(c) -> _ => { r.set("first"); } recv(c) -> _ => { r.set("second"); } }
        });
        r.get().into()
    }),
    Litmus::merge("select/drain-2x2", &["ab", "cd"], || drain2(&filled(&[0, 1]), &filled(&[2, 3]), 4)),
    Litmus::set("select/fair-3-rounds", &["aaa", "aab", "aba", "abb", "baa", "bab", "bba", "bbb"], || {
        drain2(&filled(&[0, 0, 0]), &filled(&[1, 1, 1]), 3)
    }),
    Litmus::set("select/face-to-face", &["sent got", "got sent"], || {
        let (a, b, x, y) = (chan(0), chan(0), Var::new(""), Var::new(""));
        par!([a, b, x, y] {
            select! { send(a, 1) => { x.set("sent"); } recv(b) -> _ => { x.set("got"); } }
        } {
            select! { recv(a) -> _ => { y.set("got"); } send(b, 1) => { y.set("sent"); } }
        });
        format!("{} {}", x.get(), y.get())
    }),
    Litmus::set("select/mirror", &["sent got", "got sent"], || {
        let (c, x, y) = (chan(0), Var::new(""), Var::new(""));
        par!([c, x, y] {
            select! { send(c, 1) => { x.set("sent"); } recv(c) -> _ => { x.set("got"); } }
        } {
            select! { send(c, 2) => { y.set("sent"); } recv(c) -> _ => { y.set("got"); } }
        });
        format!("{} {}", x.get(), y.get())
    }),
    Litmus::fit(
        "select/ring-of-three",
        "one neighbour sends to the other, the third is let go; which pair is open",
        |o| ["sr", "rs"].iter().any(|p| o == format!("{p}-") || o == format!("-{p}")) || o == "s-r" || o == "r-s",
        || {
            let (quit, n, wg) = (chan::<bool>(0), Atomic::new(0), WaitGroup::new());
            let cs: Vec<Chan<i32>> = (0..3).map(|_| chan(0)).collect();
            let line: Vec<Var<char>> = (0..3).map(|_| Var::new('-')).collect();
            for i in 0..3usize {
                let (quit, n, mine) = (quit.clone(), n.clone(), line[i].clone());
                let (out, from) = (cs[i].clone(), cs[(i + 1) % 3].clone());
                wg.go("", move || {
                    let paired = select! {
                        send(out, 1) => { mine.set('s'); true }
                        recv(from) -> _ => { mine.set('r'); true }
                        recv(quit) -> _ => { false }
                    };
                    if paired && n.add(1) == 2 {
                        quit.close();
                    }
                });
            }
            wg.wait();
            line.iter().map(Var::get).collect()
        },
    ),
    Litmus::set("select/quit-or-data", &["0", "1", "2", "3"], || {
        let (data, quit) = (filled(&[1, 2, 3]), chan::<bool>(0));
        quit.close();
        let mut n = 0;
        loop {
            let over = select! { recv(quit) -> _ => { true } recv(data) -> _ => { false } };
            if over {
                return n.to_string();
            }
            n += 1;
            if n == 3 {
                quit.recv();
                return "3".into();
            }
        }
    }),
    Litmus::set("select/data-first-by-hand", &["data", "data after quit"], || {
        let (data, quit, r) = (chan(1), chan::<bool>(0), Var::new(""));
        par!([data, quit, r] { data.send(1); quit.close(); } {
            select! {
                recv(data) -> _ => { r.set("data"); }
                recv(quit) -> _ => {
                    let late = select! { recv(data) -> _ => { "data after quit" } default => { "lost" } };
                    r.set(late);
                }
            }
        });
        r.get().into()
    })
    .wider(ANY),
    Litmus::set("select/losing-value-stays", &["1 empty", "empty 2"], || {
        let (a, b) = (chan(1), chan(1));
        select! { send(a, 1) => {} send(b, 2) => {} }
        format!("{} {}", look(&a), look(&b))
    }),
    Litmus::set("select/loser-still-waits", &["aB", "bA"], || {
        let (a, b, s) = (chan(0), chan(0), Seq::new());
        par!([a, b, s] {
            select! {
                recv(a) -> _ => {
                    s.put('a');
                    b.recv();
                    s.put('B');
                }
                recv(b) -> _ => {
                    s.put('b');
                    a.recv();
                    s.put('A');
                }
            }
        } { a.send(1); } { b.send(1); });
        s.line()
    })
    .wider(ANY),
    Litmus::set("select/two-tries-one-select", &["false false", "true false", "false true"], || {
        let (a, b, quit) = (chan(0), chan(0), chan::<bool>(0));
        let (x, y) = (Var::new(false), Var::new(false));
        par!([a, b, quit, x, y] {
            select! { recv(a) -> _ => {} recv(b) -> _ => {} recv(quit) -> _ => {} }
        } {
            let wg = WaitGroup::new();
            let (a, x) = (a.clone(), x.clone());
            wg.go("", move || x.set(a.try_send(1)));
            y.set(b.try_send(1));
            wg.wait();
            quit.close();
        });
        format!("{} {}", x.get(), y.get())
    })
    .wider(ANY),
    Litmus::set("select/closed-or-value", &["a false", "b true"], || {
        let (a, b) = (chan::<i32>(0), filled(&[1]));
        a.close();
        select! {
            recv(a) -> v => { format!("a {}", v.is_some()) }
            recv(b) -> v => { format!("b {}", v.is_some()) }
        }
    }),
    Litmus::set("select/close-or-send", &["closed", "value"], || {
        let (a, b, r) = (chan::<i32>(0), chan(1), Var::new(""));
        par!([a, b, r] { a.close(); } { b.send(1); } {
            select! { recv(a) -> _ => { r.set("closed"); } recv(b) -> _ => { r.set("value"); } }
        });
        r.get().into()
    })
    .wider(ANY),
    Litmus::one("select/evaluated-in-order", &["abcd"], || {
        let s = Seq::new();
        let ch = |name: char| {
            s.put(name);
            chan::<i32>(1)
        };
        let val = |name: char| {
            s.put(name);
            1
        };
        select! { recv(ch('a')) -> _ => {} send(ch('b'), val('c')) => {} recv(ch('d')) -> _ => {} }
        s.line()
    }),
    Litmus::set("select/either-receiver", &["1", "2"], || {
        let (c, other, hit) = (chan(0), chan::<i32>(0), Atomic::new(0));
        let get = |me: i64, c: &Chan<i32>, other: &Chan<i32>, hit: &Atomic| {
            select! {
                recv(c) -> _ => {
                    hit.store(me);
                    other.close();
                }
                recv(other) -> _ => {}
            }
        };
        par!([c, other, hit] { get(1, &c, &other, &hit); } { get(2, &c, &other, &hit); } { c.send(1); });
        hit.load().to_string()
    })
    .wider(ANY),
    Litmus::set("select/polls-until-value", &["0", "1", "2"], || {
        let (c, n) = (chan(1), Atomic::new(0));
        par!([c, n] { c.send(1); } {
            loop {
                let over = select! { recv(c) -> _ => { true } default => { false } };
                if over {
                    return;
                }
                n.add(1);
            }
        });
        n.load().min(2).to_string()
    })
    .wider(ANY),
];
