//! A recording as files for other tools.
//!
//! | module | file | opens in |
//! |---|---|---|
//! | `chrome` | Chrome trace JSON | ui.perfetto.dev, Speedscope, Spall |
//! | `gotrace` | Go execution trace | `go tool trace`, gotraceui; judged by Go's own validator |
//! | `picture` | SVG, or one web page | anything, offline, without script |
//!
//! Not done: Perfetto's own protobuf, which would fix the order of tracks; Chrome's JSON is read by
//! Perfetto, Speedscope and Spall alike.
pub mod chrome;
pub mod format;
pub mod gotrace;
pub mod picture;
pub use format::Format;
