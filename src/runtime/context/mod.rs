//! `context`: cancellation, deadlines and request-scoped values that flow down a call tree.
//!
//! Invariants
//!   K1  a context is cancelled at most once; `err` is written before the done channel is closed,
//!       and whoever sees `err` waits until the channel is closed
//!   K2  cancelling walks down the children, never up; a child leaves its parent's children when it
//!       is cancelled by itself, not when the parent does it
//!   K3  the done channel is made when somebody asks for it; a context cancelled before that gets
//!       one that is closed already
//!   K4  no lock is held while channels are closed or children cancelled
//!
//! Where ours differs from Go's: children are visited in the order of creation (Go: random map
//! order), and a child is referred to by its parent until it is cancelled, so forgetting `cancel`
//! leaks here as it does there.
//! Go: context/context.go (go1.27.3)
mod cancel;
mod node;

use std::any::Any;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use cancel::CancelPart;
pub use cancel::{Cancel, CancelCause, StopFn};
use node::{Kind, Node, ValuePart};

use super::chan::Chan;
use super::error::Error;
use super::g::me;
use super::time::Time;
use super::virt::OP_NS;
use super::{panics, seam};
use crate::trace::Kind as Ev;
use crate::trace::event::NO_CAUSE;

/// A context that a program makes itself. The defaults are those of an empty context.
pub trait Context: Send + Sync {
    /// When the work should be done by.
    fn deadline(&self) -> Option<Time> {
        None
    }
    /// Closed when the work should stop; nil when it never should.
    fn done(&self) -> Chan<()> {
        Chan::nil()
    }
    /// Why it stopped, once it did.
    fn err(&self) -> Option<Error> {
        None
    }
    /// The value under `key`. A wrapper hands this on to what it wraps.
    fn value_any(&self, key: &dyn Key) -> Option<Arc<dyn Any + Send + Sync>> {
        let _ = key;
        None
    }
}

/// Anything that can be compared may be a key; type and value both count.
pub trait Key: Any + Send + Sync {
    #[doc(hidden)]
    fn same(&self, other: &dyn Any) -> bool;
    #[doc(hidden)]
    fn as_any(&self) -> &dyn Any;
    #[doc(hidden)]
    fn shown(&self) -> String;
}

impl<T: Eq + Any + Send + Sync> Key for T {
    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn shown(&self) -> String {
        node::shown(self)
    }
}

/// A context handle; copies refer to the same context.
#[derive(Clone)]
pub struct Ctx(Arc<Node>);

static CANCELED: LazyLock<Error> = LazyLock::new(|| Error::new("context canceled"));
static DEADLINE: LazyLock<Error> = LazyLock::new(|| Error::new("context deadline exceeded"));

/// `context.Canceled`.
#[must_use]
pub fn canceled() -> Error {
    CANCELED.clone()
}

/// `context.DeadlineExceeded`.
#[must_use]
pub fn deadline_exceeded() -> Error {
    DEADLINE.clone()
}

/// The root: never cancelled, no values, no deadline.
#[must_use]
pub fn background() -> Ctx {
    Ctx::make(Kind::Background, None, 0)
}

/// As [`background`], for places where it is not clear yet which context to use.
#[must_use]
pub fn todo() -> Ctx {
    Ctx::make(Kind::Todo, None, 1)
}

/// Go's nil `Context`: every use of it panics.
#[must_use]
pub fn nil() -> Ctx {
    Ctx::make(Kind::Nil, None, 0)
}

/// A context of the program's own.
pub fn custom(c: impl Context + 'static) -> Ctx {
    Ctx::make(Kind::Custom(Box::new(c)), None, 0)
}

/// A child that `Cancel` cancels.
#[must_use]
pub fn with_cancel(parent: &Ctx) -> (Ctx, Cancel) {
    let (ctx, c) = with_cancel_cause(parent);
    (ctx, Cancel(c))
}

/// A child that is cancelled with a cause.
#[must_use]
pub fn with_cancel_cause(parent: &Ctx) -> (Ctx, CancelCause) {
    let ctx = Ctx::make(Kind::Cancel(CancelPart::default()), Some(parent), 2);
    cancel::propagate(parent, &ctx);
    (ctx.clone(), CancelCause(ctx))
}

/// A child that is cancelled at `when` at the latest.
#[must_use]
pub fn with_deadline(parent: &Ctx, when: Time) -> (Ctx, Cancel) {
    cancel::with_deadline(parent, when, None)
}

/// As [`with_deadline`], with the cause to report when the deadline passes.
#[must_use]
pub fn with_deadline_cause(parent: &Ctx, when: Time, cause: &Error) -> (Ctx, Cancel) {
    cancel::with_deadline(parent, when, Some(cause.clone()))
}

/// `with_deadline(parent, now + d)`.
#[must_use]
pub fn with_timeout(parent: &Ctx, d: Duration) -> (Ctx, Cancel) {
    cancel::with_deadline(parent, Time(me().rt().now()) + d, None)
}

/// As [`with_timeout`], with the cause to report when the time is up.
#[must_use]
pub fn with_timeout_cause(parent: &Ctx, d: Duration, cause: &Error) -> (Ctx, Cancel) {
    cancel::with_deadline(parent, Time(me().rt().now()) + d, Some(cause.clone()))
}

/// A child that carries one value.
#[must_use]
pub fn with_value<V: Any + Send + Sync>(parent: &Ctx, key: impl Key, value: V) -> Ctx {
    let shown = node::shown(&value);
    Ctx::make(Kind::Value(ValuePart { key: Box::new(key), value: Arc::new(value), shown }), Some(parent), 4)
}

/// A child with the parent's values that is not cancelled with it and has no deadline.
#[must_use]
pub fn without_cancel(parent: &Ctx) -> Ctx {
    Ctx::make(Kind::WithoutCancel, Some(parent), 5)
}

/// Runs `f` in its own goroutine once `ctx` is cancelled.
pub fn after_func<F: FnOnce() + Send + 'static>(ctx: &Ctx, f: F) -> StopFn {
    cancel::after_func(ctx, Box::new(f))
}

/// Why `ctx` was cancelled: the cause if one was given, else its error.
#[must_use]
pub fn cause(ctx: &Ctx) -> Option<Error> {
    match ctx.nearest_cancel() {
        Some(c) => c.cancel_part().and_then(CancelPart::cause),
        None => ctx.err(),
    }
}

impl Ctx {
    fn make(kind: Kind, parent: Option<&Ctx>, why: u8) -> Self {
        if let Some(p) = parent {
            p.refuse_nil();
        }
        let g = me();
        seam::point(g, OP_NS);
        let rt = g.rt();
        let id = rt.next_obj();
        rt.event(Ev::CtxMake, id, parent.map_or(0, |p| u64::from(p.0.id)), why, NO_CAUSE);
        let ctx = Self(Arc::new(Node { id, parent: parent.cloned(), kind }));
        if rt.faults.has(super::fault::Faults::CTX_EAGER_DONE) && ctx.cancel_part().is_some() {
            let _ = ctx.done();
        }
        ctx
    }

    fn cancel_part(&self) -> Option<&CancelPart> {
        match &self.0.kind {
            Kind::Cancel(c) | Kind::Timer(c, _) | Kind::AfterFunc(c, _) => Some(c),
            _ => None,
        }
    }

    fn parent(&self) -> &Ctx {
        self.0.parent.as_ref().unwrap_or(self)
    }

    /// Nobody derives from nil.
    fn refuse_nil(&self) {
        if matches!(self.0.kind, Kind::Nil) {
            panics::throw("cannot create context from nil parent");
        }
    }

    fn nil_check(&self) {
        if matches!(self.0.kind, Kind::Nil) {
            panics::throw("runtime error: invalid memory address or nil pointer dereference");
        }
    }

    /// Closed when the work should stop; nil for one that is never cancelled.
    #[must_use]
    pub fn done(&self) -> Chan<()> {
        self.nil_check();
        match &self.0.kind {
            Kind::Value(_) => self.parent().done(),
            Kind::Custom(c) => c.done(),
            _ => self.cancel_part().map_or_else(Chan::nil, |c| c.done(self.0.id)),
        }
    }

    /// Why it was cancelled: `canceled()` or `deadline_exceeded()`; `None` while it is not.
    #[must_use]
    pub fn err(&self) -> Option<Error> {
        self.nil_check();
        seam::point(me(), OP_NS);
        match &self.0.kind {
            Kind::Value(_) => self.parent().err(),
            Kind::Custom(c) => c.err(),
            _ => self.cancel_part().and_then(CancelPart::err),
        }
    }

    /// When it will be cancelled at the latest.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.nil_check();
        match &self.0.kind {
            Kind::Timer(_, t) => Some(t.when),
            Kind::Cancel(_) | Kind::AfterFunc(..) | Kind::Value(_) => self.0.parent.as_ref().and_then(Ctx::deadline),
            Kind::Custom(c) => c.deadline(),
            Kind::Background | Kind::Todo | Kind::WithoutCancel | Kind::Nil => None,
        }
    }

    /// The value under `key`, looked up from here towards the root. `None` also when it is there
    /// with another type than `V`.
    #[must_use]
    pub fn value<V: Clone + 'static>(&self, key: &impl Key) -> Option<V> {
        self.nil_check();
        self.value_any(key)?.downcast_ref::<V>().cloned()
    }

    /// As [`Ctx::value`], of any type.
    #[must_use]
    pub fn value_any(&self, key: &dyn Key) -> Option<Arc<dyn Any + Send + Sync>> {
        let mut at = self;
        loop {
            match &at.0.kind {
                Kind::Value(v) if key.same(v.key.as_any()) => return Some(Arc::clone(&v.value)),
                Kind::Custom(c) => return c.value_any(key),
                _ if at.cancel_part().is_some() && key.same(&cancel::SelfKey) => {
                    return Some(Arc::new(at.clone()));
                }
                // Values shine through, cancellation does not.
                Kind::WithoutCancel if key.same(&cancel::SelfKey) => return None,
                _ => {}
            }
            at = at.0.parent.as_ref()?;
        }
    }

    /// Key comparisons that looking up `key` takes.
    #[must_use]
    pub fn value_steps(&self, key: &impl Key) -> usize {
        let mut steps = 0;
        let mut at = Some(self);
        while let Some(c) = at {
            if let Kind::Value(v) = &c.0.kind {
                steps += 1;
                if key.same(v.key.as_any()) {
                    break;
                }
            }
            at = c.0.parent.as_ref();
        }
        steps
    }

    /// The nearest context above (or this one) that can be cancelled by itself, if this context's
    /// done channel is really its own (a custom context may have put another in front).
    fn nearest_cancel(&self) -> Option<Ctx> {
        // Nearly always there is no custom context in between, and no need to make a value of it.
        let mut at = self;
        loop {
            match &at.0.kind {
                _ if at.cancel_part().is_some() => return Some(at.clone()),
                Kind::WithoutCancel => return None,
                Kind::Custom(_) => break,
                _ => at = at.0.parent.as_ref()?,
            }
        }
        let found = self.value_any(&cancel::SelfKey)?.downcast_ref::<Ctx>().cloned()?;
        let custom_between = {
            let mut at = Some(self);
            let mut any = false;
            while let Some(c) = at {
                any |= matches!(c.0.kind, Kind::Custom(_));
                at = c.0.parent.as_ref();
            }
            any
        };
        if custom_between && self.done() != found.done() {
            return None;
        }
        Some(found)
    }

    /// Children registered for cancellation.
    #[must_use]
    pub fn children(&self) -> usize {
        self.cancel_part().map_or(0, CancelPart::children)
    }

    /// Has the done channel been made yet?
    #[must_use]
    pub fn has_done(&self) -> bool {
        self.cancel_part().is_some_and(CancelPart::has_done)
    }

    /// Go's name of the implementation.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.0.kind {
            Kind::Background => "backgroundCtx",
            Kind::Todo => "todoCtx",
            Kind::Cancel(_) => "cancelCtx",
            Kind::Timer(..) => "timerCtx",
            Kind::AfterFunc(..) => "afterFuncCtx",
            Kind::Value(_) => "valueCtx",
            Kind::WithoutCancel => "withoutCancelCtx",
            Kind::Custom(_) => "custom",
            Kind::Nil => "nil",
        }
    }

    /// Number in events and pictures.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id
    }
}

impl fmt::Display for Ctx {
    /// Go's form, e.g. `context.Background.WithCancel`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(p) = &self.0.parent {
            write!(f, "{p}")?;
        }
        match &self.0.kind {
            Kind::Background => f.write_str("context.Background"),
            Kind::Todo => f.write_str("context.TODO"),
            Kind::Cancel(_) => f.write_str(".WithCancel"),
            Kind::Timer(_, t) => {
                let left = t.when - Time(me().rt().now());
                write!(f, ".WithDeadline({:?} [{left:?}])", t.when)
            }
            Kind::AfterFunc(..) => f.write_str(".AfterFunc"),
            Kind::Value(v) => write!(f, ".WithValue({}, {})", v.key.shown(), v.shown),
            Kind::WithoutCancel => f.write_str(".WithoutCancel"),
            Kind::Custom(_) => f.write_str("custom"),
            Kind::Nil => f.write_str("<nil>"),
        }
    }
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
