//! What happened: events with causes, the recorder, state as a fold over events.
pub mod event;
pub use event::{Event, Kind, Recording, WaitReason};
