//! A group of tasks that fail together: the first error cancels the rest and is returned.
//! Go: golang.org/x/sync/errgroup
use std::sync::Arc;

use super::waitgroup::WaitGroup;
use crate::runtime::chan::Chan;
use crate::runtime::context::{CancelCause, Ctx, with_cancel_cause};
use crate::runtime::error::Error;
use crate::runtime::lock::Locked;
use crate::runtime::panics;

/// Tasks, their first error, an optional limit.
#[derive(Clone)]
pub struct Group(Arc<Inner>);

struct Inner {
    wg: WaitGroup,
    cancel: Option<CancelCause>,
    first: Locked<Option<Error>>,
    limit: Locked<Chan<()>>,
}

impl Group {
    /// Without a context: errors are collected, nothing is cancelled.
    ///
    /// # Panics
    /// Outside a goroutine.
    #[must_use]
    pub fn new() -> Self {
        Self::with(None)
    }

    fn with(cancel: Option<CancelCause>) -> Self {
        Self(Arc::new(Inner {
            wg: WaitGroup::new(),
            cancel,
            first: Locked::new(None),
            limit: Locked::new(Chan::nil()),
        }))
    }

    /// The context is cancelled by the first error (which is its cause) or when `wait` returns.
    #[must_use]
    pub fn with_context(ctx: &Ctx) -> (Self, Ctx) {
        let (ctx, cancel) = with_cancel_cause(ctx);
        (Self::with(Some(cancel)), ctx)
    }

    /// At most `n` tasks run at once; `go` waits for a place. Before the first task.
    pub fn set_limit(&self, n: usize) {
        let ch = Chan::new(n);
        *self.0.limit.lock() = ch;
    }

    /// Runs a task in its own goroutine.
    pub fn go<F>(&self, name: &str, f: F)
    where
        F: FnOnce() -> Result<(), Error> + Send + 'static,
    {
        let limit = self.0.limit.lock().clone();
        if !limit.is_nil() {
            limit.send(());
        }
        self.0.wg.add(1);
        let group = self.clone();
        crate::runtime::go(name, move || {
            panics::func(|d| {
                d.defer(|| {
                    if !limit.is_nil() {
                        limit.recv();
                    }
                    group.0.wg.done();
                });
                if let Err(e) = f() {
                    group.fail(&e);
                }
            });
        });
    }

    fn fail(&self, e: &Error) {
        let first = {
            let mut slot = self.0.first.lock();
            let first = slot.is_none();
            if first {
                *slot = Some(e.clone());
            }
            first
        };
        if first && let Some(c) = &self.0.cancel {
            c.call(Some(e.clone()));
        }
    }

    /// Waits for all tasks; the first error, if any.
    #[must_use]
    pub fn wait(&self) -> Option<Error> {
        self.0.wg.wait();
        let err = self.0.first.lock().clone();
        if let Some(c) = &self.0.cancel {
            c.call(err.clone());
        }
        err
    }
}

impl Default for Group {
    fn default() -> Self {
        Self::new()
    }
}
