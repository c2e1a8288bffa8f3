//! Cancellation: the part of a context that has children and a done channel.
use std::collections::BTreeMap;

use super::node::Kind;
use super::{Ctx, canceled, deadline_exceeded};
use crate::runtime::chan::Chan;
use crate::runtime::error::Error;
use crate::runtime::fault::Faults;
use crate::runtime::g::me;
use crate::runtime::lock::Locked;
use crate::runtime::time::{self, Time};
use crate::runtime::virt::OP_NS;
use crate::runtime::{seam, time::Timer};
use crate::trace::Kind as Ev;
use crate::trace::event::NO_CAUSE;

/// Looking up this key finds the nearest context that can be cancelled (Go: cancelCtxKey).
#[derive(PartialEq, Eq)]
pub(super) struct SelfKey;

#[derive(Default)]
pub(super) struct CancelPart(Locked<State>);

#[derive(Default)]
struct State {
    err: Option<Error>,
    cause: Option<Error>,
    done: Option<Chan<()>>,
    /// The done channel is closed (K1).
    closed: bool,
    children: BTreeMap<u32, Ctx>,
    /// Whose children we are in.
    registered_with: Option<Ctx>,
}

pub(super) struct TimerPart {
    pub(super) when: Time,
    timer: Locked<Option<Timer>>,
}

type Func = Box<dyn FnOnce() + Send>;

pub(super) struct AfterPart(Locked<Option<Func>>);

/// Cancels its context with `canceled()`. Calling it again does nothing.
#[derive(Clone)]
pub struct Cancel(pub(super) CancelCause);

/// Cancels its context and records why.
#[derive(Clone)]
pub struct CancelCause(pub(super) Ctx);

/// Takes an [`super::after_func`] back.
#[derive(Clone)]
pub struct StopFn(Ctx);

impl Cancel {
    /// Cancels.
    pub fn call(&self) {
        self.0.call(None);
    }
}

impl CancelCause {
    /// Cancels; `None` records `canceled()` as the cause.
    #[allow(clippy::needless_pass_by_value)] // as Go's CancelCauseFunc is called
    pub fn call(&self, cause: Option<Error>) {
        seam::point(me(), OP_NS);
        cancel(&self.0, true, &canceled(), cause.as_ref(), 0);
    }
}

impl StopFn {
    /// True if `f` will not run any more because of this call.
    #[must_use]
    pub fn call(&self) -> bool {
        let stopped = match &self.0.0.kind {
            Kind::AfterFunc(_, f) => f.0.lock().take().is_some(),
            _ => false,
        };
        if stopped {
            cancel(&self.0, true, &canceled(), None, 0);
        }
        stopped
    }
}

impl CancelPart {
    pub(super) fn done(&self, id: u32) -> Chan<()> {
        if let Some(d) = &self.0.lock().done {
            return d.clone();
        }
        // Made outside the lock (K4); whoever comes second throws his away.
        let fresh = Chan::new(0);
        let (chan, ours, close) = {
            let mut s = self.0.lock();
            let ours = s.done.is_none();
            let chan = s.done.get_or_insert(fresh).clone();
            // Cancelled before anybody asked (K3).
            (chan, ours, ours && s.closed)
        };
        if ours {
            let chan_id = chan.0.as_ref().map_or(0, |c| c.hdr.id);
            me().rt().event(Ev::CtxDone, id, u64::from(chan_id), 0, NO_CAUSE);
        }
        if close {
            chan.close();
        }
        chan
    }

    pub(super) fn err(&self) -> Option<Error> {
        let (err, wait) = {
            let s = self.0.lock();
            let wait = if s.err.is_some() && !s.closed { s.done.clone() } else { None };
            (s.err.clone(), wait)
        };
        // K1: an error is seen only together with a closed channel.
        if let Some(d) = wait {
            d.recv();
        }
        err
    }

    pub(super) fn cause(&self) -> Option<Error> {
        let s = self.0.lock();
        s.cause.clone().or_else(|| s.err.clone())
    }

    pub(super) fn children(&self) -> usize {
        self.0.lock().children.len()
    }

    pub(super) fn has_done(&self) -> bool {
        self.0.lock().done.is_some()
    }
}

/// Sees that `child` is cancelled when `parent` is.
pub(super) fn propagate(parent: &Ctx, child: &Ctx) {
    let done = parent.done();
    if done.is_nil() {
        return; // never cancelled
    }
    if let Some(err) = parent.err() {
        return cancel(child, false, &err, super::cause(parent).as_ref(), parent.0.id);
    }
    let rt = me().rt();
    if let Some(p) = parent.nearest_cancel()
        && let Some(part) = p.cancel_part()
    {
        let late = {
            let mut s = part.0.lock();
            if s.err.is_none() {
                s.children.insert(child.0.id, child.clone());
            }
            s.err.clone()
        };
        if let Some(err) = late {
            return cancel(child, false, &err, part.cause().as_ref(), p.0.id);
        }
        if let Some(c) = child.cancel_part() {
            c.0.lock().registered_with = Some(p.clone());
        }
        rt.event(Ev::CtxChild, p.0.id, u64::from(child.0.id), 0, NO_CAUSE);
        return;
    }
    // A foreign context: a goroutine has to watch it (Go: context.goroutines).
    let (parent, child) = (parent.clone(), child.clone());
    crate::runtime::go("context.propagateCancel", move || {
        crate::select! {
            recv(done) -> _ => {
                let err = parent.err().unwrap_or_else(canceled);
                cancel(&child, false, &err, super::cause(&parent).as_ref(), parent.0.id);
            }
            recv(child.done()) -> _ => {}
        }
    });
}

/// Cancels `ctx` and everything below it. `by` is the context that passed it on, 0 for itself.
fn cancel(ctx: &Ctx, leave_parent: bool, err: &Error, cause: Option<&Error>, by: u32) {
    let Some(part) = ctx.cancel_part() else { return };
    let rt = me().rt();
    let (done, children, registered) = {
        let mut s = part.0.lock();
        if s.err.is_some() {
            return; // K1
        }
        s.err = Some(err.clone());
        s.cause = Some(cause.unwrap_or(err).clone());
        (s.done.clone(), std::mem::take(&mut s.children), s.registered_with.take())
    };
    let why = u8::from(*err == deadline_exceeded());
    rt.event(Ev::CtxCancel, ctx.0.id, u64::from(by), why, NO_CAUSE);
    if let Some(d) = done {
        d.close();
    }
    let late = {
        let mut s = part.0.lock();
        s.closed = true;
        // Somebody may have made the channel between the two looks.
        s.done
            .clone()
            .filter(|d| d.0.as_ref().is_some_and(|c| !c.hdr.closed.load(std::sync::atomic::Ordering::Acquire)))
    };
    if let Some(d) = late {
        d.close();
    }
    if !rt.faults.has(Faults::CTX_NO_PROPAGATE) {
        for child in children.values() {
            cancel(child, false, err, cause, ctx.0.id);
        }
    }
    finish(ctx);
    if leave_parent
        && let Some(p) = registered
        && !rt.faults.has(Faults::CTX_KEEPS_CHILD)
        && let Some(pp) = p.cancel_part()
        && pp.0.lock().children.remove(&ctx.0.id).is_some()
    {
        rt.event(Ev::CtxChild, p.0.id, u64::from(ctx.0.id), 1, NO_CAUSE);
    }
}

/// What a kind does beyond closing its channel.
fn finish(ctx: &Ctx) {
    match &ctx.0.kind {
        Kind::Timer(_, t) => {
            let timer = t.timer.lock().take();
            if let Some(t) = timer {
                t.stop();
            }
        }
        Kind::AfterFunc(_, f) => {
            let f = f.0.lock().take();
            if let Some(f) = f {
                crate::runtime::go("context.AfterFunc", f);
            }
        }
        _ => {}
    }
}

#[allow(clippy::needless_pass_by_value)] // the cause moves into the timer
pub(super) fn with_deadline(parent: &Ctx, when: Time, cause: Option<Error>) -> (Ctx, Cancel) {
    parent.refuse_nil(); // before it is asked for its deadline
    if parent.deadline().is_some_and(|d| d < when) {
        return super::with_cancel(parent); // the parent is earlier anyway
    }
    let part = TimerPart { when, timer: Locked::new(None) };
    let ctx = Ctx::make(Kind::Timer(CancelPart::default(), part), Some(parent), 3);
    propagate(parent, &ctx);
    let handle = Cancel(CancelCause(ctx.clone()));
    let now = Time(me().rt().now());
    if when <= now {
        cancel(&ctx, true, &deadline_exceeded(), cause.as_ref(), 0);
        return (ctx, handle);
    }
    let open = ctx.cancel_part().is_some_and(|p| p.0.lock().err.is_none());
    if open && let Kind::Timer(_, t) = &ctx.0.kind {
        let target = ctx.clone();
        let timer = time::after_func(when - now, move || {
            cancel(&target, true, &deadline_exceeded(), cause.as_ref(), 0);
        });
        *t.timer.lock() = Some(timer);
    }
    (ctx, handle)
}

pub(super) fn after_func(parent: &Ctx, f: Func) -> StopFn {
    let kind = Kind::AfterFunc(CancelPart::default(), AfterPart(Locked::new(Some(f))));
    let ctx = Ctx::make(kind, Some(parent), 6);
    propagate(parent, &ctx);
    StopFn(ctx)
}
