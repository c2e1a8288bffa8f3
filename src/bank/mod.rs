//! Question banks: the model, the loader, the judge.
pub mod model;
pub use model::{Bank, Kind, Question};
