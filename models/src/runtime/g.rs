//! What the included files need of a goroutine record.
use crate::base::atomic::AtomicU32;

/// Aligned as the real one: small numbers are never its address.
#[repr(align(128))]
pub struct G {
    pub select_done: AtomicU32,
    pub number: u32,
}

impl G {
    pub fn new(number: u32) -> Self {
        Self { select_done: AtomicU32::new(0), number }
    }
}

pub fn prefetch(_: *const G) {}
pub fn prefetch_shell(_: *const G) {}
pub fn prefetch_frames(_: *const G) {}
