//! Who runs first: go statements, runnext, Gosched.
use bagu::lab::prelude::*;

use crate::kit::{ANY, Litmus, Seq};
use crate::{par, spawn};

fn order(n: u8) -> String {
    let (s, wg) = (Seq::new(), WaitGroup::new());
    for i in 0..n {
        let s = s.clone();
        wg.go("", move || s.put(char::from(b'a' + i)));
    }
    wg.wait();
    s.line()
}

pub const ALL: &[Litmus] = &[
    Litmus::merge("spawn/order-2", &["a", "b"], || order(2)),
    Litmus::merge("spawn/order-3", &["a", "b", "c"], || order(3)),
    Litmus::merge("spawn/order-4", &["a", "b", "c", "d"], || order(4)),
    Litmus::merge("spawn/main-or-child", &["m", "c"], || {
        let (s, done) = (Seq::new(), chan(0));
        spawn!([s, done] {
            s.put('c');
            done.send(true);
        });
        s.put('m');
        done.recv();
        s.line()
    }),
    Litmus::merge("spawn/gosched-then-main", &["m", "c"], || {
        let (s, done) = (Seq::new(), chan(0));
        spawn!([s, done] {
            s.put('c');
            done.send(true);
        });
        gosched();
        s.put('m');
        done.recv();
        s.line()
    }),
    Litmus::merge("spawn/gosched-two-children", &["a", "b", "m"], || {
        let (s, wg) = (Seq::new(), WaitGroup::new());
        for c in ['a', 'b'] {
            let s = s.clone();
            wg.go("", move || s.put(c));
        }
        gosched();
        s.put('m');
        wg.wait();
        s.line()
    }),
    Litmus::merge("spawn/yield-between", &["aA", "bB"], || {
        let s = Seq::new();
        par!([s] {
            s.put('a');
            gosched();
            s.put('A');
        } {
            s.put('b');
            gosched();
            s.put('B');
        });
        s.line()
    }),
    Litmus::merge("spawn/yield-twice", &["aAx", "bB"], || {
        let s = Seq::new();
        par!([s] {
            s.put('a');
            gosched();
            s.put('A');
            gosched();
            s.put('x');
        } {
            s.put('b');
            gosched();
            s.put('B');
        });
        s.line()
    }),
    Litmus::merge("spawn/child-or-grandchild", &["c", "g"], || {
        let (s, done) = (Seq::new(), chan(2));
        spawn!([s, done] {
            spawn!([s, done] {
                s.put('g');
                done.send(true);
            });
            s.put('c');
            done.send(true);
        });
        done.recv();
        done.recv();
        s.line()
    }),
    Litmus::one("spawn/go-happens-before", &["mcg"], || {
        let (s, done) = (Seq::new(), chan(0));
        s.put('m');
        spawn!([s, done] {
            s.put('c');
            spawn!([s, done] {
                s.put('g');
                done.send(true);
            });
        });
        done.recv();
        s.line()
    }),
    Litmus::merge("spawn/chain-and-main", &["cg", "m"], || {
        let (s, done) = (Seq::new(), chan(0));
        spawn!([s, done] {
            s.put('c');
            spawn!([s, done] {
                s.put('g');
                done.send(true);
            });
        });
        s.put('m');
        done.recv();
        s.line()
    }),
    Litmus::merge("spawn/two-generations", &["a", "b", "A", "B"], || {
        let (s, wg) = (Seq::new(), WaitGroup::new());
        for (child, grandchild) in [('a', 'A'), ('b', 'B')] {
            let (s, inner) = (s.clone(), wg.clone());
            wg.go("", move || {
                let t = s.clone();
                inner.go("", move || t.put(grandchild));
                s.put(child);
            });
        }
        wg.wait();
        s.line()
    }),
    Litmus::merge("spawn/woken-or-new", &["w", "n"], || {
        let (s, wg, c) = (Seq::new(), WaitGroup::new(), chan(0));
        let (t, d) = (s.clone(), c.clone());
        wg.go("", move || {
            d.recv();
            t.put('w');
        });
        gosched();
        c.send(1);
        let t = s.clone();
        wg.go("", move || t.put('n'));
        wg.wait();
        s.line()
    }),
    Litmus::merge("spawn/woken-by-two-sends", &["c", "d"], || {
        let (s, wg, c, d) = (Seq::new(), WaitGroup::new(), chan(0), chan(0));
        for (ch, letter) in [(c.clone(), 'c'), (d.clone(), 'd')] {
            let s = s.clone();
            wg.go("", move || {
                ch.recv();
                s.put(letter);
            });
        }
        c.send(1);
        d.send(1);
        wg.wait();
        s.line()
    }),
    Litmus::set("spawn/seen-after-one-yield", &["0", "1"], || {
        let (flag, done) = (Atomic::new(0), chan(0));
        spawn!([flag, done] {
            flag.store(1);
            done.send(true);
        });
        gosched();
        let r = flag.load();
        done.recv();
        r.to_string()
    })
    .wider(ANY),
    Litmus::set("spawn/seen-without-yield", &["0", "1"], || {
        let (flag, done) = (Atomic::new(0), chan(0));
        spawn!([flag, done] {
            flag.store(1);
            done.send(true);
        });
        let r = flag.load();
        done.recv();
        r.to_string()
    })
    .wider(ANY),
    Litmus::set("spawn/yields-until-seen", &["0", "1", "2"], || {
        let flag = Atomic::new(0);
        spawn!([flag] { flag.store(1) });
        let mut n = 0;
        while flag.load() == 0 {
            gosched();
            n += 1;
        }
        n.min(2).to_string()
    })
    .wider(ANY),
    Litmus::one("spawn/argument-now", &["1 2"], || {
        let (mut x, got) = (1, chan(0));
        let v = x; // what the go statement evaluates
        spawn!([got] { got.send(v) });
        x += 1;
        format!("{} {x}", got.recv().unwrap())
    }),
    Litmus::one("spawn/variable-each-round", &["111"], || {
        let (sum, wg) = (Atomic::new(0), WaitGroup::new());
        for i in 0..3 {
            let sum = sum.clone();
            wg.go("", move || {
                sum.add(1 << (4 * i));
            });
        }
        wg.wait();
        format!("{:x}", sum.load())
    }),
    Litmus::set("spawn/last-of-3", &["a", "b", "c"], || order(3).split_off(2)).wider(ANY),
    Litmus::set("spawn/started-while-main-worked", &["0", "1", "2", "3"], || {
        let (begun, wg) = (Atomic::new(0), WaitGroup::new());
        for _ in 0..3 {
            let begun = begun.clone();
            wg.go("", move || {
                begun.add(1);
            });
        }
        let n = begun.load();
        wg.wait();
        n.to_string()
    })
    .wider(ANY),
];
