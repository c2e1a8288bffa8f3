//! Runs one demo: world, claims, mutations, child process.
pub mod demo;
pub mod options;
pub mod prelude;
pub mod seen;
pub mod world;
pub use demo::{Claim, Demo, Fidelity, GoMatch, Mutation, Picture, Setup, Verdict};
pub use options::{Engine, Platform, RunOptions};
pub use seen::{End, Leaked, Seen};
