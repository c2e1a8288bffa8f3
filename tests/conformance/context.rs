//! Context: context/context_test.go, context/x_test.go, context/afterfunc_test.go.
use std::sync::Arc;

use bagu::lab::prelude::*;
use bagu::runtime::{Config, Engine, Platform};

use crate::{everywhere, everywhere_times, gmp, gmp_counting, once, scale, virtually};

fn closed(c: &Chan<()>) -> bool {
    matches!(c.try_recv(), TryRecv::Closed)
}

/// TestBackground, TestTODO.
#[test]
fn go_background_and_todo() {
    everywhere_times(20, 1, || {
        for (c, name) in [(background(), "context.Background"), (todo(), "context.TODO")] {
            assert!(c.done().is_nil());
            assert_eq!((c.err(), c.deadline(), c.to_string().as_str()), (None, None, name));
        }
    });
}

/// TestWithCancel: name, done, err, and that calling it twice is harmless.
#[test]
fn go_with_cancel() {
    everywhere(|| {
        let (c, cancel) = with_cancel(&background());
        assert_eq!(c.to_string(), "context.Background.WithCancel");
        assert!(!closed(&c.done()) && c.err().is_none());
        cancel.call();
        cancel.call();
        assert!(closed(&c.done()));
        assert_eq!(c.err().unwrap().to_string(), "context canceled");
        assert_eq!(c.err(), Some(canceled()));
    });
}

/// TestParentFinishesChild: cancelling the parent reaches a child, a value below it, and a timer.
#[test]
fn go_parent_finishes_child() {
    everywhere(|| {
        let (parent, cancel) = with_cancel(&background());
        let (child, stop) = with_cancel(&parent);
        let value = with_value(&parent, "key", "value");
        let (value_child, stop2) = with_cancel(&value);
        let (timer_child, stop3) = with_timeout(&value, secs(3600));
        let watch = AfterFuncRan::new(&parent);
        assert_eq!(parent.children(), 4);
        cancel.call();
        for c in [&parent, &child, &value, &value_child, &timer_child] {
            assert_eq!(c.done().recv(), None);
            assert_eq!(c.err(), Some(canceled()), "{c}");
        }
        assert_eq!(parent.children(), 0);
        watch.wait();
        let (late, stop4) = with_cancel(&parent);
        assert!(closed(&late.done()));
        [stop, stop2, stop3, stop4].iter().for_each(Cancel::call);
    });
}

struct AfterFuncRan(Chan<()>);
impl AfterFuncRan {
    fn new(c: &Ctx) -> Self {
        let ch = chan(0);
        let d = ch.clone();
        let _ = context_after_func(c, move || d.close());
        Self(ch)
    }
    fn wait(&self) {
        self.0.recv();
    }
}

/// TestChildFinishesFirst: a cancelled child leaves the parent alone, and leaves the parent.
#[test]
fn go_child_finishes_first() {
    everywhere(|| {
        let cancelable = with_cancel(&background());
        for parent in [background(), cancelable.0.clone()] {
            let (child, cancel) = with_cancel(&parent);
            let before = parent.children();
            cancel.call();
            assert_eq!(child.err(), Some(canceled()));
            assert_eq!(parent.err(), None);
            assert!(parent.children() < before.max(1));
        }
    });
}

/// TestCancelRemoves: with_cancel, with_timeout and after_func leave the parent's children.
#[test]
fn go_cancel_removes() {
    everywhere(|| {
        let (ctx, _keep) = with_cancel(&background());
        let (_, c1) = with_cancel(&ctx);
        assert_eq!(ctx.children(), 1);
        c1.call();
        assert_eq!(ctx.children(), 0);
        let (_, c2) = with_timeout(&ctx, secs(60));
        assert_eq!(ctx.children(), 1);
        c2.call();
        assert_eq!(ctx.children(), 0);
        let stop = context_after_func(&ctx, || ());
        assert_eq!(ctx.children(), 1);
        assert!(stop.call());
        assert_eq!(ctx.children(), 0);
    });
}

/// TestSimultaneousCancels: a tree cancelled from many goroutines at once.
#[test]
fn go_simultaneous_cancels() {
    everywhere_times(300, 3, || {
        let n = scale(12, 100);
        let (root, cancel) = with_cancel(&background());
        let mut all = vec![(root, cancel)];
        for i in 0..n {
            let (parent, _) = &all[i / 2];
            let child = if i % 3 == 0 { with_timeout(parent, secs(60)) } else { with_cancel(parent) };
            all.push(child);
        }
        let wg = WaitGroup::new();
        for (_, cancel) in &all {
            let c = cancel.clone();
            wg.go("cancel", move || c.call());
        }
        for (c, _) in &all {
            c.done().recv();
        }
        wg.wait();
        assert!(all.iter().all(|(c, _)| c.children() == 0));
    });
}

/// TestInterlockedCancels: parent and child that cancel each other do not deadlock.
#[test]
fn go_interlocked_cancels() {
    everywhere(|| {
        let (parent, cancel_parent) = with_cancel(&background());
        let (child, cancel_child) = with_cancel(&parent);
        let (p, cc) = (parent.clone(), cancel_child.clone());
        go("interlock", move || {
            p.done().recv();
            cc.call();
        });
        cancel_parent.call();
        child.done().recv();
    });
}

/// TestLayersCancel, TestLayersTimeout: a chain of layers of every kind ends with its root.
#[test]
fn go_layers() {
    everywhere_times(300, 3, || {
        for timeout in [false, true] {
            let (root, cancel) = if timeout { with_timeout(&background(), ms(5)) } else { with_cancel(&background()) };
            let mut ctx = root.clone();
            let mut cancels = vec![];
            for i in 0..12u32 {
                ctx = match i % 3 {
                    0 => with_value(&ctx, i, i * 10),
                    1 => {
                        let (c, x) = with_cancel(&ctx);
                        cancels.push(x);
                        c
                    }
                    _ => {
                        let (c, x) = with_timeout(&ctx, secs(600));
                        cancels.push(x);
                        c
                    }
                };
            }
            for i in (0..12u32).step_by(3) {
                assert_eq!(ctx.value::<u32>(&i), Some(i * 10));
            }
            if !timeout {
                cancel.call();
            }
            ctx.done().recv();
            let want = if timeout { deadline_exceeded() } else { canceled() };
            assert_eq!(ctx.err(), Some(want));
            assert_eq!(root.children(), 0);
            cancels.iter().for_each(Cancel::call);
            cancel.call();
        }
    });
}

/// TestDeadline, TestTimeout: the deadline passes through children and values; a later one is ignored.
#[test]
fn go_deadline_and_timeout() {
    everywhere_times(300, 3, || {
        let (c, x) = with_deadline(&background(), now() + ms(10));
        let (o, y) = with_timeout(&with_value(&c, "k", 1), secs(3600));
        assert_eq!(o.kind(), "cancelCtx", "the parent's deadline is earlier");
        assert_eq!(o.deadline(), c.deadline());
        assert_eq!(o.done().recv(), None);
        assert_eq!(o.err(), Some(deadline_exceeded()));
        assert_eq!(o.err().unwrap().to_string(), "context deadline exceeded");
        let (past, z) = with_deadline(&background(), Time(0));
        assert_eq!(past.err(), Some(deadline_exceeded()));
        [x, y, z].iter().for_each(Cancel::call);
    });
}

/// TestCanceledTimeout: cancelled before its time: `Canceled`, and the timer is gone.
#[test]
fn go_canceled_timeout() {
    everywhere(|| {
        let before = timers_in_heap();
        let (c, cancel) = with_timeout(&background(), secs(3600));
        assert_eq!(timers_in_heap(), before + 1);
        cancel.call();
        assert_eq!(c.done().recv(), None);
        assert_eq!(c.err(), Some(canceled()));
        assert_eq!(timers_in_heap(), before);
    });
}

/// Timeouts are exact on the virtual clock.
#[test]
fn timeout_fires_at_its_time() {
    virtually(|| {
        let t0 = now();
        let (c, _x) = with_timeout(&background(), ms(250));
        c.done().recv();
        let took = now() - t0;
        assert!(took >= ms(250) && took < ms(251), "{took:?}");
    });
}

/// TestValues: keys compare by type and value; inner values hide outer ones; nil for what is not there.
#[test]
fn go_values() {
    #[derive(PartialEq, Eq)]
    struct Key1(u8);
    #[derive(PartialEq, Eq)]
    struct Key2(u8);
    everywhere_times(50, 1, || {
        let c1 = with_value(&background(), Key1(1), "c1k1");
        let c2 = with_value(&c1, Key2(1), "c2k2");
        let c3 = with_value(&c2, Key1(1), "c3k1");
        assert_eq!(c3.value::<&str>(&Key1(1)), Some("c3k1"));
        assert_eq!(c2.value::<&str>(&Key1(1)), Some("c1k1"));
        assert_eq!(c3.value::<&str>(&Key2(1)), Some("c2k2"));
        assert_eq!(c3.value::<&str>(&Key2(2)), None);
        assert_eq!(c3.value::<u8>(&Key1(1)), None, "another type");
        assert_eq!(background().value::<&str>(&Key1(1)), None);
    });
}

/// TestWithoutCancel: values shine through, cancellation, deadline and error do not.
#[test]
fn go_without_cancel() {
    everywhere(|| {
        let (parent, cancel) = with_timeout(&with_value(&background(), "key", "value"), secs(60));
        let w = without_cancel(&parent);
        cancel.call();
        assert!(w.done().is_nil());
        assert_eq!((w.err(), w.deadline(), cause(&w)), (None, None, None));
        assert_eq!(w.value::<&str>(&"key"), Some("value"));
        let (child, x) = with_cancel(&w);
        assert_eq!(child.err(), None);
        x.call();
    });
}

/// TestCause: first cause wins; children inherit it; plain cancel reports Canceled.
#[test]
fn go_cause() {
    everywhere(|| {
        let (e1, e2) = (error("e1"), error("e2"));
        let (c, x) = with_cancel_cause(&background());
        let (child, y) = with_cancel_cause(&c);
        assert_eq!(cause(&child), None);
        x.call(Some(e1.clone()));
        x.call(Some(e2.clone()));
        y.call(Some(e2.clone()));
        assert_eq!((c.err(), cause(&c)), (Some(canceled()), Some(e1.clone())));
        assert_eq!((child.err(), cause(&child)), (Some(canceled()), Some(e1.clone())));
        let (c, x) = with_cancel_cause(&background());
        let (child, y) = with_cancel_cause(&c);
        y.call(Some(e2.clone()));
        x.call(Some(e1));
        assert_eq!(cause(&child), Some(e2.clone()));
        let (c, x) = with_cancel_cause(&background());
        x.call(None);
        assert_eq!(cause(&c), Some(canceled()));
        let (c, x) = with_timeout_cause(&background(), ms(1), &e2);
        c.done().recv();
        assert_eq!((c.err(), cause(&c)), (Some(deadline_exceeded()), Some(e2.clone())));
        x.call();
        let (c, x) = with_timeout_cause(&background(), secs(60), &e2);
        x.call();
        assert_eq!(cause(&c), Some(canceled()), "the given cause is for the deadline only");
    });
}

/// TestCauseRace: an error is seen only with its cause.
#[test]
fn go_cause_race() {
    everywhere(|| {
        let (c, x) = with_cancel_cause(&background());
        go("cancel", move || x.call(Some(error("why"))));
        loop {
            if let Some(why) = cause(&c) {
                assert_eq!(why.to_string(), "why");
                break;
            }
            gosched();
        }
    });
}

/// TestErrDoneRace: an error is seen only when the done channel is closed.
#[test]
fn go_err_done_race() {
    everywhere(|| {
        let (c, x) = with_cancel(&background());
        let done = c.done();
        go("cancel", move || x.call());
        while c.err().is_none() {
            gosched();
        }
        assert!(closed(&done), "err before done");
    });
}

/// TestAfterFuncCalledAfterCancel, …AfterTimeout, …Immediately, …NotCalledAfterStop, …Asynchronously.
#[test]
fn go_after_func() {
    everywhere_times(500, 3, || {
        let (c, x) = with_cancel(&background());
        let ran = chan::<u8>(4);
        let r = ran.clone();
        let stop = context_after_func(&c, move || r.send(1));
        assert_eq!(ran.try_recv(), TryRecv::Empty);
        x.call();
        assert_eq!(ran.recv(), Some(1));
        assert!(!stop.call(), "too late");

        let (c, _x) = with_timeout(&background(), ms(2));
        let r = ran.clone();
        let _s = context_after_func(&c, move || r.send(2));
        assert_eq!(ran.recv(), Some(2));

        let r = ran.clone();
        let _s = context_after_func(&c, move || r.send(3)); // cancelled already
        assert_eq!(ran.recv(), Some(3));

        let (c, x) = with_cancel(&background());
        let r = ran.clone();
        let stop = context_after_func(&c, move || r.send(4));
        assert!(stop.call());
        assert!(!stop.call());
        x.call();
        gosched();
        assert_eq!(ran.try_recv(), TryRecv::Empty);

        // It runs in its own goroutine: it may wait for what comes after the cancel.
        let (c, x) = with_cancel(&background());
        let gate = chan::<()>(0);
        let (g, r) = (gate.clone(), ran.clone());
        let _s = context_after_func(&c, move || {
            g.recv();
            r.send(5);
        });
        x.call();
        gate.send(());
        assert_eq!(ran.recv(), Some(5));
    });
}

struct Wrapper {
    inner: Ctx,
    own_done: Option<Chan<()>>,
}

impl Context for Wrapper {
    fn deadline(&self) -> Option<Time> {
        self.inner.deadline()
    }
    fn done(&self) -> Chan<()> {
        self.own_done.clone().unwrap_or_else(|| self.inner.done())
    }
    fn err(&self) -> Option<Error> {
        self.inner.err()
    }
    fn value_any(&self, key: &dyn Key) -> Option<Arc<dyn std::any::Any + Send + Sync>> {
        self.inner.value_any(key)
    }
}

/// XTestCustomContextGoroutines: no goroutine per child for our own types and for a wrapper that
/// leaves `done` alone; one for a wrapper with a done channel of its own.
#[test]
fn go_custom_context_goroutines() {
    let program: fn() = || {
        let (base, cancel) = with_cancel(&background());
        let count = |parent: &Ctx| {
            let before = num_goroutine();
            let kids: Vec<_> = (0..5).map(|_| with_cancel(parent)).collect();
            let extra = num_goroutine() - before;
            kids.iter().for_each(|(_, x)| x.call());
            extra
        };
        assert_eq!(count(&base), 0);
        assert_eq!(count(&with_value(&base, "k", 1)), 0);
        let plain = custom(Wrapper { inner: base.clone(), own_done: None });
        assert_eq!(count(&plain), 0);
        let own = custom(Wrapper { inner: base.clone(), own_done: Some(chan(0)) });
        assert_eq!(count(&own), 5);
        // Cancellation arrives through a foreign parent, too.
        let done = chan::<()>(0);
        let own = custom(Wrapper { inner: base.clone(), own_done: Some(done.clone()) });
        let (child, _x) = with_cancel(&own);
        cancel.call();
        done.close();
        child.done().recv();
        assert_eq!(child.err(), Some(canceled()));
    };
    gmp_counting(200, 2, program);
    once(Config { engine: Engine::May, platform: Platform::Real, ..Config::default() }, program);
}

/// TestInvalidDerivedFail: a nil parent panics.
#[test]
fn go_invalid_derived_fail() {
    everywhere_times(20, 1, || {
        let want = Err("cannot create context from nil parent".to_owned());
        assert_eq!(catch(|| drop(with_cancel(&nil_ctx()))), want);
        assert_eq!(catch(|| drop(with_deadline(&nil_ctx(), Time(5)))), want);
        assert_eq!(catch(|| drop(with_value(&nil_ctx(), "k", 1))), want);
    });
}

/// The done channel is made when first asked for, also after the cancel.
#[test]
fn done_is_lazy() {
    everywhere(|| {
        let (c, x) = with_cancel(&background());
        assert!(!c.has_done());
        x.call();
        assert!(closed(&c.done()));
        assert!(c.done() == c.done());
    });
}

/// A group: first error wins and cancels; the limit holds.
#[test]
fn group_first_error_and_limit() {
    gmp(500, 5, || {
        let (group, ctx) = Group::with_context(&background());
        group.set_limit(2);
        let (now_, most) = (Atomic::new(0), Atomic::new(0));
        for i in 0..6 {
            let (n, m, c) = (now_.clone(), most.clone(), ctx.clone());
            group.go("task", move || {
                let k = n.add(1);
                if k > m.load() {
                    m.store(k);
                }
                let res = if i == 2 {
                    Err(error("task 2"))
                } else {
                    select! {
                        recv(c.done()) -> _ => { Err(cause(&c).unwrap()) }
                        recv(after(ms(i))) -> _ => { Ok(()) }
                    }
                };
                n.add(-1);
                res
            });
        }
        let err = group.wait().unwrap();
        assert_eq!(err.to_string(), "task 2");
        assert_eq!(cause(&ctx), Some(err));
        assert!(most.load() <= 2, "{}", most.load());
    });
}
