//! Question banks: the model, the loader, the judge.
pub mod load;
pub mod model;
pub mod problem;
pub use model::{Bank, Kind, Question};
pub use problem::{Place, Problem, Severity};
