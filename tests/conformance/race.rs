//! Operations that judge several facts at one moment, under races.
use bagu::lab::prelude::*;

use crate::{everywhere_times, scale};

/// TestNonblockRecvRace: a receive that is ready is never "not ready" because close raced it.
#[test]
fn go_nonblock_recv_race() {
    everywhere_times(1_000, 5, || {
        for _ in 0..scale(3, 1_000) {
            let c = chan::<i32>(1);
            c.send(1);
            let d = c.clone();
            go("closer", move || d.close());
            assert!(matches!(c.try_recv(), TryRecv::Value(1)));
        }
    });
}

/// One of two channels is always ready: a select with a default must not take the default, while the
/// other channel becomes ready by `then` and the first is emptied.
fn one_of_two_is_ready(cap: usize, then: fn(&Chan<i32>)) {
    let done = chan::<bool>(1);
    for _ in 0..scale(3, 1_000) {
        let (a, b) = (chan::<i32>(1), chan::<i32>(cap));
        a.send(1);
        let (a1, b1, d) = (a.clone(), b.clone(), done.clone());
        go("looker", move || {
            let ready = select! {
                recv(a1) -> _ => { true }
                recv(b1) -> _ => { true }
                default => { false }
            };
            d.send(ready);
        });
        then(&b);
        let _ = a.try_recv(); // the value may be gone from one, never from both
        assert_eq!(done.recv(), Some(true));
    }
}

/// TestNonblockSelectRace: the other channel gets a value.
#[test]
fn go_nonblock_select_race() {
    everywhere_times(1_000, 5, || one_of_two_is_ready(1, |b| b.send(1)));
}

/// TestNonblockSelectRace2: the other channel is closed.
#[test]
fn go_nonblock_select_race_close() {
    everywhere_times(1_000, 5, || one_of_two_is_ready(0, Chan::close));
}

/// Many selects against many closers: everybody ends.
#[test]
fn selects_and_closers() {
    everywhere_times(500, 5, || {
        let cs: Vec<Chan<i32>> = (0..4).map(|_| chan(0)).collect();
        let wg = WaitGroup::new();
        for _ in 0..6 {
            let cs = cs.clone();
            wg.go("selector", move || {
                let mut open = cs;
                while open.iter().any(|c| !c.is_nil()) {
                    let mut s = Select::new();
                    open.iter().for_each(|c| {
                        s.recv(c);
                    });
                    let got = s.wait();
                    let i = got.index();
                    if got.value::<i32>().is_none() {
                        open[i] = Chan::nil();
                    }
                }
            });
        }
        for (i, c) in cs.into_iter().enumerate() {
            wg.go("closer", move || {
                for _ in 0..i {
                    c.send(1);
                }
                c.close();
            });
        }
        wg.wait();
    });
}
