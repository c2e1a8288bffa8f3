//! Channels: runtime/chan_test.go, test/chan/*, test/ken/chan*.go, test/closedchan.go.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use bagu::lab::prelude::*;

use crate::{ends, everywhere, everywhere_times, gmp, scale};

/// TestChan: receive on empty blocks.
#[test]
fn go_chan_receive_on_empty_blocks() {
    gmp(1_000, 5, || {
        for cap in [0, 1, 3, 10] {
            let ch = chan::<i32>(cap);
            let got = Atomic::new(0);
            let (c, g) = (ch.clone(), got.clone());
            go("recv", move || {
                c.recv();
                g.store(1);
            });
            sleep(ms(1));
            assert_eq!(got.load(), 0, "cap {cap}");
            assert_eq!(ch.try_recv(), TryRecv::Empty);
            ch.send(0);
        }
    });
}

/// TestChan: send on full blocks; the non-blocking form does not.
#[test]
fn go_chan_send_on_full_blocks() {
    gmp(1_000, 5, || {
        for cap in [0, 1, 3, 10] {
            let ch = chan::<usize>(cap);
            (0..cap).for_each(|i| ch.send(i));
            assert!(!ch.try_send(99));
            let sent = Atomic::new(0);
            let (c, s) = (ch.clone(), sent.clone());
            go("send", move || {
                c.send(100);
                s.store(1);
            });
            sleep(ms(1));
            assert_eq!(sent.load(), 0);
            assert_eq!(ch.recv(), Some(if cap == 0 { 100 } else { 0 }));
        }
    });
}

/// TestChan: close wakes a receiver with (0, false); buffered values survive close.
#[test]
fn go_chan_close_wakes_and_keeps_the_buffer() {
    everywhere(|| {
        for cap in [1usize, 2, 7] {
            let ch = chan::<usize>(cap);
            (0..cap).for_each(|i| ch.send(i));
            ch.close();
            for i in 0..cap {
                assert_eq!(ch.recv_ok(), (i, true));
            }
            assert_eq!(ch.recv_ok(), (0, false));
            assert_eq!(ch.try_recv(), TryRecv::Closed);
        }
        let ch = chan::<i32>(0);
        let done = chan::<(i32, bool)>(0);
        let (c, d) = (ch.clone(), done.clone());
        go("waiter", move || d.send(c.recv_ok()));
        gosched();
        ch.close();
        assert_eq!(done.recv(), Some((0, false)));
    });
}

/// TestChan: FIFO for every capacity.
#[test]
fn go_chan_fifo() {
    everywhere_times(300, 5, || {
        for cap in [0, 1, 5, 200] {
            let ch = chan::<usize>(cap);
            let n = scale(30, 300);
            let c = ch.clone();
            go("send", move || (0..n).for_each(|i| c.send(i)));
            for i in 0..n {
                assert_eq!(ch.recv(), Some(i));
            }
        }
    });
}

/// TestChan: P × L values arrive exactly once.
#[test]
fn go_chan_each_value_exactly_once() {
    everywhere_times(300, 5, || {
        for cap in [0, 3, 40] {
            let (p, l) = (4usize, scale(15, 1_000));
            let ch = chan::<usize>(cap);
            for _ in 0..p {
                let c = ch.clone();
                go("send", move || (0..l).for_each(|i| c.send(i)));
            }
            let done = chan::<BTreeMap<usize, usize>>(0);
            for _ in 0..p {
                let (c, d) = (ch.clone(), done.clone());
                go("recv", move || {
                    let mut seen = BTreeMap::new();
                    for _ in 0..l {
                        *seen.entry(c.recv().unwrap()).or_insert(0) += 1;
                    }
                    d.send(seen);
                });
            }
            let mut all = BTreeMap::new();
            for _ in 0..p {
                for (k, n) in done.recv().unwrap() {
                    *all.entry(k).or_insert(0) += n;
                }
            }
            assert_eq!(all.len(), l);
            assert!(all.values().all(|n| *n == p));
        }
    });
}

/// TestChan: len and cap; chancap.
#[test]
fn go_chan_len_and_cap() {
    everywhere_times(100, 2, || {
        for cap in 0..20 {
            let ch = chan::<usize>(cap);
            assert_eq!((ch.len(), ch.cap()), (0, cap));
            (0..cap).for_each(|i| ch.send(i));
            assert_eq!((ch.len(), ch.cap()), (cap, cap));
        }
        assert_eq!((Chan::<i32>::nil().len(), Chan::<i32>::nil().cap()), (0, 0));
    });
}

/// ★ select3: the blocking matrix of plain operations, filled in by what really happens.
#[test]
fn go_select3_blocking_matrix() {
    gmp(100, 1, || {
        fn blocks(f: impl FnOnce() + Send + 'static) -> bool {
            let done = Atomic::new(0);
            let d = done.clone();
            go("try", move || {
                let _ = catch(f);
                d.store(1);
            });
            sleep(ms(1));
            done.load() == 0
        }
        /// Hangs, and so fails, when it blocks.
        fn passes(f: impl FnOnce() + Send + 'static) {
            let done = chan(0);
            let d = done.clone();
            go("try", move || {
                let _ = catch(f);
                d.send(());
            });
            done.recv();
        }
        let full = |n: usize| {
            let c = chan::<usize>(n);
            (0..n).for_each(|i| c.send(i));
            c
        };
        let closed = || {
            let c = chan::<usize>(1);
            c.close();
            c
        };
        assert!(blocks(|| Chan::<usize>::nil().send(1)), "send nil");
        assert!(
            blocks(|| {
                let _ = Chan::<usize>::nil().recv();
            }),
            "recv nil"
        );
        let c = full(1);
        assert!(blocks(move || c.send(1)), "send full");
        let c = chan::<usize>(0);
        assert!(blocks(move || c.send(1)), "send unbuffered without partner");
        let c = chan::<usize>(5);
        assert!(
            blocks(move || {
                let _ = c.recv();
            }),
            "recv empty"
        );
        let c = chan::<usize>(5);
        passes(move || c.send(1)); // there is room
        let c = full(1);
        passes(move || _ = c.recv());
        let c = closed();
        passes(move || _ = c.recv());
        let c = closed();
        passes(move || c.send(1)); // panics
    });
}

/// ★ closedchan: every receive form on closed channels, drained or not; send and second close panic.
#[test]
fn go_closedchan() {
    fn check<T: Clone + Default + PartialEq + Send + std::fmt::Debug + 'static>(v: T) {
        for rest in [0, 1, 2] {
            let c = chan::<T>(2);
            (0..rest).for_each(|_| c.send(v.clone()));
            c.close();
            for _ in 0..rest {
                let got = select! { recv(c) -> x => { x } };
                assert_eq!(got, Some(v.clone()));
            }
            assert_eq!(c.recv(), None);
            assert_eq!(c.recv_ok(), (T::default(), false));
            assert_eq!(c.try_recv(), TryRecv::Closed);
            assert_eq!(select! { recv(c) -> x => { x } default => { panic!("closed is ready") } }, None);
            assert_eq!(c.iter().count(), 0);
            let send = "send on closed channel".to_owned();
            assert_eq!(catch(|| c.send(v.clone())), Err(send.clone()));
            assert_eq!(catch(|| c.try_send(v.clone())), Err(send.clone()));
            assert_eq!(catch(|| select! { send(c, v.clone()) => {} }), Err(send.clone()));
            assert_eq!(catch(|| select! { send(c, v.clone()) => {} default => {} }), Err(send));
            assert_eq!(catch(|| c.close()), Err("close of closed channel".to_owned()));
        }
    }
    everywhere_times(200, 2, || {
        check(1u8);
        check(7i64);
        check(String::from("x"));
        check([3u64; 8]);
        check(());
        assert_eq!(catch(|| Chan::<i32>::nil().close()), Err("close of nil channel".to_owned()));
    });
}

/// A close while senders wait makes each of them panic.
#[test]
fn close_makes_waiting_senders_panic() {
    everywhere(|| {
        let ch = chan::<i32>(0);
        let res = chan::<Result<(), String>>(3);
        for i in 0..3 {
            let (c, r) = (ch.clone(), res.clone());
            go("send", move || r.send(catch(|| c.send(i))));
        }
        while ch.snapshot().sendq.len() < 3 {
            gosched();
        }
        ch.close();
        for _ in 0..3 {
            assert_eq!(res.recv().unwrap(), Err("send on closed channel".to_owned()));
        }
    });
}

/// TestMultiConsumer: sums and counts through 23 consumers, then close ends all.
#[test]
fn go_multi_consumer() {
    everywhere_times(100, 3, || {
        let (n_workers, n) = (23usize, scale(100, 20_000));
        let (q, r) = (chan::<usize>(n_workers * 3), chan::<usize>(n_workers * 3));
        let wg = WaitGroup::new();
        for i in 0..n_workers {
            let (q, r) = (q.clone(), r.clone());
            wg.go("worker", move || {
                for v in &q {
                    if [2, 3, 5, 7, 11][i % 5] == v % 12 {
                        gosched();
                    }
                    r.send(v);
                }
            });
        }
        let feed = q.clone();
        let (w, rr) = (wg.clone(), r.clone());
        go("feeder", move || {
            for i in 0..n {
                feed.send(i * 3);
            }
            feed.close();
            w.wait();
            rr.close();
        });
        let (mut count, mut sum) = (0, 0);
        for v in &r {
            count += 1;
            sum += v;
        }
        assert_eq!((count, sum), (n, 3 * n * (n - 1) / 2));
    });
}

/// ★ TestChanSendBarrier: values handed straight into another goroutine's frame are neither lost nor
/// doubled — counted by their destructors.
#[test]
fn go_chan_send_barrier_values_are_moved_once() {
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    everywhere_times(300, 3, || {
        let drops = Arc::new(AtomicUsize::new(0));
        let n = scale(40, 5_000);
        let ch = chan::<Counted>(0);
        let wg = WaitGroup::new();
        for _ in 0..4 {
            let (c, d) = (ch.clone(), drops.clone());
            wg.go("send", move || (0..n).for_each(|_| c.send(Counted(d.clone()))));
        }
        let mut held = vec![];
        for i in 0..4 * n {
            let v = ch.recv().unwrap();
            if i % 2 == 0 {
                held.push(v);
            }
        }
        wg.wait();
        assert_eq!(drops.load(SeqCst), 2 * n);
        drop(held);
        assert_eq!(drops.load(SeqCst), 4 * n);
    });
}

/// Our stacks do not move, so a waiting element must stay readable for as long as its owner waits.
#[test]
fn element_slots_outlive_the_park() {
    everywhere(|| {
        let ch = chan::<[u64; 32]>(0);
        for i in 0..8u64 {
            let c = ch.clone();
            go("send", move || c.send([i; 32]));
        }
        gosched();
        let mut sum = 0;
        for _ in 0..8 {
            let v = ch.recv().unwrap();
            assert!(v.iter().all(|x| *x == v[0]));
            sum += v[0];
        }
        assert_eq!(sum, 28);
    });
}

/// fifo (test/chan/fifo.go): order through a chain of goroutines, synchronous and buffered.
#[test]
fn go_fifo_chain() {
    everywhere_times(200, 3, || {
        let n = scale(20, 500);
        let first = chan::<usize>(0);
        let mut ch = first.clone();
        for i in 0..n {
            let (prev, next) = (ch, chan::<usize>(0));
            ch = next.clone();
            go("link", move || {
                let v = prev.recv().unwrap();
                assert_eq!(v, i);
                next.send(v + 1);
            });
        }
        first.send(0);
        assert_eq!(ch.recv(), Some(n));
    });
}

/// goroutines (test/chan/goroutines.go): a long daisy chain starts, passes one value, ends.
#[test]
fn go_goroutines_daisy_chain() {
    everywhere_times(20, 1, || {
        let n = scale(300, 10_000);
        let leftmost = chan::<usize>(0);
        let mut left = leftmost.clone();
        let mut right = left.clone();
        for _ in 0..n {
            right = chan::<usize>(0);
            let (l, r) = (left, right.clone());
            go("f", move || l.send(1 + r.recv().unwrap()));
            left = right.clone();
        }
        go("last", move || right.send(1));
        assert_eq!(leftmost.recv(), Some(n + 1));
    });
}

/// nonblock (test/chan/nonblock.go): non-blocking forms for several widths, with and without partner.
#[test]
fn go_nonblock() {
    fn check<T: Clone + PartialEq + Send + std::fmt::Debug + 'static>(v: T) {
        for cap in [0, 10] {
            let c = chan::<T>(cap);
            assert_eq!(c.try_recv(), TryRecv::Empty);
            let (d, ready) = (c.clone(), chan::<()>(0));
            let (v2, r) = (v.clone(), ready.clone());
            go("receiver", move || {
                assert_eq!(d.recv(), Some(v2));
                r.send(());
            });
            while !c.try_send(v.clone()) {
                gosched();
            }
            ready.recv();
            let (d, v2) = (c.clone(), v.clone());
            go("sender", move || d.send(v2));
            let got = loop {
                if let TryRecv::Value(x) = c.try_recv() {
                    break x;
                }
                gosched();
            };
            assert_eq!(got, v);
        }
    }
    everywhere_times(300, 3, || {
        check(17i32);
        check(19i64);
        check(true);
        check([1u8, 2, 3]);
        check(String::from("hi"));
    });
}

/// sieve1: a chain of filters.
#[test]
fn go_sieve() {
    everywhere_times(100, 3, || {
        let count = scale(8, 60);
        let mut ch = chan::<usize>(0);
        let gen_ = ch.clone();
        go("generate", move || (2..).for_each(|i| gen_.send(i)));
        let mut primes = vec![];
        for _ in 0..count {
            let p = ch.recv().unwrap();
            primes.push(p);
            let (from, to) = (ch, chan::<usize>(0));
            ch = to.clone();
            go("filter", move || {
                for v in &from {
                    if v % p != 0 {
                        to.send(v);
                    }
                }
            });
        }
        assert_eq!(primes[..8], [2, 3, 5, 7, 11, 13, 17, 19]);
    });
}

/// powser1: rational power series over a tree of channels; the coefficients are exact.
#[test]
fn go_powser_exponential_series() {
    /// Integrates a series of rationals (n, d): coefficient k becomes c / (k + 1).
    fn integrate(u: Chan<(i64, i64)>) -> Chan<(i64, i64)> {
        let out = chan(0);
        let o = out.clone();
        go("integrate", move || {
            o.send((1, 1)); // the constant of exp
            for k in 1.. {
                let Some((n, d)) = u.recv() else { break };
                o.send((n, d * k));
            }
        });
        out
    }
    fn split(u: Chan<(i64, i64)>) -> (Chan<(i64, i64)>, Chan<(i64, i64)>) {
        let (a, b) = (chan(0), chan(0));
        let (x, y) = (a.clone(), b.clone());
        go("split", move || {
            // Whichever side asks first; both get every coefficient.
            for c in &u {
                select! {
                    send(x, c) => { y.send(c); }
                    send(y, c) => { x.send(c); }
                }
            }
        });
        (a, b)
    }
    everywhere_times(200, 3, || {
        // exp = 1 + integral(exp): the series feeds itself through a split.
        let back = chan::<(i64, i64)>(1);
        let (result, loop_) = split(integrate(back.clone()));
        go("loop", move || {
            for c in &loop_ {
                back.send(c);
            }
        });
        let mut factorial = 1;
        for k in 0..8i64 {
            factorial *= k.max(1);
            let (n, d) = result.recv().unwrap();
            assert_eq!(n * factorial, d, "coefficient {k}");
        }
    });
}

/// zerosize, TestChanSendInterface: elements without size; elements of any type.
#[test]
fn go_zerosize_and_interface_elements() {
    everywhere(|| {
        let z = chan::<()>(2);
        z.send(());
        z.send(());
        assert_eq!(z.len(), 2);
        assert!(!z.try_send(()));
        assert_eq!((z.recv(), z.recv()), (Some(()), Some(())));
        let any = chan::<Box<dyn std::any::Any + Send>>(1);
        any.send(Box::new("nil"));
        assert_eq!(any.recv().unwrap().downcast_ref::<&str>(), Some(&"nil"));
    });
}

/// Nobody can be woken: Go's message, exit as a deadlock.
#[test]
fn go_deadlocks_are_told() {
    ends(
        || {
            let _ = Chan::<i32>::nil().recv();
        },
        |e| matches!(e, End::Deadlock(t) if t.contains("[chan receive (nil chan)]")),
    );
    ends(|| Chan::nil().send(1), |e| matches!(e, End::Deadlock(t) if t.contains("[chan send (nil chan)]")));
    ends(|| chan(0).send(1), |e| matches!(e, End::Deadlock(t) if t.contains("[chan send]")));
    ends(|| select_forever(), |e| matches!(e, End::Deadlock(t) if t.contains("[select (no cases)]")));
    ends(
        || {
            let c = chan::<i32>(0);
            go("also stuck", move || {
                let _ = c.recv();
            });
            WaitGroup::new().add(0);
            let wg = WaitGroup::new();
            wg.add(1);
            wg.wait();
        },
        |e| matches!(e, End::Deadlock(t) if t.contains("[sync.WaitGroup.Wait]") && t.contains("also stuck")),
    );
}
