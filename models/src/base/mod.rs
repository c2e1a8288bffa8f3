//! The atomics, as in the product.
#[path = "../../../src/base/atomic.rs"]
pub mod atomic;
