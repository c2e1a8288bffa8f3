//! Contexts: which reason wins, who is told when.
use bagu::lab::prelude::*;
use bagu::select;

use crate::kit::{ANY, Litmus, Seq};
use crate::par;

fn word(e: Option<Error>) -> String {
    match e {
        None => "nil".into(),
        Some(e) if e == canceled() => "canceled".into(),
        Some(e) if e == deadline_exceeded() => "deadline".into(),
        Some(e) => e.to_string(),
    }
}

fn is_done(c: &Ctx) -> bool {
    matches!(c.done().try_recv(), TryRecv::Closed)
}

/// Lets a short or a long moment pass, as the seed of the run would have it.
fn moment() {
    let seed = bagu::runtime::config().seed;
    sleep(us(seed % 5));
}

pub const ALL: &[Litmus] = &[
    Litmus::set("ctx/two-causes", &["canceled a", "canceled b"], || {
        let (c, cancel) = with_cancel_cause(&background());
        par!([cancel] { cancel.call(Some(error("a"))); } { cancel.call(Some(error("b"))); });
        format!("{} {}", word(c.err()), word(cause(&c)))
    })
    .wider(ANY),
    Litmus::set("ctx/three-causes", &["a", "b", "canceled"], || {
        let (c, cancel) = with_cancel_cause(&background());
        par!([cancel] { cancel.call(Some(error("a"))); } { cancel.call(Some(error("b"))); } { cancel.call(None); });
        word(cause(&c))
    })
    .wider(ANY),
    Litmus::one("ctx/second-cancel-changes-nothing", &["canceled canceled"], || {
        let (c, cancel) = with_cancel_cause(&background());
        cancel.call(None);
        cancel.call(Some(error("late")));
        format!("{} {}", word(c.err()), word(cause(&c)))
    }),
    Litmus::set("ctx/parent-or-child-cause", &["parent parent", "child parent"], || {
        let (p, cp) = with_cancel_cause(&background());
        let (c, cc) = with_cancel_cause(&p);
        par!([cp, cc] { cp.call(Some(error("parent"))); } { cc.call(Some(error("child"))); });
        format!("{} {}", word(cause(&c)), word(cause(&p)))
    })
    .wider(ANY),
    Litmus::one("ctx/child-takes-parents-cause", &["canceled why"], || {
        let (p, cancel) = with_cancel_cause(&background());
        let (c, _stop) = with_cancel(&p);
        cancel.call(Some(error("why")));
        format!("{} {}", word(c.err()), word(cause(&c)))
    }),
    Litmus::set("ctx/err-before-or-after", &["nil", "canceled"], || {
        let ((c, cancel), r) = (with_cancel(&background()), Var::new(String::new()));
        par!([c, cancel, r] { cancel.call(); } { r.set(word(c.err())); });
        r.get()
    })
    .wider(ANY),
    Litmus::set("ctx/err-means-done", &["nil true", "canceled true"], || {
        let ((c, cancel), r) = (with_cancel(&background()), Var::new(String::new()));
        par!([c, cancel, r] { cancel.call(); } {
            let err = c.err();
            let fine = err.is_none() || is_done(&c);
            r.set(format!("{} {fine}", word(err)));
        });
        r.get()
    })
    .wider(ANY),
    Litmus::one("ctx/done-means-err", &["canceled"], || {
        let ((c, cancel), r) = (with_cancel(&background()), Var::new(String::new()));
        par!([c, cancel, r] { cancel.call(); } {
            c.done().recv();
            r.set(word(c.err()));
        });
        r.get()
    }),
    Litmus::set("ctx/parent-first", &["nil nil", "canceled nil", "canceled canceled"], || {
        let (p, cancel) = with_cancel(&background());
        let (c, _stop) = with_cancel(&p);
        let (x, y) = (Var::new(String::new()), Var::new(String::new()));
        par!([p, c, cancel, x, y] { cancel.call(); } { y.set(word(c.err())); x.set(word(p.err())); });
        format!("{} {}", x.get(), y.get())
    })
    .wider(ANY),
    Litmus::set("ctx/child-may-lag", &["nil nil", "canceled nil", "nil canceled", "canceled canceled"], || {
        let (p, cancel) = with_cancel(&background());
        let (c, _stop) = with_cancel(&p);
        let (x, y) = (Var::new(String::new()), Var::new(String::new()));
        par!([p, c, cancel, x, y] { cancel.call(); } { x.set(word(p.err())); y.set(word(c.err())); });
        format!("{} {}", x.get(), y.get())
    })
    .wider("parent and child are told one after the other, and the reader may come between"),
    Litmus::one("ctx/children-follow", &["canceled canceled"], || {
        let (p, cancel) = with_cancel(&background());
        let (a, _s1) = with_cancel(&p);
        let (b, _s2) = with_timeout(&with_value(&p, "k", 1), secs(3600));
        cancel.call();
        format!("{} {}", word(a.err()), word(b.err()))
    }),
    Litmus::one("ctx/parent-stays", &["nil"], || {
        let (p, _cancel) = with_cancel(&background());
        let (_, cc) = with_cancel(&p);
        par!([cc] { cc.call(); } { cc.call(); });
        word(p.err())
    }),
    Litmus::one("ctx/born-while-parent-dies", &["canceled"], || {
        let ((p, cancel), c) = (with_cancel(&background()), Var::new(None));
        par!([p, cancel, c] { cancel.call(); } { c.set(Some(with_cancel(&p).0)); });
        let c = c.get().unwrap();
        c.done().recv();
        word(c.err())
    }),
    Litmus::merge("ctx/two-waiters", &["a", "b"], || {
        let (s, (c, cancel)) = (Seq::new(), with_cancel(&background()));
        par!([s, c, cancel] { c.done().recv(); s.put('a'); } { c.done().recv(); s.put('b'); } { cancel.call(); });
        s.line()
    }),
    Litmus::set("ctx/timeout-or-cancel", &["deadline", "canceled"], || {
        let (c, cancel) = with_timeout(&background(), us(2));
        par!([cancel] { moment(); cancel.call(); });
        c.done().recv();
        word(c.err())
    })
    .wider("it depends on how long the other takes"),
    Litmus::one("ctx/deadline-in-the-past", &["deadline"], || {
        let (c, cancel) = with_deadline(&background(), Time(0));
        cancel.call();
        word(c.err())
    }),
    Litmus::set("ctx/timeout-cause-or-cancel", &["deadline slow", "canceled canceled"], || {
        let (c, cancel) = with_timeout_cause(&background(), us(2), &error("slow"));
        par!([cancel] { moment(); cancel.call(); });
        c.done().recv();
        format!("{} {}", word(c.err()), word(cause(&c)))
    })
    .wider("it depends on how long the other takes"),
    Litmus::set("ctx/after-func-or-stop", &["stopped", "ran"], || {
        let ((c, cancel), ran, stopped) = (with_cancel(&background()), chan(1), Var::new(false));
        let r = ran.clone();
        let stop = context_after_func(&c, move || r.send(true));
        par!([cancel, stop, stopped] { cancel.call(); } { stopped.set(stop.call()); });
        if stopped.get() {
            return "stopped".into();
        }
        ran.recv();
        "ran".into()
    })
    .wider(ANY),
    Litmus::merge("ctx/after-func-two", &["a", "b"], || {
        let (s, wg, (c, cancel)) = (Seq::new(), WaitGroup::new(), with_cancel(&background()));
        wg.add(2);
        for letter in ['a', 'b'] {
            let (s, wg) = (s.clone(), wg.clone());
            let _ = context_after_func(&c, move || {
                s.put(letter);
                wg.done();
            });
        }
        cancel.call();
        wg.wait();
        s.line()
    }),
    Litmus::merge("ctx/after-func-is-elsewhere", &["m", "f"], || {
        let (s, done, (c, cancel)) = (Seq::new(), chan(0), with_cancel(&background()));
        cancel.call();
        let (t, d) = (s.clone(), done.clone());
        let _ = context_after_func(&c, move || {
            t.put('f');
            d.send(true);
        });
        s.put('m');
        done.recv();
        s.line()
    }),
    Litmus::one("ctx/after-func-once", &["1 false"], || {
        let (n, done, (c, cancel)) = (Atomic::new(0), chan(2), with_cancel(&background()));
        let (m, d) = (n.clone(), done.clone());
        let stop = context_after_func(&c, move || {
            m.add(1);
            d.send(true);
        });
        par!([cancel] { cancel.call(); } { cancel.call(); });
        done.recv();
        format!("{} {}", n.load(), stop.call())
    }),
    Litmus::one("ctx/without-cancel", &["canceled nil"], || {
        let (p, cancel) = with_cancel(&background());
        let c = without_cancel(&p);
        cancel.call();
        format!("{} {}", word(p.err()), word(c.err()))
    }),
    Litmus::set("ctx/work-or-done", &["work", "done"], || {
        let ((c, cancel), work, r) = (with_cancel(&background()), chan(1), Var::new(""));
        par!([c, cancel, work, r] { cancel.call(); } { work.send(1); } {
            select! { recv(c.done()) -> _ => { r.set("done"); } recv(work) -> _ => { r.set("work"); } }
        });
        r.get().into()
    })
    .wider(ANY),
];
