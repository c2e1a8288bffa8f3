//! The JSON shapes that several commands share. Field names are a contract; fields may be added.
use serde::Serialize;
use serde_json::json;

use crate::bank::Bank;
use crate::bank::model::{Drill, GoVersions, Point, Question, Wrong};
use crate::lab::{Demo, Fidelity, GoMatch};

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

/// The part of a demo's id before the slash.
#[must_use]
pub fn demo_topic(demo: &Demo) -> &'static str {
    demo.id.split('/').next().unwrap_or(demo.id)
}

/// One demo as `list demos --json` and `demo list --json` give it.
#[must_use]
pub fn demo_item(demo: &Demo, bank: &Bank) -> serde_json::Value {
    let questions: Vec<&str> =
        bank.questions.iter().filter(|q| q.demos.iter().any(|d| d == demo.id)).map(|q| q.id.as_str()).collect();
    let fidelity = match demo.fidelity {
        Fidelity::Same => "same",
        Fidelity::Model(_) => "model",
        Fidelity::Differs(_) => "differs",
    };
    let engines: &[&str] = if demo.setup.may && demo.setup.real { &["gmp", "may"] } else { &["gmp"] };
    let platforms: &[&str] = if demo.setup.real { &["virtual", "real"] } else { &["virtual"] };
    let claims: Vec<&str> = demo.claims.iter().map(|c| c.text).collect();
    let mutations: Vec<serde_json::Value> =
        demo.mutations.iter().map(|m| json!({ "name": m.name, "what": m.what, "breaks": m.breaks })).collect();
    json!({
        "id": demo.id,
        "title": demo.title,
        "topic": demo_topic(demo),
        "questions": questions,
        "engines": engines,
        "platforms": platforms,
        "fidelity": fidelity,
        "go_twin": !matches!(demo.go, GoMatch::None(_)),
        "claims": claims,
        "mutations": mutations,
    })
}
