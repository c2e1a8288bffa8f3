//! A recording as files for other tools.
//!
//! Not done: Perfetto's own protobuf, which would fix the order of tracks; Chrome's JSON is read by
//! Perfetto, Speedscope and Spall alike.
pub mod chrome;
