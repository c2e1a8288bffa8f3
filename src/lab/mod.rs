//! Runs one demo: world, claims, mutations, child process.
pub mod child;
pub mod demo;
pub mod explore;
pub mod gotwin;
pub mod models;
pub mod options;
pub mod prelude;
pub mod runner;
pub mod sandbox;
pub mod seen;
pub mod selftest;
pub mod verdicts;
pub mod wire;
pub mod world;
pub use demo::{Claim, Demo, Fidelity, GoMatch, Mutation, Picture, Setup, Verdict};
pub use options::{Engine, Platform, RunOptions};
pub use seen::{End, Leaked, Seen};
pub use verdicts::Outcome;
