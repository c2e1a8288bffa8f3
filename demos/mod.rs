//! Every demo, one table. A demo sees only `lab::prelude`.
//!
//! To add one: write `demos/<topic>/<name>.rs` with `pub const DEMO`, list it in the topic's
//! `mod.rs`, put the Go twin beside it, and name it in a question's `demos`.
use crate::lab::Demo;

/// Declares the demos of a topic and its `ALL` table.
macro_rules! topic {
    ($($name:ident,)*) => {
        $(mod $name;)*
        /// The demos of this topic.
        pub const ALL: &[&crate::lab::Demo] = &[$(&$name::DEMO,)*];
    };
}

pub mod cgo;
pub mod channel;
pub mod context;
pub mod csp;
pub mod gmp;
pub mod goroutine;
pub mod leak;
pub mod select;
pub mod stack;
pub mod thread_model;

/// The demos by topic; one topic a line, so that additions merge.
#[rustfmt::skip]
const TOPICS: &[&[&Demo]] = &[
    csp::ALL,
    channel::ALL,
    select::ALL,
    context::ALL,
    gmp::ALL,
    goroutine::ALL,
    leak::ALL,
    stack::ALL,
    thread_model::ALL,
    cgo::ALL,
];

/// Every demo in the order of the topics.
pub fn all() -> impl Iterator<Item = &'static Demo> {
    TOPICS.iter().copied().flatten().copied()
}

/// The demo called `id`.
#[must_use]
pub fn get(id: &str) -> Option<&'static Demo> {
    all().find(|d| d.id == id)
}
