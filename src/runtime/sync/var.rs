//! Variables shared between goroutines: one without synchronisation, one atomic.
//!
//! [`Var`] shows what a data race does without being one for Rust: each access is atomic by
//! itself, and between a read and the write that follows another goroutine may come in.
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::SeqCst;

use crate::runtime::g::me;
use crate::runtime::lock::Locked;
use crate::runtime::seam;
use crate::runtime::virt::OP_NS;

/// A shared variable without synchronisation; every access is a scheduling point.
#[derive(Clone)]
pub struct Var<T>(Arc<Locked<T>>);

impl<T: Clone> Var<T> {
    /// Starts with `v`.
    #[must_use]
    pub fn new(v: T) -> Self {
        Self(Arc::new(Locked::new(v)))
    }
    /// Reads it.
    #[must_use]
    pub fn get(&self) -> T {
        seam::point(me(), OP_NS);
        self.0.lock().clone()
    }
    /// Writes it.
    pub fn set(&self, v: T) {
        seam::point(me(), OP_NS);
        *self.0.lock() = v;
    }
}

/// `atomic.Int64`.
#[derive(Clone)]
pub struct Atomic(Arc<AtomicI64>);

impl Atomic {
    /// Starts with `v`.
    #[must_use]
    pub fn new(v: i64) -> Self {
        Self(Arc::new(AtomicI64::new(v)))
    }
    /// Go's atomics are sequentially consistent; so are these.
    #[must_use]
    pub fn load(&self) -> i64 {
        seam::point(me(), OP_NS);
        self.0.load(SeqCst)
    }
    /// Writes it.
    pub fn store(&self, v: i64) {
        seam::point(me(), OP_NS);
        self.0.store(v, SeqCst);
    }
    /// Adds `d` and returns the new value.
    pub fn add(&self, d: i64) -> i64 {
        seam::point(me(), OP_NS);
        self.0.fetch_add(d, SeqCst) + d
    }
    /// Writes `new` if it is `old`; true if it did.
    #[must_use]
    pub fn cas(&self, old: i64, new: i64) -> bool {
        seam::point(me(), OP_NS);
        self.0.compare_exchange(old, new, SeqCst, SeqCst).is_ok()
    }
}
