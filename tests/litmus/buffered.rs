//! Buffers: how far a sender may run ahead, in which order values come out.
use bagu::lab::prelude::*;

use crate::kit::{ANY, Litmus, Seq};
use crate::par;
use crate::unbuffered::{gather, is_share, look, split};

const SHARE: &str = "every value goes to one receiver, each sees them in order; who gets which is open";

/// Counts the sends that were done when main looks after one yield.
fn ahead(cap: usize) -> String {
    let (c, n, wg) = (chan(cap), Atomic::new(0), WaitGroup::new());
    let (d, m) = (c.clone(), n.clone());
    wg.go("", move || {
        for _ in 0..cap + 2 {
            d.send(1);
            m.add(1);
        }
    });
    gosched();
    let r = n.load();
    (0..cap + 2).for_each(|_| {
        c.recv();
    });
    wg.wait();
    r.to_string()
}

/// The most goroutines that were inside at once.
fn bound(goroutines: usize, places: usize) -> String {
    let (c, inside, most, wg) = (chan(places), Atomic::new(0), Atomic::new(0), WaitGroup::new());
    for _ in 0..goroutines {
        let (c, inside, most) = (c.clone(), inside.clone(), most.clone());
        wg.go("", move || {
            c.send(1);
            let n = inside.add(1);
            loop {
                let m = most.load();
                if n <= m || most.cas(m, n) {
                    break;
                }
            }
            inside.add(-1);
            c.recv();
        });
    }
    wg.wait();
    most.load().to_string()
}

pub const ALL: &[Litmus] = &[
    Litmus::merge("buf/sender-does-not-wait", &["s", "r"], || {
        let (s, c) = (Seq::new(), chan(1));
        par!([s, c] { c.send(1); s.put('s'); } { s.put('r'); c.recv(); });
        s.line()
    }),
    Litmus::one("buf/recv-frees-a-place-1", &["rs"], || {
        let (s, c) = (Seq::new(), chan(1));
        par!([s, c] { c.send(1); c.send(2); s.put('s'); } { s.put('r'); c.recv(); c.recv(); });
        s.line()
    }),
    Litmus::one("buf/recv-frees-a-place-2", &["rs"], || {
        let (s, c) = (Seq::new(), chan(2));
        par!([s, c] { c.send(1); c.send(2); c.send(3); s.put('s'); } { s.put('r'); c.recv(); c.recv(); c.recv(); });
        s.line()
    }),
    Litmus::merge("buf/gather-2x1-cap1", &["a", "b"], || gather(2, 1, 1)),
    Litmus::merge("buf/gather-2x2-cap1", &["ab", "cd"], || gather(2, 2, 1)),
    Litmus::merge("buf/gather-2x2-cap4", &["ab", "cd"], || gather(2, 2, 4)),
    Litmus::merge("buf/gather-3x1-cap2", &["a", "b", "c"], || gather(3, 1, 2)),
    Litmus::fit("buf/split-2x2-cap1", SHARE, |o| is_share(o, 2), || split(2, 2, 1)),
    Litmus::fit("buf/split-2x3-cap3", SHARE, |o| is_share(o, 3), || split(2, 3, 3)),
    Litmus::set("buf/ahead-cap1", &["0", "1"], || ahead(1)).wider(ANY),
    Litmus::set("buf/ahead-cap2", &["0", "1", "2"], || ahead(2)).wider(ANY),
    Litmus::set("buf/ahead-cap3", &["0", "1", "2", "3"], || ahead(3)).wider(ANY),
    Litmus::set("buf/len-while-sending", &["0", "1", "2"], || {
        let (c, n) = (chan(2), Var::new(9));
        par!([c, n] { c.send(1); c.send(2); } { n.set(c.len()); });
        n.get().to_string()
    })
    .wider(ANY),
    Litmus::set("buf/len-then-recv", &["not yet", "1"], || {
        let (c, r) = (chan(2), Var::new("not yet".to_owned()));
        par!([c, r] { c.send(1); c.send(2); } {
            if !c.is_empty() {
                r.set(look(&c));
            }
        });
        r.get()
    })
    .wider(ANY),
    Litmus::one("buf/len-after-both", &["1"], || {
        let c = chan(2);
        par!([c] { c.send(1); c.send(2); } { c.recv(); });
        c.len().to_string()
    }),
    Litmus::set("buf/last-place", &["true false 1", "false true 2"], || {
        let (c, a, b) = (chan(1), Var::new(false), Var::new(false));
        par!([c, a, b] { a.set(c.try_send(1)); } { b.set(c.try_send(2)); });
        format!("{} {} {}", a.get(), b.get(), c.recv().unwrap())
    })
    .wider(ANY),
    Litmus::set("buf/last-value", &["7 empty", "empty 7"], || {
        let (c, a, b) = (chan(1), Var::new(String::new()), Var::new(String::new()));
        c.send(7);
        par!([c, a, b] { a.set(look(&c)); } { b.set(look(&c)); });
        format!("{} {}", a.get(), b.get())
    })
    .wider(ANY),
    Litmus::set("buf/try-send-while-recv", &["true 1", "false 0"], || {
        let (c, sent) = (chan(1), Var::new(false));
        c.send(1);
        par!([c, sent] { sent.set(c.try_send(2)); } { c.recv(); });
        format!("{} {}", sent.get(), c.len())
    })
    .wider(ANY),
    Litmus::set("buf/try-recv-while-send", &["1 0", "empty 1"], || {
        let (c, got) = (chan(1), Var::new(String::new()));
        par!([c, got] { got.set(look(&c)); } { c.send(1); });
        format!("{} {}", got.get(), c.len())
    })
    .wider(ANY),
    Litmus::one("buf/full-refill", &["12"], || {
        let (c, s) = (chan(1), Seq::new());
        c.send('1');
        par!([c, s] { c.send('2'); } { s.put(c.recv().unwrap()); s.put(c.recv().unwrap()); });
        s.line()
    }),
    Litmus::one("buf/places-1-of-2", &["1"], || bound(2, 1)),
    Litmus::set("buf/places-2-of-3", &["1", "2"], || bound(3, 2)).wider(ANY),
    Litmus::set("buf/places-3-of-4", &["1", "2", "3"], || bound(4, 3)).wider(ANY),
    Litmus::set("buf/channel-as-mutex", &["aAbB", "bBaA"], || {
        let (s, c) = (Seq::new(), chan(1));
        par!([s, c] {
            c.send(1);
            s.put('a');
            gosched();
            s.put('A');
            c.recv();
        } {
            c.send(1);
            s.put('b');
            gosched();
            s.put('B');
            c.recv();
        });
        s.line()
    })
    .wider(ANY),
    Litmus::one("buf/send-publishes", &["1"], || {
        let (data, c, r) = (Atomic::new(0), chan(1), Var::new(9));
        par!([data, c, r] { data.store(1); c.send(1); } { c.recv(); r.set(data.load()); });
        r.get().to_string()
    }),
    Litmus::set("buf/two-channels-in-order", &["empty empty", "1 empty", "1 2"], || {
        let (a, b, first, second) = (chan(1), chan(1), Var::new(String::new()), Var::new(String::new()));
        par!([a, b, first, second] { a.send(1); b.send(2); } { second.set(look(&b)); first.set(look(&a)); });
        format!("{} {}", first.get(), second.get())
    })
    .wider(ANY),
    Litmus::set("buf/steal-your-own", &["1 2", "2 1"], || {
        let (c, x, y) = (chan(2), Var::new(0), Var::new(0));
        par!([c, x, y] { c.send(1); x.set(c.recv().unwrap()); } { c.send(2); y.set(c.recv().unwrap()); });
        format!("{} {}", x.get(), y.get())
    })
    .wider(ANY),
];
