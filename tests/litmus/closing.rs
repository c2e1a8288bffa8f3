//! close: against send, receive and range; who is woken, who panics.
use bagu::lab::prelude::*;
use bagu::select;

use crate::kit::{ANY, Litmus, Seq};
use crate::unbuffered::{is_share, look, split};
use crate::{par, spawn};

fn keeps_buffer(n: i32) -> String {
    let c = chan(n as usize);
    (1..=n).for_each(|i| c.send(i));
    c.close();
    (0..=n).map(|_| look(&c)).collect::<Vec<_>>().join(" ")
}

fn broadcast(n: u8) -> String {
    let (c, s, wg) = (chan::<i32>(0), Seq::new(), WaitGroup::new());
    for i in 0..n {
        let (c, s) = (c.clone(), s.clone());
        wg.go("", move || {
            c.recv();
            s.put(char::from(b'a' + i));
        });
    }
    c.close();
    wg.wait();
    s.line()
}

/// Lets n goroutines close one channel: "-" for the one that did, "p" for a panic.
fn closers(n: usize) -> String {
    let (c, wg) = (chan::<i32>(0), WaitGroup::new());
    let line: Vec<Var<char>> = (0..n).map(|_| Var::new('-')).collect();
    for mine in &line {
        let (c, mine) = (c.clone(), mine.clone());
        wg.go("", move || {
            if catch(|| c.close()).is_err() {
                mine.set('p');
            }
        });
    }
    wg.wait();
    line.iter().map(Var::get).collect()
}

/// The text of the panic, or what stands for none.
fn text(r: Result<(), String>, fine: &str) -> String {
    r.err().unwrap_or_else(|| fine.into())
}

pub const ALL: &[Litmus] = &[
    Litmus::one("close/keeps-buffer-1", &["1 closed"], || keeps_buffer(1)),
    Litmus::one("close/keeps-buffer-2", &["1 2 closed"], || keeps_buffer(2)),
    Litmus::one("close/keeps-buffer-3", &["1 2 3 closed"], || keeps_buffer(3)),
    Litmus::merge("close/broadcast-2", &["a", "b"], || broadcast(2)),
    Litmus::merge("close/broadcast-3", &["a", "b", "c"], || broadcast(3)),
    Litmus::set("close/two-closers", &["-p", "p-"], || closers(2)).wider(ANY),
    Litmus::set("close/three-closers", &["-pp", "p-p", "pp-"], || closers(3)).wider(ANY),
    Litmus::set("close/send-into-buffer", &["sent 1", "send on closed channel 0"], || {
        let (c, r) = (chan(1), Var::new(String::new()));
        par!([c, r] { r.set(text(catch(|| c.send(1)), "sent")); } { c.close(); });
        format!("{} {}", r.get(), c.len())
    })
    .wider(ANY),
    Litmus::one("close/blocked-sender-panics", &["send on closed channel"], || {
        let (c, r) = (chan(0), Var::new(String::new()));
        par!([c, r] { r.set(text(catch(|| c.send(1)), "")); } { c.close(); });
        r.get()
    }),
    Litmus::one("close/two-blocked-senders", &["true true"], || {
        let (c, x, y) = (chan(0), Var::new(false), Var::new(false));
        par!([c, x, y] { x.set(catch(|| c.send(1)).is_err()); } { y.set(catch(|| c.send(2)).is_err()); } { c.close(); });
        format!("{} {}", x.get(), y.get())
    }),
    Litmus::set("close/sender-receiver-closer", &["sent, 1 true", "send on closed channel, 0 false"], || {
        let (c, x, y) = (chan(0), Var::new(String::new()), Var::new(String::new()));
        par!([c, x, y] { x.set(text(catch(|| c.send(1)), "sent")); } {
            let (v, ok) = c.recv_ok();
            y.set(format!("{v} {ok}"));
        } { c.close(); });
        format!("{}, {}", x.get(), y.get())
    })
    .wider(ANY),
    Litmus::one("close/range-gets-all", &["abc."], || {
        let (c, s) = (chan(1), Seq::new());
        par!([c, s] {
            ['a', 'b', 'c'].into_iter().for_each(|v| c.send(v));
            c.close();
        } {
            for v in &c {
                s.put(v);
            }
            s.put('.');
        });
        s.line()
    }),
    Litmus::merge("close/after-both-senders", &["a", "b"], || {
        let (c, s, wg) = (chan(0), Seq::new(), WaitGroup::new());
        for v in ['a', 'b'] {
            let c = c.clone();
            wg.go("", move || c.send(v));
        }
        spawn!([c, wg] {
            wg.wait();
            c.close();
        });
        for v in &c {
            s.put(v);
        }
        s.line()
    }),
    Litmus::set("close/try-recv-meets-close", &["empty", "closed"], || {
        let (c, r) = (chan(0), Var::new(String::new()));
        par!([c, r] { r.set(look(&c)); } { c.close(); });
        r.get()
    })
    .wider(ANY),
    Litmus::one("close/try-recv-value-then-close", &["7"], || {
        let (c, r) = (chan(1), Var::new(String::new()));
        c.send(7);
        par!([c, r] { r.set(look(&c)); } { c.close(); });
        r.get()
    }),
    Litmus::set("close/try-recv-send-then-close", &["empty", "7"], || {
        let (c, r) = (chan(1), Var::new(String::new()));
        par!([c, r] { r.set(look(&c)); } { c.send(7); c.close(); });
        r.get()
    })
    .wider(ANY),
    Litmus::set("close/two-receivers-one-value", &["true false", "false true"], || {
        let (c, x, y) = (chan(0), Var::new(false), Var::new(false));
        par!([c, x, y] { x.set(c.recv().is_some()); } { y.set(c.recv().is_some()); } { c.send(1); c.close(); });
        format!("{} {}", x.get(), y.get())
    })
    .wider(ANY),
    Litmus::set("close/two-channels-in-order", &["empty empty", "closed empty", "closed closed"], || {
        let (a, b, x, y) = (chan(0), chan(0), Var::new(String::new()), Var::new(String::new()));
        par!([a, b, x, y] { a.close(); b.close(); } { y.set(look(&b)); x.set(look(&a)); });
        format!("{} {}", x.get(), y.get())
    })
    .wider(ANY),
    Litmus::one("close/publishes", &["1"], || {
        let (data, c, r) = (Atomic::new(0), chan::<i32>(0), Var::new(9));
        par!([data, c, r] { data.store(1); c.close(); } { c.recv(); r.set(data.load()); });
        r.get().to_string()
    }),
    Litmus::one("close/once-guards", &["true closed"], || {
        let (c, once, x, y) = (chan(0), Once::new(), Var::new(false), Var::new(false));
        par!([c, once, x, y] {
            x.set(catch(|| once.do_(|| c.close())).is_ok());
        } {
            y.set(catch(|| once.do_(|| c.close())).is_ok());
        });
        format!("{} {}", x.get() && y.get(), look(&c))
    }),
    Litmus::one("close/done-or-work", &["2"], || {
        let (work, done, n) = (chan(0), chan::<i32>(0), Atomic::new(0));
        par!([work, done, n] {
            loop {
                let over = select! { recv(work) -> _ => { false } recv(done) -> _ => { true } };
                if over {
                    return;
                }
                n.add(1);
            }
        } {
            work.send(1);
            work.send(1);
            done.close();
        });
        n.load().to_string()
    }),
    Litmus::set("close/sender-gives-up", &["sent, 1", "gave up, empty"], || {
        let (c, done) = (chan(0), chan::<i32>(0));
        let (sent, got) = (Var::new(""), Var::new(String::new()));
        par!([c, done, sent, got] {
            select! { send(c, 1) => { sent.set("sent"); } recv(done) -> _ => { sent.set("gave up"); } }
        } {
            got.set(look(&c));
            done.close();
        });
        format!("{}, {}", sent.get(), got.get())
    })
    .wider(ANY),
    Litmus::one("close/select-send-panics", &["send on closed channel"], || {
        let c = chan(1);
        c.close();
        text(catch(|| select! { send(c, 1) => {} default => {} }), "")
    }),
    Litmus::set("close/select-send-or-quit", &["quit", "send on closed channel"], || {
        let (c, quit) = (chan(0), chan::<i32>(0));
        c.close();
        quit.close();
        text(catch(|| select! { send(c, 1) => {} recv(quit) -> _ => {} }), "quit")
    }),
    Litmus::one("close/len-of-closed", &["1 3"], || {
        let c = chan(3);
        c.send(1);
        c.send(2);
        c.close();
        c.recv();
        format!("{} {}", c.len(), c.cap())
    }),
    Litmus::fit("close/range-shared", "each value to one, each in order", |o| is_share(o, 4), || split(2, 4, 2)),
];
