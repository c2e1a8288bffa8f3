//! What everything else stands on: ids, seeded random numbers, lengths of time, text. Names nothing above it.
pub mod atomic;
pub mod ids;
pub mod nearest;
pub mod rng;
pub mod span;
pub mod text;

pub use ids::{ChanId, Gid, Mid, Pid};
pub use rng::Rng;
