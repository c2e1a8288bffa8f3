//! Text as people type it and as terminals show it: width, wrapping, and matching of phrases.
//!
//! Invariants
//!   T1  `width` is the upper bound: characters whose width differs between terminals count as two,
//!       so a line that fits by our count fits everywhere
//!   T2  a [`Norm`] maps every kept character back to its byte range in the original text
//!   T3  matching never depends on width, case, punctuation or spaces (NFKC, lower case, stripped)
//!
//! Not done: word segmentation with a dictionary. Loading one costs more than a whole command may
//! take, and phrases are written by the person who writes the bank.
//! Sources: Unicode UAX #11 (width), UAX #14 (line breaks), UAX #15 (NFKC).
mod norm;
mod wrap;

pub use norm::{Norm, is_han, normalise, phrase_matches};
pub use wrap::{Wrapped, fit, longest_run, width, wrap, wrap_hanging};
