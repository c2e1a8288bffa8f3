//! Select: runtime/chan_test.go, test/chan/select*.go, doubleselect.go.
use bagu::lab::prelude::*;

use crate::{On, ends, everywhere, everywhere_times, gmp, on, scale};

/// select3: select on nil, closed, full, empty; empty and all-nil selects block for ever.
#[test]
fn go_select3_matrix_in_select() {
    everywhere_times(200, 2, || {
        let nil = Chan::<i32>::nil();
        let empty = chan::<i32>(1);
        let full = chan::<i32>(1);
        full.send(5);
        let took = |n: i32| n;
        assert_eq!(select! { recv(nil) -> _ => { took(1) } default => { took(0) } }, 0);
        assert_eq!(select! { send(nil, 1) => { took(1) } default => { took(0) } }, 0);
        assert_eq!(select! { recv(empty) -> _ => { took(1) } default => { took(0) } }, 0);
        assert_eq!(select! { send(full, 1) => { took(1) } default => { took(0) } }, 0);
        assert_eq!(select! { send(empty, 1) => { took(1) } default => { took(0) } }, 1);
        assert_eq!(select! { recv(full) -> v => { v.unwrap() } default => { took(0) } }, 5);
        // A select never pairs with itself.
        let c = chan::<i32>(0);
        assert_eq!(select! { recv(c) -> _ => { 1 } send(c, 7) => { 2 } default => { 0 } }, 0);
    });
    ends(
        || {
            let n = Chan::<i32>::nil();
            select! { recv(n) -> _ => {} send(n, 1) => {} }
        },
        |e| matches!(e, End::Deadlock(t) if t.contains("[select (no cases)]")),
    );
}

/// TestSelfSelect: two goroutines that select both ways on one channel never get their own value.
#[test]
fn go_self_select() {
    everywhere(|| {
        for cap in [0usize, 10] {
            let ch = chan::<usize>(cap);
            let wg = WaitGroup::new();
            let n = scale(10, 500);
            for me in 0..2usize {
                let c = ch.clone();
                wg.go("both ways", move || {
                    for i in 0..n {
                        if me == 0 || i % 2 == 0 {
                            select! {
                                send(c, me) => {}
                                recv(c) -> v => { assert!(cap > 0 || v != Some(me), "self receive"); }
                            }
                        } else {
                            select! {
                                recv(c) -> v => { assert!(cap > 0 || v != Some(me), "self receive"); }
                                send(c, me) => {}
                            }
                        }
                    }
                });
            }
            // With a rendezvous one side may be left over at the end; help it out.
            let (c, w, done) = (ch.clone(), wg.clone(), chan::<()>(0));
            let d = done.clone();
            go("closer", move || {
                w.wait();
                d.close();
            });
            loop {
                let over = select! {
                    recv(done) -> _ => { true }
                    recv(c) -> _ => { false }
                };
                if over {
                    break;
                }
            }
        }
    });
}

/// TestSelectStress: senders, receivers and selects over four channels lose nothing.
#[test]
fn go_select_stress() {
    everywhere_times(100, 3, || {
        let n = scale(12, 1_500);
        let c: Vec<Chan<i32>> = [0, 0, 2, 3].into_iter().map(chan).collect();
        let wg = WaitGroup::new();
        for k in 0..4 {
            let (s, r) = (c[k].clone(), c[k].clone());
            wg.go("plain sender", move || (0..n).for_each(|_| s.send(0)));
            wg.go("plain receiver", move || (0..n).for_each(|_| assert!(r.recv().is_some())));
        }
        let all = c.clone();
        wg.go("select sender", move || {
            let mut left = [n; 4];
            let mut ch = all.clone();
            for _ in 0..4 * n {
                let mut s = Select::new();
                ch.iter().for_each(|c| {
                    s.send(c, 0);
                });
                let i = s.wait().index();
                left[i] -= 1;
                if left[i] == 0 {
                    ch[i] = Chan::nil();
                }
            }
        });
        let all = c;
        wg.go("select receiver", move || {
            let mut left = [n; 4];
            let mut ch = all.clone();
            for _ in 0..4 * n {
                let mut s = Select::new();
                ch.iter().for_each(|c| {
                    s.recv(c);
                });
                let i = s.wait().index();
                left[i] -= 1;
                if left[i] == 0 {
                    ch[i] = Chan::nil();
                }
            }
        });
        wg.wait();
    });
}

/// TestSelectFairness: two cases that are always ready share within 10 σ.
#[test]
fn go_select_fairness() {
    gmp(10, 2, || {
        const TRIALS: usize = 10_000;
        let (a, b) = (chan::<u8>(TRIALS + 1), chan::<u8>(TRIALS + 1));
        for _ in 0..=TRIALS {
            a.send(1);
            b.send(2);
        }
        let (c, d) = (chan::<u8>(0), chan::<u8>(0));
        let mut from_a = 0usize;
        for _ in 0..TRIALS {
            select! {
                recv(a) -> _ => { from_a += 1; }
                recv(b) -> _ => {}
                recv(c) -> _ => { panic!("never"); }
                recv(d) -> _ => { panic!("never"); }
            }
        }
        // σ of a fair coin over n throws is √n / 2.
        let (n, got) = (TRIALS as f64, from_a as f64);
        assert!((got - n / 2.0).abs() < 10.0 * n.sqrt() / 2.0, "{from_a} of {TRIALS}");
    });
}

/// TestPseudoRandomSend: both ready send cases are taken more than a tenth of the time.
#[test]
fn go_pseudo_random_send() {
    gmp(50, 2, || {
        for cap in [0, 100] {
            let n = 100;
            let ch = chan::<u8>(cap);
            let sum = chan::<usize>(0);
            let (c, s) = (ch.clone(), sum.clone());
            go("receiver", move || {
                let mut ones = 0;
                for _ in 0..n {
                    gosched();
                    ones += usize::from(c.recv().unwrap());
                }
                s.send(ones);
            });
            for _ in 0..n {
                select! {
                    send(ch, 0) => {}
                    send(ch, 1) => {}
                }
            }
            let ones = sum.recv().unwrap();
            assert!(ones > n / 10 && ones < n - n / 10, "cap {cap}: {ones}");
        }
    });
}

/// TestSelectDuplicateChannel: the same channel twice in a select dequeues the right waiter.
#[test]
fn go_select_duplicate_channel() {
    everywhere(|| {
        let (c, d, e) = (chan::<i32>(0), chan::<i32>(0), chan::<i32>(0));
        let (c1, d1, e1) = (c.clone(), d.clone(), e.clone());
        go("twice", move || {
            select! {
                recv(c1) -> _ => {}
                recv(c1) -> _ => {}
                recv(d1) -> _ => {}
            }
            e1.send(9);
        });
        while c.snapshot().recvq.len() < 2 {
            gosched();
        }
        let c2 = c.clone();
        go("plain", move || {
            let _ = c2.recv();
        });
        while c.snapshot().recvq.len() < 3 {
            gosched();
        }
        d.send(7); // the first goroutine leaves; its two entries on c must go, the plain one stay
        e.recv();
        c.send(8);
    });
}

/// doubleselect: one select never completes two cases — no value comes twice over four channels.
#[test]
fn go_doubleselect() {
    everywhere_times(300, 3, || {
        let n = scale(40, 10_000);
        let cs: Vec<Chan<usize>> = (0..4).map(|_| chan(0)).collect();
        let done = chan::<()>(0);
        let (tx, dn) = (cs.clone(), done.clone());
        go("sender", move || {
            for i in 0..n {
                select! {
                    send(tx[0], i) => {}
                    send(tx[1], i) => {}
                    send(tx[2], i) => {}
                    send(tx[3], i) => {}
                }
            }
            dn.close();
        });
        let merged = chan::<usize>(0);
        for c in cs {
            let (m, d) = (merged.clone(), done.clone());
            go("mux", move || {
                loop {
                    select! {
                        recv(c) -> v => { m.send(v.unwrap()); }
                        recv(d) -> _ => { return; }
                    }
                }
            });
        }
        let mut seen = vec![false; n];
        for _ in 0..n {
            let v = merged.recv().unwrap();
            assert!(!seen[v], "{v} came twice");
            seen[v] = true;
        }
    });
}

/// select (test/chan/select.go): setting a channel to nil disables its case.
#[test]
fn go_select_nil_disables() {
    everywhere(|| {
        let (a, b) = (chan::<usize>(0), chan::<usize>(0));
        let (a1, b1) = (a.clone(), b.clone());
        go("sender", move || {
            let (mut x, mut y, mut i) = (a1, b1, 0);
            while !(x.is_nil() && y.is_nil()) {
                select! {
                    send(x, i) => { x = Chan::nil(); }
                    send(y, i) => { y = Chan::nil(); }
                }
                i += 1;
            }
        });
        let mut got = vec![a.recv().unwrap(), b.recv().unwrap()];
        got.sort_unstable();
        assert_eq!(got, [0, 1]);
    });
}

/// select2: selects that wait leave nothing behind. Here: no waiter stays in any queue.
#[test]
fn go_select2_leaves_nothing_behind() {
    everywhere_times(300, 3, || {
        let n = scale(30, 20_000);
        let (c, idle) = (chan::<usize>(0), chan::<usize>(0));
        let tx = c.clone();
        go("sender", move || (0..n).for_each(|i| tx.send(i)));
        for _ in 0..n {
            select! {
                recv(c) -> _ => {}
                recv(idle) -> _ => { panic!("never"); }
            }
        }
        assert_eq!(idle.snapshot().recvq.len(), 0);
    });
}

/// select5: channel and value expressions are evaluated once, in source order.
#[test]
fn go_select5_evaluation_order() {
    everywhere(|| {
        let order = std::cell::RefCell::new(vec![]);
        let c = chan::<i32>(4);
        let see = |name: &'static str, ch: &Chan<i32>| {
            order.borrow_mut().push(name);
            ch.clone()
        };
        let val = |name: &'static str| {
            order.borrow_mut().push(name);
            1
        };
        select! {
            send(see("c1", &c), val("v1")) => {}
            recv(see("c2", &Chan::nil())) -> _ => {}
            send(see("c3", &Chan::nil()), val("v3")) => {}
        }
        assert_eq!(*order.borrow(), ["c1", "v1", "c2", "c3", "v3"]);
    });
}

/// select6 (issue 2075): a losing case that stands in the middle of a queue leaves it intact.
#[test]
fn go_select6_dequeue_from_the_middle() {
    everywhere(|| {
        let (c1, c2, c3, c4) = (chan::<bool>(0), chan::<bool>(0), chan::<bool>(0), chan::<bool>(0));
        let a = c1.clone();
        go("first", move || {
            let _ = a.recv();
        });
        while c1.snapshot().recvq.is_empty() {
            gosched();
        }
        let (a, b) = (c1.clone(), c2.clone());
        go("middle", move || {
            select! {
                recv(a) -> _ => { panic!("dummy"); }
                recv(b) -> _ => {}
            }
            // Now first, third are still waiting on c1.
        });
        while c1.snapshot().recvq.len() < 2 {
            gosched();
        }
        let (a, d) = (c1.clone(), c3.clone());
        go("third", move || {
            a.recv();
            d.send(true);
        });
        while c1.snapshot().recvq.len() < 3 {
            gosched();
        }
        c2.send(true);
        while c1.snapshot().recvq.len() > 2 {
            gosched();
        }
        c1.send(true);
        c1.send(true);
        c3.recv();
        assert_eq!(c4.try_recv(), TryRecv::Empty);
    });
}

/// select7: a waiting select is woken by every kind of partner.
#[test]
fn go_select7_every_kind_of_partner() {
    everywhere(|| {
        // A plain receive, a select receive, a non-blocking receive in a loop — and the sending three.
        for kind in 0..3 {
            let c = chan::<i32>(0);
            let d = c.clone();
            go("receiver", move || {
                let v = match kind {
                    0 => d.recv(),
                    1 => select! { recv(d) -> v => { v } },
                    _ => loop {
                        if let TryRecv::Value(v) = d.try_recv() {
                            break Some(v);
                        }
                        gosched();
                    },
                };
                assert_eq!(v, Some(3));
            });
            let nil = Chan::<i32>::nil();
            select! { send(c, 3) => {} recv(nil) -> _ => {} }
            let d = c.clone();
            go("sender", move || match kind {
                0 => d.send(4),
                1 => select! { send(d, 4) => {} },
                _ => {
                    while !d.try_send(4) {
                        gosched();
                    }
                }
            });
            let got = select! { recv(c) -> v => { v } recv(nil) -> v => { v } };
            assert_eq!(got, Some(4));
        }
    });
}

/// The dynamic list behaves as the macro does.
#[test]
fn dynamic_select_picks_what_is_ready() {
    everywhere(|| {
        let cs: Vec<Chan<usize>> = (0..8).map(|_| chan(1)).collect();
        cs[5].send(55);
        let mut s = Select::new();
        let at: Vec<usize> = cs.iter().map(|c| s.recv(c)).collect();
        let got = s.wait();
        assert_eq!(got.index(), at[5]);
        assert_eq!(got.value::<usize>(), Some(55));
        let mut s = Select::new();
        cs.iter().for_each(|c| {
            s.recv(c);
        });
        s.default();
        assert_eq!(s.wait().index(), Select::DEFAULT);
    });
}

/// A select that waits on a closed channel's other case is woken by close.
#[test]
fn close_wakes_a_waiting_select() {
    everywhere(|| {
        let (c, other) = (chan::<i32>(0), chan::<i32>(0));
        let d = c.clone();
        go("closer", move || {
            if on() == On::Virtual {
                sleep(ms(1));
            }
            d.close();
        });
        let woken = select! {
            recv(c) -> v => { v.is_none() }
            recv(other) -> _ => { false }
        };
        assert!(woken);
    });
}
