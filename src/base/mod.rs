//! What everything else stands on: ids and seeded random numbers. Names nothing above it.
pub mod ids;
pub mod rng;

pub use ids::{ChanId, Gid, Mid, Pid};
pub use rng::Rng;
