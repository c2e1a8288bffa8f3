//! A recording as text frames: lanes, channel, context tree, time line. No I/O.
//!
//! Invariants
//!   V1  no line is wider than asked, ambiguous characters counted as two columns; nothing stands
//!       to the right of free text and there is no right border
//!   V2  cells of a grid are ASCII or characters that no terminal draws wide, so columns line up
//!   V3  colour only repeats what letters say; stripped of it the frame is the same
//!   V4  a frame has a bounded number of lines however long the recording; what is left out is told
//!   V5  unborn ` `, idle `.`, waiting (a letter), dead `x` are four different things
//!
//! Not done: box drawing. Its characters are ambiguous in width, and Chinese terminals differ.
pub mod chan;
pub mod context;
pub mod explain;
pub mod lanes;
pub mod lints;
pub mod look;
pub mod step;
pub mod steps;
pub mod why;

pub use chan::chan_view;
pub use context::context_view;
pub use lanes::lanes_view;
pub use lints::{Lint, lints};
pub use look::Look;
pub use steps::time_view;
