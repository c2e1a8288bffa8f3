//! Finds questions by what a person remembers of them: Chinese words, English words, identifiers,
//! pinyin, pinyin initials, with slips of the keyboard and homophones.
//!
//! ```text
//! typed ─ query ─► groups of alternatives (word, synonym, homophone)
//!                     │  scan: where does each stand in each question, pinyin included
//!                     ▼
//!                  rank: rarity × field weight × how much of the query was found ─► hits + snippets
//! ```
//!
//! Invariants
//!   S1  the same bank and query give the same hits in the same order (ties by id)
//!   S2  nothing is kept between runs: a command searches once, so there is no index to build,
//!       store or invalidate; the texts are scanned as they are
//!   S3  a hit matched at least one word that carries meaning
//!
//! Not done: an inverted index (building it costs more than scanning once), a dictionary segmenter
//! (loading it costs more than a whole command may take).
//! Sources: overlapping bigrams for text without spaces, as Lucene's CJK analyser does; BM25-like
//! rarity (Robertson, Spärck Jones).
mod pinyin;
mod query;
mod rank;
mod scan;
mod snippet;
mod widen;
mod words;

use crate::bank::model::Question;

pub use rank::search;
pub use snippet::Snippet;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Most hits.
    pub limit: usize,
    /// Only questions of this topic.
    pub topic: Option<&'a str>,
}

/// A found question.
#[derive(Debug, Clone)]
pub struct Hit<'b> {
    pub question: &'b Question,
    /// Only comparable within one search; higher is better.
    pub score: f32,
    /// The question's wording with what matched in it.
    pub ask: Snippet,
    /// A piece of the answer with what matched in it.
    pub snippet: Snippet,
}
