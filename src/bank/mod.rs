//! Question banks: TOML files read into [`model`], with every fault told instead of the first.
//!
//! ```text
//! bytes ── source ──► text ── quick ──► questions          (files that are right: nearly all)
//!                          └─ read (syntax, fields, drill) ──► questions + spots + problems
//!                                                                   │
//!                                     load: shipped + own, first of each id   check: the judge
//! ```
//!
//! Nothing here prints and nothing here fails: broken input is data, so every function returns what
//! was readable beside a list of [`Problem`]s.
pub mod check;
mod fields;
pub mod load;
pub mod model;
pub mod problem;
mod quick;
pub mod read;
pub mod source;
mod syntax;
pub use model::{Bank, Kind, Question};
pub use problem::{Place, Problem, Severity};
