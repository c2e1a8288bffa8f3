//! `bagu`（八股）: interview questions whose every answer can be run.
//!
//! The map, bottom to top. A folder may name only those listed behind its arrow (held by
//! `tests/arrows.rs`):
//!
//! | folder | idea | may use |
//! |---|---|---|
//! | [`base`] | ids, errors, seeded random numbers, text width | nothing |
//! | [`trace`] | what happened: events, recorder, state as a fold, validator | base |
//! | [`runtime`] | goroutines on threads: G, M, P, channels, select, sync, context, time | base, trace |
//! | [`view`] | a recording as text frames | base, trace |
//! | [`export`] | a recording as files for other tools | base, trace |
//! | [`lab`] | runs one demo: world, claims, mutations, child process | base, trace, runtime |
//! | [`demos`] | one idea per file, printed and claimed | lab's prelude only |
//! | [`bank`] | question banks: load and check | base |
//! | [`search`] | find a question by Chinese, English, pinyin | base, bank |
//! | [`study`] | what to ask next, clock, grading, schedule, progress | base, bank |
//! | [`cli`] | one file per command; the only place that prints or prompts | everything |
#![deny(unsafe_code)]
// The headers speak to readers of the source, who see the private parts too.
#![allow(rustdoc::private_intra_doc_links)]

pub mod bank;
pub mod base;
pub mod cli;
#[path = "../demos/mod.rs"]
pub mod demos;
pub mod export;
pub mod lab;
pub mod runtime;
pub mod search;
pub mod study;
pub mod trace;
pub mod view;
