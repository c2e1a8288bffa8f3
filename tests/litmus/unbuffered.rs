//! Rendezvous: who meets whom on a channel without a buffer, and who goes on first.
use bagu::lab::prelude::*;

use crate::kit::{ANY, Litmus, Seq, before};
use crate::par;

/// What several receivers got, as "a:13 b:2".
pub fn shares(got: &[Var<Vec<u8>>]) -> String {
    let one = |(i, v): (usize, &Var<Vec<u8>>)| {
        let values: String = v.get().iter().map(u8::to_string).collect();
        format!("{}:{values}", char::from(b'a' + i as u8))
    };
    got.iter().enumerate().map(one).collect::<Vec<_>>().join(" ")
}

/// Is it a way to share out 1..=n, each getting his values in order?
pub fn is_share(line: &str, n: u8) -> bool {
    let hands: Vec<&str> = line.split(' ').filter_map(|h| h.get(2..)).collect();
    let mut all: Vec<char> = hands.iter().flat_map(|h| h.chars()).collect();
    all.sort_unstable();
    hands.iter().all(|h| h.chars().is_sorted()) && all.into_iter().eq((b'1'..=b'0' + n).map(char::from))
}

/// Sends n values to k receivers over a channel of this capacity.
pub fn split(k: usize, n: u8, cap: usize) -> String {
    let (c, wg) = (chan(cap), WaitGroup::new());
    let got: Vec<Var<Vec<u8>>> = (0..k).map(|_| Var::new(vec![])).collect();
    for hand in &got {
        let (c, hand) = (c.clone(), hand.clone());
        wg.go("", move || {
            let mine = c.iter().collect();
            hand.set(mine);
        });
    }
    let d = c.clone();
    wg.go("", move || {
        (1..=n).for_each(|v| d.send(v));
        d.close();
    });
    wg.wait();
    shares(&got)
}

/// Receives from k senders of m values each.
pub fn gather(k: u8, m: u8, cap: usize) -> String {
    let (c, wg, s) = (chan(cap), WaitGroup::new(), Seq::new());
    for i in 0..k {
        let c = c.clone();
        wg.go("", move || (0..m).for_each(|j| c.send(char::from(b'a' + i * m + j))));
    }
    let t = s.clone();
    wg.go("", move || (0..k * m).for_each(|_| t.put(c.recv().unwrap())));
    wg.wait();
    s.line()
}

/// The value, "closed" or "empty".
pub fn look(c: &Chan<i32>) -> String {
    match c.try_recv() {
        TryRecv::Value(v) => v.to_string(),
        TryRecv::Closed => "closed".into(),
        TryRecv::Empty => "empty".into(),
    }
}

const SHARE: &str = "every value goes to one receiver, each sees them in order; who gets which is open";

pub const ALL: &[Litmus] = &[
    Litmus::merge("unbuf/who-goes-on-first", &["s", "r"], || {
        let (s, c) = (Seq::new(), chan(0));
        par!([s, c] { c.send(1); s.put('s'); } { c.recv(); s.put('r'); });
        s.line()
    }),
    Litmus::one("unbuf/send-before-recv-returns", &["sr"], || {
        let (s, c) = (Seq::new(), chan(0));
        par!([s, c] { s.put('s'); c.send(1); } { c.recv(); s.put('r'); });
        s.line()
    }),
    Litmus::one("unbuf/recv-before-send-returns", &["rs"], || {
        let (s, c) = (Seq::new(), chan(0));
        par!([s, c] { s.put('r'); c.recv(); } { c.send(1); s.put('s'); });
        s.line()
    }),
    Litmus::set("unbuf/four-moments", &["abAB", "abBA", "baAB", "baBA"], || {
        let (s, c) = (Seq::new(), chan(0));
        par!([s, c] { s.put('a'); c.send(1); s.put('A'); } { s.put('b'); c.recv(); s.put('B'); });
        s.line()
    })
    .wider(ANY),
    Litmus::merge("unbuf/gather-2x1", &["a", "b"], || gather(2, 1, 0)),
    Litmus::merge("unbuf/gather-3x1", &["a", "b", "c"], || gather(3, 1, 0)),
    Litmus::one("unbuf/gather-1x3", &["abc"], || gather(1, 3, 0)),
    Litmus::merge("unbuf/gather-2x2", &["ab", "cd"], || gather(2, 2, 0)),
    Litmus::merge("unbuf/gather-4x1", &["a", "b", "c", "d"], || gather(4, 1, 0)),
    Litmus::set("unbuf/split-2x1", &["a:1 b:", "a: b:1"], || split(2, 1, 0)).wider(SHARE),
    Litmus::fit("unbuf/split-2x2", SHARE, |o| is_share(o, 2), || split(2, 2, 0)),
    Litmus::fit("unbuf/split-2x3", SHARE, |o| is_share(o, 3), || split(2, 3, 0)),
    Litmus::fit("unbuf/split-3x2", SHARE, |o| is_share(o, 2), || split(3, 2, 0)),
    Litmus::one("unbuf/ping-pong", &["ioioio"], || {
        let (s, a, b) = (Seq::new(), chan(0), chan(0));
        par!([s, a, b] {
            for _ in 0..3 {
                s.put('i');
                a.send(1);
                b.recv();
            }
        } {
            for _ in 0..3 {
                a.recv();
                s.put('o');
                b.send(1);
            }
        });
        s.line()
    }),
    Litmus::merge("unbuf/two-pairs", &["a", "b"], || {
        let (s, c, d) = (Seq::new(), chan(0), chan(0));
        par!([s, c, d] { c.send(1); s.put('a'); } { c.recv(); } { d.send(1); s.put('b'); } { d.recv(); });
        s.line()
    }),
    Litmus::set("unbuf/relay", &["1x23", "12x3", "123x"], || {
        let (s, a, b) = (Seq::new(), chan(0), chan(0));
        par!([s, a, b] { s.put('1'); a.send(1); s.put('x'); } { a.recv(); s.put('2'); b.send(1); } { b.recv(); s.put('3'); });
        s.line()
    })
    .wider(ANY),
    Litmus::set("unbuf/try-send-meets-recv", &["sent", "nobody"], || {
        let (c, r) = (chan(0), Var::new("sent"));
        par!([c, r] {
            if !c.try_send(1) {
                r.set("nobody");
                c.send(1);
            }
        } { c.recv(); });
        r.get().into()
    })
    .wider(ANY),
    Litmus::set("unbuf/try-recv-meets-send", &["1", "empty"], || {
        let (c, r) = (chan(0), Var::new(String::new()));
        par!([c, r] {
            let got = look(&c);
            if got == "empty" {
                c.recv();
            }
            r.set(got);
        } { c.send(1); });
        r.get()
    })
    .wider(ANY),
    Litmus::one("unbuf/two-tries-never-meet", &["false empty"], || {
        let (c, sent, got) = (chan(0), Var::new(true), Var::new(String::new()));
        par!([c, sent, got] { sent.set(c.try_send(1)); } { got.set(look(&c)); });
        format!("{} {}", sent.get(), got.get())
    }),
    Litmus::one("unbuf/two-try-sends-one-receiver", &["false false"], || {
        let (c, a, b) = (chan(0), Var::new(true), Var::new(true));
        par!([c, a, b] { a.set(c.try_send(1)); } { b.set(c.try_send(2)); } {
            for _ in 0..3 {
                gosched();
            }
            let _ = c.try_recv();
        });
        format!("{} {}", a.get(), b.get())
    }),
    Litmus::one("unbuf/len-stays-0", &["0"], || {
        let (c, n) = (chan(0), Var::new(9));
        par!([c, n] { c.send(1); } { n.set(c.len() + c.cap()); c.recv(); });
        n.get().to_string()
    }),
    Litmus::one("unbuf/exchange", &["2 1"], || {
        let (c, d, x, y) = (chan(0), chan(0), Var::new(0), Var::new(0));
        par!([c, d, x, y] { c.send(1); x.set(d.recv().unwrap()); } { y.set(c.recv().unwrap()); d.send(2); });
        format!("{} {}", x.get(), y.get())
    }),
    Litmus::fit(
        "unbuf/sender-overtakes",
        "the second hand-off needs both to have come back from the first",
        |o| o.len() == 4 && before(o, 'a', 'b') && before(o, 'x', 'y') && before(o, 'a', 'y') && before(o, 'x', 'b'),
        || {
            let (s, c) = (Seq::new(), chan(0));
            par!([s, c] { c.send(1); s.put('a'); c.send(2); s.put('b'); } { c.recv(); s.put('x'); c.recv(); s.put('y'); });
            s.line()
        },
    ),
    Litmus::merge("unbuf/queue-of-senders", &["a", "b"], || {
        let (s, c, wg) = (Seq::new(), chan(0), WaitGroup::new());
        for v in ['a', 'b'] {
            let c = c.clone();
            wg.go("", move || c.send(v));
        }
        s.put(c.recv().unwrap());
        s.put(c.recv().unwrap());
        wg.wait();
        s.line()
    }),
    Litmus::set("unbuf/queue-of-receivers", &["a:1 b:2", "a:2 b:1"], || {
        let (c, wg) = (chan(0), WaitGroup::new());
        let got = [Var::new(vec![]), Var::new(vec![])];
        for hand in &got {
            let (c, hand) = (c.clone(), hand.clone());
            wg.go("", move || {
                let v = c.recv().unwrap();
                hand.set(vec![v]);
            });
        }
        c.send(1);
        c.send(2);
        wg.wait();
        shares(&got)
    })
    .wider(ANY),
    Litmus::one("unbuf/token-ring", &["abcabc"], || {
        let (s, wg) = (Seq::new(), WaitGroup::new());
        let cs: Vec<Chan<i32>> = (0..3).map(|_| chan(0)).collect();
        for i in 0..3usize {
            let (s, cs) = (s.clone(), cs.clone());
            wg.go("", move || {
                for _ in 0..2 {
                    cs[i].recv();
                    s.put(char::from(b'a' + i as u8));
                    if i == 2 && s.line().len() == 6 {
                        return;
                    }
                    cs[(i + 1) % 3].send(1);
                }
            });
        }
        let c = cs[0].clone();
        wg.go("", move || c.send(1));
        wg.wait();
        s.line()
    }),
];
