//! Models of the lock-free parts of the runtime.
//!
//! The sources are the runtime's own (`#[path]`), so a model cannot drift; only the goroutine record
//! is a stub. Each model is a small program that loom runs under every schedule with at most two
//! preemptions, and under every value that the memory model lets a load return. The same programs run
//! on real threads with `BAGU_MODELS=threads`, for ThreadSanitizer and Miri.
//!
//! | model | source | property |
//! |---|---|---|
//! | `runq` | `runq.rs` | each goroutine exactly once: owner, thieves, `runnext`, overflow |
//! | `wake` | `spinning.rs` | no goroutine waits beside a thread that fell asleep |
//! | `poll` | `pollstate.rs` | a waiter is woken exactly once by readiness, close, deadline |
//! | `bell` | `bell.rs` | no break is lost while the poller changes hands |
//! | `select` | `waitq.rs`, `lockorder.rs` | one case of a select wins; no deadlock of locks |
//! | `call` | `pstate.rs` | a processor has one owner through blocking calls |
//! | `lock`, `sema` | `lock.rs`, `sync/count.rs` | exclusion, publication; no lost wake-up |
//!
//! Not modelled: context switches, the pollers of the system, timers. They are reached by the virtual
//! platform (every schedule decided by a seed) and by the suites on real threads.
#![allow(dead_code)]
pub mod base;
pub mod runtime;

#[cfg(test)]
mod bell;
#[cfg(test)]
mod call;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod lock;
#[cfg(all(test, loom))]
mod planted;
#[cfg(test)]
mod poll;
#[cfg(test)]
mod runq;
#[cfg(test)]
mod select;
#[cfg(test)]
mod sema;
#[cfg(test)]
mod wake;
