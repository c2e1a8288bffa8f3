//! What happened: events with causes, the recorder, state as a fold over events, the judge.
pub mod event;
#[cfg(test)]
pub(crate) mod fixture;
pub mod order;
pub mod rings;
pub mod state;
pub mod text;
pub mod timeline;
pub mod validate;
pub use event::{Event, Kind, Recording, WaitReason};
pub use state::{State, Status};
pub use timeline::Timeline;
pub use validate::{Fault, validate};
