//! panic, recover, Goexit and defer, alone and between goroutines.
use bagu::lab::prelude::*;

use crate::kit::{ANY, Litmus, Seq};
use crate::{par, spawn};

fn show(r: Option<String>) -> String {
    r.unwrap_or_else(|| "<nil>".into())
}

/// The panic's text, or nothing.
fn attempt(f: impl FnOnce()) -> String {
    catch(f).err().unwrap_or_default()
}

pub const ALL: &[Litmus] = &[
    Litmus::one("panic/defers-lifo", &["cba"], || {
        let s = Seq::new();
        attempt(|| {
            func::<()>(|d| {
                ['a', 'b', 'c'].into_iter().for_each(|c| {
                    let s = s.clone();
                    d.defer(move || s.put(c));
                });
                panic!("x")
            });
        });
        s.line()
    }),
    Litmus::one("panic/recover-then-caller-goes-on", &["rc"], || {
        let s = Seq::new();
        func::<()>(|d| {
            d.defer(|| {
                recover();
                s.put('r');
            });
            panic!("x")
        });
        s.put('c');
        s.line()
    }),
    Litmus::one("panic/recover-without-panic", &["<nil>"], || {
        let r = Var::new(String::new());
        func(|d| d.defer(|| r.set(show(recover()))));
        r.get()
    }),
    Litmus::one("panic/recover-one-call-deeper", &["<nil> x"], || {
        let r = Var::new(String::new());
        let deeper = || func(|_| recover());
        let t = attempt(|| {
            func::<()>(|d| {
                d.defer(|| r.set(show(deeper())));
                panic!("x")
            });
        });
        format!("{} {t}", r.get())
    }),
    Litmus::one("panic/second-replaces-first", &["second"], || {
        attempt(|| {
            func::<()>(|d| {
                d.defer(|| panic!("second"));
                panic!("first")
            });
        })
    }),
    Litmus::one("panic/again-with-the-same", &["once again"], || {
        attempt(|| {
            func::<()>(|d| {
                d.defer(|| panic!("{} again", show(recover())));
                panic!("once")
            });
        })
    }),
    Litmus::one("panic/recovered-in-the-middle", &["cba"], || {
        let s = Seq::new();
        let t = attempt(|| {
            func::<()>(|d| {
                d.defer(|| s.put('a'));
                d.defer(|| {
                    recover();
                    s.put('b');
                });
                d.defer(|| s.put('c'));
                panic!("x")
            });
        });
        s.line() + &t
    }),
    Litmus::one("panic/in-defer-after-recover", &["later"], || {
        attempt(|| {
            func::<()>(|d| {
                d.defer(|| panic!("later"));
                d.defer(|| {
                    recover();
                });
                panic!("earlier")
            });
        })
    }),
    Litmus::one("panic/goexit-runs-defers", &["d"], || {
        let (s, done) = (Seq::new(), chan::<i32>(0));
        spawn!([s, done] {
            func::<()>(|d| {
                d.defer(|| done.close());
                d.defer(|| s.put('d'));
                if done.cap() == 0 {
                    goexit();
                }
                s.put('x');
            });
        });
        done.recv();
        s.line()
    }),
    Litmus::one("panic/goexit-is-no-panic", &["<nil>"], || {
        let (r, done) = (Var::new(String::new()), chan::<i32>(0));
        spawn!([r, done] {
            func::<()>(|d| {
                d.defer(|| done.close());
                d.defer(|| r.set(show(recover())));
                goexit()
            });
        });
        done.recv();
        r.get()
    }),
    Litmus::one("panic/goexit-after-recover", &["r"], || {
        let (s, done) = (Seq::new(), chan::<i32>(0));
        spawn!([s, done] {
            func::<()>(|d| {
                d.defer(|| done.close());
                d.defer(|| {
                    recover();
                    s.put('r');
                    goexit()
                });
                panic!("x")
            });
        });
        done.recv();
        s.line()
    }),
    Litmus::merge("panic/unlock-by-defer", &["a", "b"], || {
        let (mu, s) = (Mutex::new(), Seq::new());
        par!([mu, s] {
            func::<()>(|d| {
                d.defer(|| {
                    recover();
                });
                mu.lock();
                d.defer(|| mu.unlock());
                s.put('a');
                panic!("x")
            });
        } { mu.lock(); s.put('b'); mu.unlock(); });
        s.line()
    }),
    Litmus::one("panic/done-by-defer", &["waited"], || {
        let wg = WaitGroup::new();
        wg.add(1);
        spawn!([wg] {
            func::<()>(|d| {
                d.defer(|| {
                    recover();
                });
                d.defer(|| wg.done());
                panic!("x")
            });
        });
        wg.wait();
        "waited".into()
    }),
    Litmus::one("panic/send-closed-text", &["send on closed channel"], || {
        let c = chan(1);
        c.close();
        attempt(|| c.send(1))
    }),
    Litmus::one("panic/close-closed-text", &["close of closed channel"], || {
        let c = chan::<i32>(0);
        c.close();
        attempt(|| c.close())
    }),
    Litmus::one("panic/kills-all", &["panic: child"], || {
        spawn!([] { panic!("child") });
        select_forever()
    }),
    Litmus::set("panic/or-main-returns", &["panic: child", "main returned"], || {
        spawn!([] { panic!("child") });
        gosched();
        "main returned".into()
    })
    .wider(ANY),
    Litmus::set("panic/two-at-once", &["panic: a", "panic: b"], || {
        let start = chan::<i32>(0);
        for text in ["a", "b"] {
            spawn!([start] {
                start.recv();
                panic!("{text}")
            });
        }
        start.close();
        select_forever()
    })
    .wider(ANY),
    Litmus::one("panic/in-wait-group-go", &["panic: a [recovered, repanicked]"], || {
        let wg = WaitGroup::new();
        wg.go("", || panic!("a"));
        wg.wait();
        "main went on".into()
    }),
    Litmus::set("panic/with-done-by-defer", &["panic: a", "main went on"], || {
        let wg = WaitGroup::new();
        wg.add(1);
        spawn!([wg] {
            func::<()>(|d| {
                d.defer(|| wg.done());
                panic!("a")
            });
        });
        wg.wait();
        "main went on".into()
    })
    .wider(ANY),
    Litmus::one("panic/not-recovered-by-parent", &["panic: child"], || {
        func(|d| {
            d.defer(|| {
                recover();
            });
            spawn!([] { panic!("child") });
            select_forever()
        })
    }),
    Litmus::one("panic/defers-of-others-do-not-run", &["panic: child"], || {
        func(|d| {
            d.defer(|| out!("deferred in main"));
            let done = chan::<i32>(0);
            spawn!([] { panic!("child") });
            done.recv();
            "unreachable".into()
        })
    }),
    Litmus::one("panic/fatal-is-not-recovered", &["fatal error: sync: unlock of unlocked mutex"], || {
        func(|d| {
            d.defer(|| {
                recover();
            });
            Mutex::new().unlock();
            "unreachable".into()
        })
    }),
    Litmus::one("panic/chain-is-printed", &["panic: first"], || {
        func(|d| {
            d.defer(|| panic!("second"));
            panic!("first")
        })
    }),
];
