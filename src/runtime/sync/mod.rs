//! Locks and counters with Go's semantics, over the seam.
//!
//! All are handles: a copy refers to the same lock. Everything that sleeps does so on a [`sema`].
mod cond;
mod count;
mod group;
mod mutex;
mod once;
mod rwmutex;
mod sema;
mod var;
mod waitgroup;

pub use cond::Cond;
pub use group::Group;
pub use mutex::Mutex;
pub use once::Once;
pub use rwmutex::RWMutex;
pub use sema::Semaphore;
pub use var::{Atomic, Var};
pub use waitgroup::WaitGroup;
