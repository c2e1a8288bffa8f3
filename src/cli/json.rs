//! The JSON shapes that several commands share. Field names are a contract; fields may be added.
use serde::Serialize;

use crate::bank::model::{Drill, GoVersions, Point, Question, Wrong};

/// `{"schema":1,"items":[…]}`.
#[derive(Serialize)]
pub struct Items<T> {
    pub schema: u32,
    pub items: Vec<T>,
}

impl<T> Items<T> {
    /// Wraps items with the schema number.
    pub fn new(items: Vec<T>) -> Self {
        Self { schema: 1, items }
    }
}

/// A question as `list questions` gives it.
#[derive(Serialize)]
pub struct QuestionItem<'a> {
    pub id: &'a str,
    pub topic: &'a str,
    pub ask: &'a str,
    pub level: u8,
    pub kind: &'a str,
    pub tags: &'a [String],
    pub demos: &'a [String],
    pub points: &'a [Point],
    pub wrong: &'a [Wrong],
    pub go: &'a GoVersions,
    pub sources: &'a [String],
    pub followups: &'a [String],
    pub limit_s: u32,
    pub drills: usize,
}

impl<'a> QuestionItem<'a> {
    /// The item of a question.
    #[must_use]
    pub fn of(q: &'a Question) -> Self {
        Self {
            id: &q.id,
            topic: &q.topic,
            ask: &q.ask,
            level: q.level,
            kind: q.kind.name(),
            tags: &q.tags,
            demos: &q.demos,
            points: &q.points,
            wrong: &q.wrongs,
            go: &q.go,
            sources: &q.sources,
            followups: &q.followups,
            limit_s: q.limit_s,
            drills: q.drills.len(),
        }
    }
}

/// A whole question as `show` gives it.
#[derive(Serialize)]
pub struct FullQuestion<'a> {
    pub schema: u32,
    pub id: &'a str,
    pub topic: &'a str,
    pub ask: &'a str,
    pub level: u8,
    pub kind: &'a str,
    pub tags: &'a [String],
    pub aka: &'a [String],
    pub limit_s: u32,
    pub short: &'a str,
    pub answer: &'a str,
    pub points: &'a [Point],
    pub wrong: &'a [Wrong],
    pub go: &'a GoVersions,
    pub sources: &'a [String],
    pub followups: &'a [String],
    pub demos: &'a [String],
    pub drills: &'a [Drill],
}

impl<'a> FullQuestion<'a> {
    /// Everything about a question.
    #[must_use]
    pub fn of(q: &'a Question) -> Self {
        Self {
            schema: 1,
            id: &q.id,
            topic: &q.topic,
            ask: &q.ask,
            level: q.level,
            kind: q.kind.name(),
            tags: &q.tags,
            aka: &q.aka,
            limit_s: q.limit_s,
            short: &q.short,
            answer: &q.answer,
            points: &q.points,
            wrong: &q.wrongs,
            go: &q.go,
            sources: &q.sources,
            followups: &q.followups,
            demos: &q.demos,
            drills: &q.drills,
        }
    }
}
