//! The stepper without a terminal: a model that keys change, and a screen drawn from it.
//!
//! | file | what |
//! |---|---|
//! | `model` | where we stand, what is selected; keys → model |
//! | `screen` | lines of toned text, the order in which panes give way |
//! | `now` | state on top: processors, threads, queues |
//! | `history` | lanes below: processors, goroutines or threads, an event or a slice of time a cell |
//! | `panes` | the other views: channel, contexts, events; help |
//! | `versus` | two recordings with their cursors locked |
//!
//! Invariants
//!   K1  the same model and size give the same bytes: `--print`, the copy key, the snapshots and
//!       the terminal all show [`Screen::text`]
//!   K2  no key and no recording makes it panic; the cursor is always on an event, or there is none
//!   K3  a line never exceeds the width asked, ambiguous characters counted as two; cells are ASCII
//!   K4  colour only repeats letters and marks
//!   K5  the history ends at the cursor: what comes next is not shown before it has happened
//!
//! Not done: box drawing and arrows (their width differs between Chinese terminals), play (people
//! missed what moved by itself; a key held down plays).
mod history;
mod model;
mod now;
mod panes;
mod screen;
#[cfg(test)]
pub(crate) mod tests;
mod versus;

pub use model::{Effect, Key, Lanes, Model, Pane};
pub use screen::{Screen, Span, Tone, draw};
pub use versus::{Versus, parting};
